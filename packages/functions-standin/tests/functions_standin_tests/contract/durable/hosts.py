"""Hosts of the sample app on one Azurite, each a process of its own that may be killed."""

import json
import os
import signal
import subprocess
import sys
import uuid
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import requests

from functions_standin_tests.samples import TRUSTS_NOBODY, end_group
from functions_standin_tests.waiting import wait_until

APP = Path(__file__).parent / "app"
TIME_SCALE = 0.01  # visibility of 300 s lasts 3 s, a lease of 30 s 0.3 s
LISTENS = "functions_standin: listening on "
MANAGEMENT = "/runtime/webhooks/durabletask"


EVERYTHING = {"counter": 42, "event": '"now"', "large": 100_000, "round": 1}


@dataclass
class Host:
    """A running host."""

    process: subprocess.Popen[bytes]
    log: Path
    url: str = ""

    @property
    def has_ended(self) -> bool:
        return self.process.poll() is not None

    @property
    def output(self) -> str:
        return self.log.read_text(encoding="utf-8", errors="replace")

    def wait_until_it_listens(self) -> None:
        wait_until(lambda: LISTENS in self.output, description="the host listens")
        self.url = self.output.split(LISTENS, 1)[1].split()[0]

    def kill(self) -> None:
        """Kill host and worker, as a machine's crash does."""
        end_group(self.process.pid)
        self.process.wait()

    def kill_worker(self) -> None:
        os.kill(self.worker_pid, signal.SIGKILL)

    @property
    def worker_pid(self) -> int:
        """The process that runs the app now."""
        return int(self.output.rpartition("functions_standin: worker is process ")[2].split()[0])

    def stop(self) -> int:
        self.process.send_signal(signal.SIGTERM)
        return self.process.wait(30)

    def start(self, name: str, value: Any = None, instance_id: str = "") -> str:
        """Start an orchestration through the app's client; return its instance id."""
        query = f"?id={instance_id}" if instance_id else ""
        answer = requests.post(f"{self.url}/api/start/{name}{query}", json=value, timeout=30)
        assert answer.status_code == 202, answer.text
        return str(answer.json()["id"])

    def management(self, method: str, path: str, **options: Any) -> requests.Response:
        return requests.request(method, f"{self.url}{MANAGEMENT}{path}", timeout=30, **options)

    def client(self, verb: str, instance_id: str, *arguments: Any) -> Any:
        """Call a method of the SDK's client in the app."""
        answer = requests.post(f"{self.url}/api/client/{verb}/{instance_id}", json=arguments, timeout=30)
        assert answer.status_code == 200, self.output[-3000:]
        return answer.json()

    def status(self, instance_id: str) -> dict[str, Any]:
        answer = self.management("GET", f"/instances/{instance_id}")
        return answer.json() if answer.status_code in {200, 202} else {"runtimeStatus": "Missing", "customStatus": None}

    def wait_for(self, instance_id: str, status: str = "Completed") -> dict[str, Any]:
        """Wait until the instance has the status; return what is told of it."""
        return self.wait_until(instance_id, lambda found: bool(found["runtimeStatus"] == status), f"is {status}")

    def wait_until(
        self, instance_id: str, holds: Callable[[dict[str, Any]], bool], description: str = "is as it should be"
    ) -> dict[str, Any]:
        """Wait until something holds of the instance; return what is told of it."""
        found: dict[str, Any] = {}

        def reached() -> bool:
            assert not self.has_ended, self.output[-3000:]
            found.update(self.status(instance_id))
            return holds(found)

        try:
            wait_until(reached, description=f"{instance_id} {description}")
        except AssertionError:
            print(json.dumps(found), self.output[-6000:])
            raise
        return found


@dataclass
class Scene:
    """A task hub of its own, with the hosts that a test starts on it."""

    folder: Path
    connection_string: str
    time_scale: float = TIME_SCALE
    hub: str = field(default_factory=lambda: "t" + uuid.uuid4().hex[:12])
    hosts: list[Host] = field(default_factory=list)

    @property
    def runs(self) -> list[str]:
        """What the activities wrote down."""
        path = self.folder / "runs"
        return path.read_text(encoding="utf-8").splitlines() if path.exists() else []

    def host(
        self,
        *,
        waits: bool = True,
        waits_for: str = LISTENS,
        environment: Mapping[str, str] | None = None,
        app: Path = APP,
    ) -> Host:
        """Start a host of an app on a free port."""
        log = self.folder / f"host{len(self.hosts)}.log"
        (self.folder / "runs").touch()
        with log.open("wb") as output:
            process = subprocess.Popen(
                [
                    *(sys.executable, "-m", "functions_standin", "--app", str(app), "--port", "0"),
                    *("--time-scale", str(self.time_scale)),
                ],
                env={
                    **os.environ,
                    **TRUSTS_NOBODY,
                    "AzureWebJobsStorage": self.connection_string,
                    "HUB": self.hub,
                    "RUNS": str(self.folder / "runs"),
                    **(environment or {}),
                },
                stdout=output,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        host = Host(process, log)
        self.hosts.append(host)
        wait_until(lambda: host.has_ended or waits_for in host.output, description="the host listens")
        if waits:
            assert not host.has_ended, host.output
        if LISTENS in host.output:
            host.wait_until_it_listens()
        return host


@contextmanager
def scene(folder: Path, connection_string: str, time_scale: float = TIME_SCALE) -> Iterator[Scene]:
    """A scene whose hosts end with it."""
    made = Scene(folder, connection_string, time_scale)
    try:
        yield made
    finally:
        for host in made.hosts:
            host.kill()


def carry_everything_through(host: Host, instance_id: str) -> None:
    """See an instance of the orchestrator `everything` through to its end, whatever has been done of that before."""
    if host.status(instance_id)["runtimeStatus"] == "Missing":
        host.start("everything", {"round": 0}, instance_id)
    wait_until(lambda: host.status(instance_id)["customStatus"] == "second round", description="the second round")
    try:
        host.client("raise_event", instance_id, "go", "now")
    except AssertionError:  # an event that another host had raised may have ended it already
        if host.status(instance_id)["runtimeStatus"] != "Completed":
            raise
    host.wait_for(instance_id)
