"""A stack of parts: starts them, waits until they are ready, crashes, restarts and stops them.

    with Stack(folder) as stack:
        stack.start("azurite", "sql_server", "demo_api", "functions_host")
        stack.kill("functions_host")
        stack.restart("functions_host")

Every part gets free ports and keeps its data under the folder: `azurite/`, `sql_server/`, `demo_api/`, `logs/`, `run/`.
"""

import os
import re
import signal
import sys
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path
from types import TracebackType
from typing import Literal, Self

from devstack.command import parts
from devstack.command.addresses import Addresses
from devstack.command.child_process import GRACE_SECONDS, ChildProcess, start_time
from devstack.command.errors import CommandError, PartFailed
from devstack.command.part_log import PartLog
from devstack.command.parts import ROOT, SQL_PASSWORD_VARIABLE, Part, shown
from devstack.command.ports import is_free, owner
from devstack.command.records import ProcessRecord, forget, remove_leftover
from devstack.command.settings import SQL_SETTING
from devstack.command.waiting import becomes_true
from functions_standin.worker.bound import ENDS_WITH

_NAMES = "azurite, sql_server, demo_api, functions_host, functions_host_2 and so on"
_WORKER = re.compile(r"^functions_standin: worker is process (\d+)$", re.MULTILINE)


@dataclass(slots=True)
class _Started:
    part: Part
    child: ChildProcess
    log: PartLog


