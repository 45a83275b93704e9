"""`up`, `down` and `status`, as processes of their own over fake parts."""

import os
import re
import signal
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from devstack.command import core_tools
from devstack.command.child_process import start_time
from devstack.command.container_engine import ContainerEngine
from devstack.command.core_tools import CoreTools
from devstack.command.down import status
from devstack.command.plan import PORTS, plan, summary
from devstack.command.ports import free_port, is_free
from devstack.command.processes import Stack
from devstack.command.records import load_records
from devstack.command.sql_container import SqlContainer
from tests.unit.devstack.command.fakes import ROOT, fake_part
from tests.waiting import wait_until

REAL_SQL = "Server=tcp:db.example.net,1433;Database=Shop;User ID=me;Password=Secret-1"
STAND_IN_SQL = "Server=tcp:127.0.0.1,14330;Database=RelayDemo;User ID=sa;Password=Secret-1"

# Runs the real `up` over two fake parts: folder, two ports, options.
DRIVER = """
import sys
from pathlib import Path
from devstack.command import down, main, up
from devstack.command.processes import Stack
from devstack.command.settings import sql_address
from tests.unit.devstack.command.fakes import fake_part

root, ports, options = Path(sys.argv[1]), [int(port) for port in sys.argv[2].split(",")], sys.argv[3:]
detach = "--detach" in options

def run(arguments):
    if arguments == ["down"]:
        return down.down(root)
    fakes = tuple(fake_part(f"part_{number}", port=port) for number, port in enumerate(ports))
    planned = up.Plan(fakes, sql_address({"SqlConnectionString": "Server=tcp:127.0.0.1,14330;Password=Secret-1"}))
    stack = Stack(root / ".data", detached=detach)
    return up.run(stack, planned, lambda: print("database prepared", flush=True), detach=detach)

main.VERBS["fake"] = main.Verb("fake", "", run)
sys.exit(main.main(["fake", *[option for option in options if option != "--detach"]]))
"""


class Command:
    """A running `./dev` over fake parts, with what it printed so far."""

    def __init__(self, root: Path, ports: list[int], *options: str) -> None:
        self._output = root / f"output-{len(list(root.glob('output-*')))}"
        with self._output.open("wb") as output:
            self.process = subprocess.Popen(
                [sys.executable, "-u", "-c", DRIVER, str(root), ",".join(map(str, ports)), *options],
                cwd=ROOT,
                stdout=output,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )

    @property
    def output(self) -> str:
        return self._output.read_text()

    def wait_for(self, text: str) -> None:
        wait_until(lambda: text in self.output or self.process.poll() is not None, description=f"{text!r} is printed")
        assert text in self.output

    def exit_status(self) -> int:
        return self.process.wait(60)


@pytest.fixture
def ports() -> list[int]:
    return [free_port(), free_port()]


@pytest.fixture
def command(tmp_path: Path, ports: list[int]) -> Iterator[Callable[..., Command]]:
    commands: list[Command] = []

    def run(*options: str) -> Command:
        commands.append(Command(tmp_path, ports, *options))
        return commands[-1]

    yield run
    for each in commands:
        each.process.kill()
        each.process.wait()
    for record in load_records(tmp_path / ".data" / "run"):
        record.end()


def pids(root: Path) -> list[int]:
    return [record.pid for record in load_records(root / ".data" / "run")]


@contextmanager
def gone_afterwards(pids: list[int]) -> Iterator[None]:
    assert all(start_time(pid) for pid in pids)
    yield
    wait_until(lambda: not any(start_time(pid) for pid in pids), description="all parts are gone")


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP], ids=lambda number: number.name)
def test_a_signal_ends_everything_that_up_started(
    command: Callable[..., Command], tmp_path: Path, number: signal.Signals
) -> None:
    up = command()
    up.wait_for("Ctrl-C ends everything")

    with gone_afterwards(pids(tmp_path)):
        up.process.send_signal(number)
        assert up.exit_status() == 130

    assert "stopping everything ... done" in up.output
    assert "Traceback" not in up.output
    assert pids(tmp_path) == []


