import os
import sys
from pathlib import Path

import pytest

from devstack.command.child_process import ChildProcess, start_time
from devstack.command.records import ProcessRecord, forget, is_remembered, load_records
from tests.unit.devstack.command.fakes import ROOT
from tests.waiting import wait_until


def record(part: str = "fake", pid: int = 1, started: str = "0") -> ProcessRecord:
    return ProcessRecord(
        part=part,
        pid=pid,
        started=started,
        command=("python", "-m", part),
        ports=(1, 2),
        address="http://127.0.0.1:1",
        kind="stand-in",
        log="fake.log",
    )


def test_records_come_back_in_the_order_of_the_starts(tmp_path: Path) -> None:
    for number, part in enumerate(("second", "first", "third")):
        record(part).save(tmp_path)
        os.utime(tmp_path / f"{part}.json", ns=(number, number))

    assert load_records(tmp_path) == [record("second"), record("first"), record("third")]


@pytest.mark.parametrize("text", ["", "{", "[]", '{"part": "x"}', '{"command": [], "ports": []}'])
def test_a_damaged_record_names_no_process(tmp_path: Path, text: str) -> None:
    (tmp_path / "fake.json").write_text(text)

    assert load_records(tmp_path) == []


def test_a_forgotten_part_is_not_remembered(tmp_path: Path) -> None:
    record(pid=5).save(tmp_path)
    assert is_remembered(tmp_path, "fake", 5)
    assert not is_remembered(tmp_path, "fake", 6)

    forget(tmp_path, "fake")

    assert not is_remembered(tmp_path, "fake", 5)
    forget(tmp_path, "fake")


def test_a_record_ends_its_process_and_no_later_one_with_its_pid(tmp_path: Path) -> None:
    command = [sys.executable, "-c", "import time; time.sleep(600)"]
    child = ChildProcess(command, cwd=ROOT, environment=os.environ, log=tmp_path / "log", detached=True)
    started = start_time(child.pid)
    assert started is not None
    of_an_earlier_process = record(pid=child.pid, started=started + "0")
    ours = record(pid=child.pid, started=started)

    of_an_earlier_process.end()

    assert not of_an_earlier_process.is_running()
    assert child.is_running()
    assert ours.is_running()

    ours.end()

    assert not ours.is_running()
    assert not child.is_running()


def test_a_record_ends_what_its_process_left_behind_when_it_was_killed(tmp_path: Path) -> None:
    worker = "import subprocess, sys, time; print(subprocess.Popen(['sleep', '600']).pid, flush=True); time.sleep(600)"
    log = tmp_path / "log"
    child = ChildProcess([sys.executable, "-c", worker], cwd=ROOT, environment=os.environ, log=log, detached=True)
    ours = record(pid=child.pid, started=start_time(child.pid) or "")
    wait_until(lambda: log.read_text(encoding="utf-8").endswith("\n"), description="the worker is there")
    left_behind = int(log.read_text(encoding="utf-8").split()[-1])
    child.kill_alone()
    assert start_time(left_behind) is not None

    ours.end()

    wait_until(lambda: start_time(left_behind) is None, description="the worker has ended")
