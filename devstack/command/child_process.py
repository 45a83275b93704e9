"""One started program: leads its own process group, logs into a file, ends when this process ends."""

import atexit
import os
import signal
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path

GRACE_SECONDS = 10.0
_BOUND = Path(__file__).with_name("exec_bound.py")
# Linux takes the thread that starts a process for its parent, so this thread has to outlive all the others.
_STARTER = ThreadPoolExecutor(max_workers=1, thread_name_prefix="process-starter")


class ChildProcess:
    """A running program. Linux kills it when this process dies, however that happens, unless it is `detached`."""

    def __init__(
        self, command: Sequence[str], *, cwd: Path, environment: Mapping[str, str], log: Path, detached: bool = False
    ) -> None:
        if not detached and sys.platform == "linux":
            command = [sys.executable, "-I", "-S", str(_BOUND), str(os.getpid()), *command]
        with log.open("ab") as output:
            self._process = _STARTER.submit(
                subprocess.Popen,
                command,
                cwd=cwd,
                env=environment,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            ).result()
        self._reaped = False
        self.pid = self._process.pid
        if not detached:
            atexit.register(self.kill)

    def is_running(self) -> bool:
        """Tell whether the program still runs; once it does not, what is left of its group is killed."""
        if self._reaped:
            return False
        if self._process.poll() is None:
            return True
        self._reaped = True
        signal_group(self.pid, signal.SIGKILL)
        atexit.unregister(self.kill)
        return False

    @property
    def exit_status(self) -> int | None:
        """The exit status (negative: the signal that killed it), or None while it runs."""
        self.is_running()
        return self._process.returncode

    def kill(self) -> None:
        """End the program and its group as a crash would (SIGKILL), and wait until it is gone."""
        if self.is_running():
            signal_group(self.pid, signal.SIGKILL)
            self._process.wait()
            self.is_running()

    def kill_alone(self) -> None:
        """End the program as a crash would, and leave what it has started alone until `kill_left_behind`."""
        if self.is_running():
            self._reaped = True
            atexit.unregister(self.kill)
            atexit.register(self.kill_left_behind)
            os.kill(self.pid, signal.SIGKILL)
            self._process.wait()

    def kill_left_behind(self) -> None:
        """End what `kill_alone` left alone."""
        signal_group(self.pid, signal.SIGKILL)
        atexit.unregister(self.kill_left_behind)

    def stop(self, grace_seconds: float = GRACE_SECONDS) -> None:
        """Ask the program and its group to end (SIGTERM); kill what is left after the grace."""
        if self.is_running():
            signal_group(self.pid, signal.SIGTERM)
            try:
                self._process.wait(grace_seconds)
            except subprocess.TimeoutExpired:
                self.kill()
            self.is_running()


def signal_group(leader_pid: int, signal_number: signal.Signals) -> None:
    """Send a signal to a process group; one that is gone already is fine."""
    with suppress(ProcessLookupError, PermissionError):  # PermissionError: macOS' answer for a group of zombies
        os.killpg(leader_pid, signal_number)


def start_time(pid: int) -> str | None:
    """Return when the process with this pid started, as an opaque text, or None if it does not run.

    Pid and start time together name one process for good; a pid alone may by now be somebody else's.
    """
    if sys.platform == "linux":
        try:
            fields = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8", errors="replace").rpartition(")")[2].split()
        except (FileNotFoundError, ProcessLookupError):
            return None
        state, started = fields[0], fields[19]
        return None if state in "ZX" else started
    told = subprocess.run(
        ["ps", "-o", "stat=,lstart=", "-p", str(pid)], capture_output=True, text=True, check=False
    ).stdout.split(maxsplit=1)
    return None if len(told) < 2 or told[0].startswith("Z") else told[1].strip()


def end_foreign(pid: int, started: str, grace_seconds: float = GRACE_SECONDS) -> None:
    """End a group whose leader is not our child, if the leader is still the process that started then, or if it has died and left some."""
    if start_time(pid) is None:
        signal_group(pid, signal.SIGKILL)
    for number in (signal.SIGTERM, signal.SIGKILL):
        if start_time(pid) != started:
            return
        signal_group(pid, number)
        deadline = time.monotonic() + grace_seconds
        while start_time(pid) == started and time.monotonic() < deadline:
            time.sleep(0.02)
        if start_time(pid) is None:
            signal_group(pid, signal.SIGKILL)  # what the leader left behind