def test_up_shows_what_runs_where_and_no_password(command: Callable[..., Command], ports: list[int]) -> None:
    up = command()

    up.wait_for("Ctrl-C ends everything")

    assert re.search(rf"part_0 +stand-in +http://127.0.0.1:{ports[0]} +\S+part_0.log", up.output)
    assert (
        up.output.index("starting part_0") < up.output.index("database prepared") < up.output.index("starting part_1")
    )
    assert "Secret-1" not in up.output


def test_a_part_that_dies_is_told_with_its_last_lines(command: Callable[..., Command], tmp_path: Path) -> None:
    up = command()
    up.wait_for("Ctrl-C ends everything")

    os.kill(pids(tmp_path)[0], signal.SIGKILL)

    up.wait_for("The other parts go on")
    assert "part_0 DIED (killed by signal 9)" in up.output
    assert "fake: listening on" in up.output
    assert up.process.poll() is None


def test_up_ends_when_every_part_has_died(command: Callable[..., Command], tmp_path: Path) -> None:
    up = command()
    up.wait_for("Ctrl-C ends everything")

    for pid in pids(tmp_path):
        os.kill(pid, signal.SIGKILL)

    assert up.exit_status() == 1
    assert "no part runs any more" in up.output


def test_down_ends_a_detached_stack(command: Callable[..., Command], tmp_path: Path, ports: list[int]) -> None:
    up = command("--detach")
    assert up.exit_status() == 0, up.output

    with gone_afterwards(pids(tmp_path)):
        down = command("down")
        assert down.exit_status() == 0

    assert down.output.index("stopping part_1") < down.output.index("stopping part_0")
    assert all(map(is_free, ports))
    assert pids(tmp_path) == []


def test_down_ends_a_stack_in_the_foreground(command: Callable[..., Command]) -> None:
    up = command()
    up.wait_for("Ctrl-C ends everything")

    assert command("down").exit_status() == 0

    assert up.exit_status() == 0
    assert "part_0 was ended by ./dev down" in up.output
    assert "DIED" not in up.output


def test_down_leaves_a_process_alone_that_got_the_pid_of_a_part(
    command: Callable[..., Command], tmp_path: Path
) -> None:
    assert command("--detach").exit_status() == 0
    records = load_records(tmp_path / ".data" / "run")
    file = tmp_path / ".data" / "run" / "part_0.json"
    file.write_text(file.read_text().replace(f'"{records[0].started}"', '"1"'))

    down = command("down")

    assert down.exit_status() == 0
    assert "part_0 had ended already" in down.output
    assert records[0].is_running()
    records[0].end()


def test_a_second_up_points_to_the_first(command: Callable[..., Command], tmp_path: Path) -> None:
    assert command("--detach").exit_status() == 0
    before = pids(tmp_path)

    second = command()

    assert second.exit_status() == 1
    assert "already running: part_0, part_1; ./dev status" in second.output
    assert pids(tmp_path) == before
    assert all(start_time(pid) for pid in before)


def test_up_starts_nothing_if_a_port_is_taken(
    command: Callable[..., Command], tmp_path: Path, ports: list[int]
) -> None:
    with socket.create_server(("127.0.0.1", ports[1])):
        up = command()

        assert up.exit_status() == 1

    assert re.search(rf"port {ports[1]}, which part_1 needs, is taken by \S+ \(pid {os.getpid()}\)", up.output)
    assert "starting" not in up.output
    assert not (tmp_path / ".data" / "logs").exists()


def test_up_after_a_crash_of_up_starts_again(command: Callable[..., Command], tmp_path: Path) -> None:
    first = command()
    first.wait_for("Ctrl-C ends everything")
    with gone_afterwards(pids(tmp_path)):
        first.process.kill()

    assert command("--detach").exit_status() == 0


def test_up_after_a_crash_ends_what_outlived_it(command: Callable[..., Command], tmp_path: Path) -> None:
    first = command("--detach")
    assert first.exit_status() == 0
    left = tmp_path / "left"
    left.touch()
    file = tmp_path / ".data" / "run" / "part_0.json"
    file.write_text(file.read_text().replace('"remove_leftover": []', f'"remove_leftover": ["/bin/rm", "{left}"]'))
    for pid in pids(tmp_path):
        os.kill(pid, signal.SIGKILL)
    wait_until(lambda: not any(record.is_running() for record in load_records(file.parent)), description="all are dead")

    assert command("--detach").exit_status() == 0

    assert not left.exists()


