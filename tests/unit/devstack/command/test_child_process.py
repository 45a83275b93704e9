import os
import signal
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from devstack.command.child_process import ChildProcess, end_foreign, start_time
from tests.unit.devstack.command.fakes import PROGRAM, ROOT, fake_part
from tests.waiting import wait_until


def started(tmp_path: Path, *options: str) -> ChildProcess:
    """A child that has said that it is ready."""
    log = tmp_path / "log"
    child = ChildProcess(fake_part("fake", *options).command, cwd=ROOT, environment=os.environ, log=log)
    wait_until(lambda: "listening" in log.read_text() or not child.is_running(), description="the child is ready")
    return child


def test_stop_lets_the_program_say_goodbye(tmp_path: Path) -> None:
    child = started(tmp_path, "--goodbye", str(tmp_path / "goodbye"), "goodbye")

    child.stop()

    assert not child.is_running()
    assert child.exit_status == 0
    assert (tmp_path / "goodbye").read_text() == "goodbye\n"


def test_stop_kills_what_ignores_it(tmp_path: Path) -> None:
    child = started(tmp_path, "--ignore-sigterm")

    child.stop(grace_seconds=0.1)

    assert child.exit_status == -signal.SIGKILL


@pytest.mark.parametrize("end", [ChildProcess.kill, ChildProcess.stop], ids=["kill", "stop"])
def test_the_programs_own_processes_end_with_it(tmp_path: Path, end: object) -> None:
    child = started(tmp_path, "--grandchild", str(tmp_path / "grandchild"))
    grandchild = int((tmp_path / "grandchild").read_text())
    assert start_time(grandchild) is not None

    assert callable(end)
    end(child)

    wait_until(lambda: start_time(grandchild) is None, description="the grandchild is gone")


def test_a_program_that_ends_by_itself_leaves_no_processes_behind(tmp_path: Path) -> None:
    child = started(tmp_path, "--grandchild", str(tmp_path / "grandchild"))
    grandchild = int((tmp_path / "grandchild").read_text())

    os.kill(child.pid, signal.SIGKILL)

    wait_until(lambda: not child.is_running(), description="the child is seen as gone")
    wait_until(lambda: start_time(grandchild) is None, description="the grandchild is gone")


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux tells a child that its parent died")
def test_the_program_dies_when_its_parent_is_killed(tmp_path: Path) -> None:
    parent = f"""
import os, sys, time
from pathlib import Path
from devstack.command.child_process import ChildProcess
log = Path({str(tmp_path / "log")!r})
child = ChildProcess([sys.executable, {str(PROGRAM)!r}, "--port", "0"], cwd=Path.cwd(), environment=os.environ, log=log)
while "listening" not in log.read_text():
    time.sleep(0.02)
print(child.pid, flush=True)
time.sleep(600)
"""
    with subprocess.Popen([sys.executable, "-c", parent], cwd=ROOT, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        child = int(process.stdout.readline())
        assert start_time(child) is not None

        process.kill()

    wait_until(lambda: start_time(child) is None, description="the child of the killed process is gone")


def test_the_program_outlives_the_thread_that_started_it(tmp_path: Path) -> None:
    children: list[ChildProcess] = []
    thread = threading.Thread(target=lambda: children.append(started(tmp_path)))
    thread.start()
    thread.join()

    [child] = children

    with pytest.raises(subprocess.TimeoutExpired):
        child._process.wait(0.5)
    child.kill()


def test_a_missing_program_is_said_in_the_log(tmp_path: Path) -> None:
    child = ChildProcess(
        [str(tmp_path / "no-such-program")], cwd=tmp_path, environment=os.environ, log=tmp_path / "log"
    )

    wait_until(lambda: not child.is_running(), description="the child has ended")

    assert child.exit_status == 1
    assert "no-such-program cannot be started: No such file" in (tmp_path / "log").read_text()


def test_a_later_process_with_the_same_pid_is_left_alone(tmp_path: Path) -> None:
    child = started(tmp_path)

    end_foreign(child.pid, "the start time of an earlier process")

    assert child.is_running()
    child.kill()


def test_a_process_has_a_start_time_only_while_it_runs() -> None:
    process = subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE)
    assert start_time(process.pid) == start_time(process.pid) != start_time(os.getpid())

    process.communicate(b"\n")

    assert start_time(process.pid) is None