class Stack(Addresses):
    """Processes of one data folder, started in order and stopped in the reverse order.

    `ports` fixes ports by part (azurite: blob, queue, table), `env` goes to every Functions host on top of the
    addresses of the stack's own parts. Not `detached`, nothing of it outlives this process.
    """

    def __init__(
        self,
        data_dir: Path,
        *,
        app_dir: Path = ROOT,
        ports: Mapping[str, tuple[int, ...]] | None = None,
        env: Mapping[str, str] | None = None,
        database: str = "RelayDemo",
        user: str = "sa",
        password: str | None = None,
        python: str = sys.executable,
        detached: bool = False,
    ) -> None:
        self.data_dir = data_dir.resolve()
        self.app_dir = app_dir.resolve()
        super().__init__(ports, database, user, password)
        self._env = dict(env or {})
        self._python = python
        self._detached = detached
        self._started: dict[str, _Started] = {}
        self._left_behind: list[ChildProcess] = []

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    # Life of the parts

    def start(self, *names: str, env: Mapping[str, str] | None = None) -> None:
        """Start parts and wait until each is ready. `env` goes to all of them and is kept by `restart`.

        Names are azurite, sql_server, demo_api, functions_host, functions_host_2 and so on.
        """
        for name in names:
            part = self.part(name)
            self.start_part(replace(part, environment={**part.environment, **(env or {})}))

    def part(self, name: str) -> Part:
        """Return what `start` starts under this name."""
        data = self.data_dir / name
        match "functions_host" if name.startswith("functions_host_") else name:
            case "azurite":
                blob, queue, table = self.ports(name)
                return parts.azurite(data, blob_port=blob, queue_port=queue, table_port=table)
            case "sql_server":
                login = {"database": self._database, "user": self._user, "password": self._password}
                return parts.sql_server(data, port=self.ports(name)[0], python=self._python, **login)
            case "demo_api":
                return parts.demo_api(data, port=self.ports(name)[0], python=self._python)
            case "functions_host":
                settings = {
                    "AzureWebJobsStorage": self.storage_connection_string,
                    SQL_SETTING: self.sql_connection_string,
                    "API_URL": self.api_url,
                    **self._env,
                }
                port = self.ports(name)[0]
                return parts.functions_host(self.app_dir, port=port, name=name, settings=settings, python=self._python)
        raise CommandError(f"there is no part {name!r}; parts are {_NAMES}")

    def start_part(self, part: Part) -> None:
        """Start one part and wait until it is ready; raise PartFailed, with the end of its log, if that fails."""
        if self.is_running(part.name):
            raise CommandError(f"{part.name} runs already; stop it first")
        remove_leftover(part.remove_leftover)
        for port in part.ports:
            if not is_free(port):
                raise CommandError(taken_port(port, part.name))
        self.run_dir.mkdir(parents=True, exist_ok=True)
        log = PartLog.begun(self.log(part.name), shown(part.command))
        bound = {} if self._detached else {ENDS_WITH: str(os.getpid())}  # a worker outlives its host, but not us
        inherited = {name: value for name, value in os.environ.items() if name != SQL_PASSWORD_VARIABLE}
        child = ChildProcess(
            part.command,
            cwd=part.cwd,
            environment={**inherited, "PYTHONUNBUFFERED": "1", **bound, **part.environment},
            log=log.file,
            detached=self._detached,
        )
        self._started.pop(part.name, None)
        self._started[part.name] = _Started(part, child, log)
        try:
            self._record(part, child)
            self._wait_until_ready(part, child)
        except BaseException:
            child.kill()
            remove_leftover(part.remove_leftover)
            forget(self.run_dir, part.name)
            raise

    def restart(self, name: str, *, env: Mapping[str, str] | None = None) -> None:
        """Start a part again as it was, after stopping it if it runs; `env` changes its environment from now on."""
        part = self._known(name).part
        self.stop(name)
        self.start_part(replace(part, environment={**part.environment, **(env or {})}))

    def kill(self, name: str, *, only: Literal["host", "worker"] | None = None) -> None:
        """Crash a part: SIGKILL to it and all its processes, as when its machine dies.

        Of a Functions host `only` the host may die, whose worker then lives on until `end_left_behind`, or only the worker.
        """
        child = self._known(name).child
        if only is None:
            child.kill()
            remove_leftover(self._known(name).part.remove_leftover)
        elif only == "worker":
            with suppress(ProcessLookupError):
                os.kill(self.worker_pid(name), signal.SIGKILL)
        else:
            child.kill_alone()
            self._left_behind.append(child)

    def end_left_behind(self) -> None:
        """End the workers whose hosts were killed without them."""
        while self._left_behind:
            self._left_behind.pop().kill_left_behind()

    def stop(self, name: str | None = None, *, grace_seconds: float = GRACE_SECONDS) -> None:
        """Stop one part, or all in the reverse order of their start: SIGTERM, and SIGKILL after the grace."""
        for each in [name] if name else list(reversed(self._started)):
            self._known(each).child.stop(grace_seconds)
            remove_leftover(self._known(each).part.remove_leftover)
            forget(self.run_dir, each)
        if name is None:
            self.end_left_behind()

    def is_running(self, name: str) -> bool:
        """Tell whether a part was started and still runs."""
        return name in self._started and self._started[name].child.is_running()

    def pid(self, name: str) -> int:
        """Return the pid of a part that was started."""
        return self._known(name).child.pid

    def worker_pid(self, name: str) -> int:
        """Return the pid of a Functions host's worker, the last one if there have been several."""
        found = _WORKER.findall(self.log_text(name))
        if not found:
            raise CommandError(f"{name} has not told yet which process is its worker")
        return int(found[-1])

    def pids(self, name: str) -> tuple[int, int]:
        """Return the pids of a Functions host and of its worker."""
        return self.pid(name), self.worker_pid(name)

    def exit_status(self, name: str) -> int | None:
        """Return how a part ended (negative: the signal that killed it), or None while it runs."""
        return self._known(name).child.exit_status

    # Logs

    @property
    def run_dir(self) -> Path:
        """The folder of the process records."""
        return self.data_dir / "run"

    def log(self, name: str) -> Path:
        """Return the log file of a part; every start appends to it."""
        return self.data_dir / "logs" / f"{name}.log"

    def log_text(self, name: str) -> str:
        """Return what a part has logged since its last start."""
        return self._known(name).log.text()

    def log_tail(self, name: str) -> str:
        """Return the last lines that a part has logged since its last start, indented."""
        return self._known(name).log.tail()

    def wait_for_log(self, name: str, text: str, *, timeout_seconds: float = 30) -> None:
        """Wait until a part has logged this text since its last start."""
        if not becomes_true(lambda: text in self.log_text(name), timeout_seconds):
            raise PartFailed(
                f"{name} did not log {text!r} within {timeout_seconds:g} s; its last lines:\n{self.log_tail(name)}"
            )

    def _known(self, name: str) -> _Started:
        if name not in self._started:
            raise CommandError(f"{name} was not started; started are: {', '.join(self._started) or 'none'}")
        return self._started[name]

    def _record(self, part: Part, child: ChildProcess) -> None:
        started = start_time(child.pid)
        if started is not None:  # else it is gone already, which waiting for it will tell
            ProcessRecord(
                part=part.name,
                pid=child.pid,
                started=started,
                command=part.command,
                ports=part.ports,
                address=part.address,
                kind=part.kind,
                log=str(self.log(part.name)),
                remove_leftover=part.remove_leftover,
            ).save(self.run_dir)

    def _wait_until_ready(self, part: Part, child: ChildProcess) -> None:
        ready = becomes_true(
            lambda: not child.is_running() or part.is_ready(self.log_text(part.name)), part.ready_within_seconds
        )
        if ready and child.is_running():
            return
        what = f"was not ready within {part.ready_within_seconds:g} s" if not ready else "ended at once"
        remedy = f"\n{part.remedy}" if part.remedy else ""
        raise PartFailed(
            f"{part.name} {what}; the end of its log ({self.log(part.name)}) says:\n{self.log_tail(part.name)}{remedy}"
        )


def taken_port(port: int, part: str) -> str:
    """Return the message for a port that somebody else has."""
    found = owner(port)
    who = f"{found[1]} (pid {found[0]})" if found else "another process"
    return f"port {port}, which {part} needs, is taken by {who}; stop that first"