def settings_of(connection_string: str, **more: str) -> dict[str, str]:
    return {"SqlConnectionString": connection_string, "AzureWebJobsStorage": "UseDevelopmentStorage=true", **more}


@pytest.mark.parametrize(
    ("connection_string", "version", "stand_ins", "expected"),
    [
        pytest.param(STAND_IN_SQL, None, False, ["sql_server stand-in", "functions_host stand-in"], id="nothing-real"),
        pytest.param(
            STAND_IN_SQL, "4.15.1", False, ["sql_server stand-in", "functions_host real (func 4.15.1)"], id="func"
        ),
        pytest.param(STAND_IN_SQL, "4.15.1", True, ["sql_server stand-in", "functions_host stand-in"], id="forced"),
        pytest.param(REAL_SQL, None, False, ["functions_host stand-in"], id="real-sql"),
    ],
)
def test_the_real_thing_is_taken_where_it_is_there(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    connection_string: str,
    version: str | None,
    stand_ins: bool,
    expected: list[str],
) -> None:
    monkeypatch.setattr(core_tools, "find", lambda: CoreTools(version))

    planned = plan(
        tmp_path, Stack(tmp_path), settings_of(connection_string), python=Path(sys.executable), stand_ins=stand_ins
    )

    chosen = [f"{part.name} {part.kind}" for part in planned.parts]
    assert [each for each in chosen if each.startswith(("sql", "func"))] == expected
    assert chosen[0] == "azurite real (Azurite)"
    assert planned.notes == ()


def test_a_func_that_does_not_work_is_told_and_the_stand_in_taken(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(core_tools, "find", lambda: CoreTools(trouble="func is too old"))

    planned = plan(tmp_path, Stack(tmp_path), settings_of(STAND_IN_SQL), python=Path(sys.executable), stand_ins=False)

    assert planned.parts[-1].kind == "stand-in"
    assert planned.notes == ("func is too old; the Functions host is the stand-in",)


def test_a_container_takes_the_place_of_the_stand_in_and_the_host_is_told_of_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "password"
    container = SqlContainer(
        engine=ContainerEngine("docker"),
        name="c",
        port=14331,
        database="RelayDemo",
        password="Secret-1",
        volume="v",
        password_file=file,
    )
    settings = {"SqlConnectionString": container.connection_string}
    stack = Stack(tmp_path, ports=PORTS)

    planned = plan(
        tmp_path,
        stack,
        settings_of(container.connection_string),
        python=Path(sys.executable),
        stand_ins=True,
        container=container,
        host_settings=settings,
    )

    assert [part.name for part in planned.parts] == ["azurite", "sql_server", "demo_api", "functions_host"]
    assert planned.parts[1].kind == "real (docker)"
    assert planned.parts[-1].environment["SqlConnectionString"] == container.connection_string
    assert planned.brings_sql_server
    told = summary(stack, planned, detach=False)
    assert f"server 127.0.0.1,14331, database RelayDemo, user sa, password as in {file}" in told
    assert "not ours" not in told
    assert "Secret-1" not in told


def test_settings_that_bypass_the_stack_are_noted(tmp_path: Path) -> None:
    settings = settings_of(STAND_IN_SQL, API_URL="https://api.example.net") | {
        "AzureWebJobsStorage": "AccountName=real"
    }

    planned = plan(tmp_path, Stack(tmp_path), settings, python=Path(sys.executable), stand_ins=True)

    assert [note.split()[0] for note in planned.notes] == ["API_URL", "AzureWebJobsStorage"]


def test_status_tells_running_dead_and_not_started(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("SqlConnectionString", REAL_SQL)
    with Stack(tmp_path / ".data") as stack:
        stack.start_part(fake_part("azurite"))
        stack.start_part(fake_part("demo_api"))
        stack.kill("demo_api")

        assert status(tmp_path) == 1

    lines = capsys.readouterr().out.splitlines()
    states = {line.split()[0]: " ".join(line.split()[1:3]) for line in lines[2:]}
    assert states["azurite"] == "running (pid"
    assert states["demo_api"].startswith("dead")
    assert states["sql_server"] == "not ours"
    assert states["functions_host"] == "not started"
    assert "Secret-1" not in "".join(lines)
