"""The command line, as people call it."""

import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from devstack.command import main as command_line
from devstack.command import own_sql_server
from devstack.command.checks import CHECKS, check
from devstack.command.main import main
from devstack.command.terminal import table
from tests.unit.devstack.command.fakes import ROOT
from tests.unit.devstack.command.test_installation import program


class Became(Exception):
    """What `./dev` would have gone on as."""

    def __init__(self, command: list[str], environment: dict[str, str]) -> None:
        super().__init__(command)
        self.command = command[1:]
        self.environment = environment


@pytest.fixture
def became(monkeypatch: pytest.MonkeyPatch) -> Callable[[list[str]], Became]:
    def execve(_path: Path, command: list[str], environment: dict[str, str]) -> None:
        raise Became(command, environment)

    def run(arguments: list[str]) -> Became:
        with pytest.raises(Became) as caught:
            main(arguments)
        return caught.value

    monkeypatch.chdir(Path.cwd())
    monkeypatch.setattr(os, "execve", execve)
    monkeypatch.setattr(command_line, "set_up", lambda *_, **__: Path("/venv/bin/python"))
    monkeypatch.setattr(signal, "signal", lambda *_: None)
    return run


def dev(*arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, str(ROOT / "dev"), *arguments],
        capture_output=True,
        text=True,
        check=False,
        stdin=subprocess.DEVNULL,
        env={**os.environ, **environment},
    )


@pytest.mark.parametrize("arguments", [[], ["help"], ["--help"], ["-h"]], ids=str)
def test_help_has_a_line_for_every_verb(arguments: list[str]) -> None:
    told = dev(*arguments)

    assert told.returncode == 0
    for verb in ("up", "down", "status", "demo", "test", "check", "sql", "help"):
        assert f"\n  ./dev {verb}" in told.stdout


@pytest.mark.parametrize(
    ("arguments", "problem"),
    [
        pytest.param(["upp"], "there is no verb 'upp'; ./dev help", id="verb"),
        pytest.param(["up", "--now"], "./dev up does not know --now", id="option"),
        pytest.param(["status", "x"], "x means nothing here", id="argument"),
        pytest.param(["sql"], "./dev sql enable", id="sql"),
        pytest.param(["sql", "query"], "./dev sql query", id="sql-query"),
        pytest.param(["workflow", "run"], "./dev workflow check FILE", id="workflow"),
        pytest.param(["test", "--sql-server"], "--sql-server needs a connection string", id="sql-server"),
        pytest.param(["up", "--sql-server", "dokcer"], "--sql-server needs a connection string", id="server-of-up"),
        pytest.param(["down", "--volumes"], "--volumes means nothing here", id="down"),
    ],
)
def test_a_mistake_on_the_command_line_is_one_sentence(arguments: list[str], problem: str) -> None:
    told = dev(*arguments)

    assert told.returncode == 1
    assert problem in told.stderr
    assert told.stderr.count("\n") == 1


def test_a_python_that_is_not_supported_hands_over_to_one_that_is(tmp_path: Path) -> None:
    old = (ROOT / "dev").read_text().replace('SUPPORTED = ("3.11", "3.12", "3.13")', 'SUPPORTED = ("3.0", "3.77")')
    (tmp_path / "dev").write_text(old)
    program(tmp_path / "python3.77", 'if [ "$1" != -c ]; then echo "handed over: $*"; fi')
    program(tmp_path / "python3.0", "exit 127")

    told = subprocess.run(
        [sys.executable, str(tmp_path / "dev"), "status"],
        capture_output=True,
        text=True,
        check=False,
        env={"PATH": str(tmp_path)},
    )

    assert told.stdout == f"handed over: {tmp_path / 'dev'} status\n"


def test_no_supported_python_is_said(tmp_path: Path) -> None:
    (tmp_path / "dev").write_text((ROOT / "dev").read_text().replace('"3.11", "3.12", "3.13"', '"3.76", "3.77"'))

    told = subprocess.run(
        [sys.executable, str(tmp_path / "dev")], capture_output=True, text=True, check=False, env={"PATH": ""}
    )

    assert told.returncode == 1
    assert told.stderr.startswith("dev: Python 3.76, 3.77 is needed")


def test_tests_run_with_their_arguments_and_a_summary_of_skips(became: Callable[[list[str]], Became]) -> None:
    told = became(["test", "-k", "some thing", "tests/unit"])

    assert told.command == ["-m", "pytest", "-rs", "-k", "some thing", "tests/unit"]


@pytest.mark.parametrize(
    ("arguments", "folders"),
    [
        pytest.param([], [], id="all"),
        pytest.param(["app"], ["tests"], id="the app's"),
        pytest.param(["packages"], ["packages"], id="the packages'"),
    ],
)
def test_many_tests_run_several_at_a_time(
    became: Callable[[list[str]], Became], arguments: list[str], folders: list[str]
) -> None:
    told = became(["test", *arguments])

    assert told.command == [
        "-m",
        "pytest",
        "-rs",
        *folders,
        "--numprocesses",
        "4",
        "--dist",
        "loadfile",
        "--no-loadscope-reorder",
    ]
    assert became(["test", *arguments, "-x"]).command == ["-m", "pytest", "-rs", *folders, "-x"]


@pytest.mark.parametrize(
    "arguments", [["--sql-server", "Server=x;Pwd=a=b"], ["--sql-server=Server=x;Pwd=a=b"]], ids=["two", "one"]
)
def test_the_server_of_the_tests_goes_through_the_environment(
    became: Callable[[list[str]], Became], arguments: list[str]
) -> None:
    told = became(["test", *arguments, "-x"])

    assert told.command == ["-m", "pytest", "-rs", "-x"]
    assert told.environment["TEST_SQL_CONNECTION_STRING"] == "Server=x;Pwd=a=b"


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        pytest.param([], (False, False, None), id="plain"),
        pytest.param(["--sql-server", "docker", "--detach"], (False, True, "docker"), id="container"),
        pytest.param(["--stand-ins", "--sql-server=Server=x;Pwd=a=b"], (True, False, "Server=x;Pwd=a=b"), id="named"),
    ],
)
def test_up_gets_its_options(
    became: object, monkeypatch: pytest.MonkeyPatch, arguments: list[str], expected: tuple[bool, bool, str | None]
) -> None:
    def up(_root: Path, _python: Path, *, stand_ins: bool, detach: bool, sql_server: str | None) -> int:
        assert (stand_ins, detach, sql_server) == expected
        return 7

    monkeypatch.setattr(command_line, "up", up)

    assert main(["up", *arguments]) == 7


@pytest.mark.parametrize(("arguments", "deletes"), [([], False), (["--delete-volume"], True)])
def test_down_deletes_the_volume_only_if_told(
    monkeypatch: pytest.MonkeyPatch, arguments: list[str], deletes: bool
) -> None:
    monkeypatch.setattr(command_line, "down", lambda _root, *, delete_volume: 7 if delete_volume is deletes else 8)
    monkeypatch.setattr(signal, "signal", lambda *_: None)

    assert main(["down", *arguments]) == 7


def test_tests_can_have_a_server_in_a_container(
    became: object, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    @contextmanager
    def throwaway(_root: Path, python: Path) -> Iterator[str]:
        assert python == tmp_path / "python"
        yield "Server=in a container"
        (tmp_path / "gone").touch()

    program(tmp_path / "python", f'echo "$TEST_SQL_CONNECTION_STRING: $*" > {tmp_path}/ran; exit 5')
    monkeypatch.setattr(command_line, "set_up", lambda *_, **__: tmp_path / "python")
    monkeypatch.setattr(own_sql_server, "throwaway", throwaway)

    assert main(["test", "app", "--sql-server", "docker", "-x"]) == 5

    assert (tmp_path / "ran").read_text() == "Server=in a container: -m pytest -rs tests -x\n"
    assert (tmp_path / "gone").exists()


def test_the_demo_gets_its_arguments(became: Callable[[list[str]], Became]) -> None:
    assert became(["demo", "--short"]).command == ["-m", "devstack.demo", "--short"]


def test_sql_runs_with_the_apps_settings(
    became: Callable[[list[str]], Became], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    values = {"SqlConnectionString": "Server=db.example.net", "RELAYS_FILE": "mine.toml"}
    (tmp_path / "local.settings.json").write_text(json.dumps({"IsEncrypted": False, "Values": values}))
    monkeypatch.setattr(command_line, "ROOT", tmp_path)

    told = became(["sql", "enable"])

    assert told.command == ["-m", "prepare_database"]
    assert told.environment["RELAYS_FILE"] == "mine.toml"
    assert became(["sql", "rights"]).command == ["-m", "prepare_database", "--rights"]
    assert became(["sql", "query", "SELECT 1"]).command == ["-m", "devstack.command.sql_query", "SELECT 1"]


def test_a_definition_is_checked_where_its_file_is_with_the_apps_settings(
    became: Callable[[list[str]], Became], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("WORKFLOWS_FILE", "mine.toml")

    told = became(["workflow", "check", "order.asl.json", "--mermaid"])

    assert told.command == [str(ROOT / "check_definition.py"), "order.asl.json", "--mermaid"]
    assert told.environment["WORKFLOWS_FILE"] == "mine.toml"
    assert Path.cwd() == tmp_path


def test_sql_says_that_the_stand_in_does_not_run(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(command_line, "accepts_connections", lambda _: False)
    monkeypatch.setattr(signal, "signal", lambda *_: None)
    monkeypatch.setenv("SqlConnectionString", "Server=127.0.0.1,14330")

    assert main(["sql", "enable"]) == 1

    assert "start it with ./dev up" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("error", "exit_status", "text"),
    [
        pytest.param(PermissionError(13, "Permission denied", "/x/.venv"), 1, "/x/.venv: Permission denied", id="os"),
        pytest.param(KeyboardInterrupt(), 130, "interrupted", id="ctrl-c"),
    ],
)
def test_no_error_shows_a_traceback(
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    error: BaseException,
    exit_status: int,
    text: str,
) -> None:
    def fail(*_: object, **__: object) -> Path:
        raise error

    monkeypatch.setattr(command_line, "set_up", fail)
    monkeypatch.setattr(signal, "signal", lambda *_: None)

    assert main(["check"]) == exit_status

    assert text in capsys.readouterr().err


@pytest.mark.parametrize(("failing", "exit_status"), [("none", 0), ("ruff", 1), ("mypy", 1), ("check-jsonschema", 1)])
def test_every_check_runs_even_if_one_fails(
    tmp_path: Path, capfd: pytest.CaptureFixture[str], failing: str, exit_status: int
) -> None:
    programs = {name for name, *_ in CHECKS.values()}
    for name in programs:
        program(tmp_path / name, f'echo "ran {name} $1"; [ {name} != {failing} ]')

    assert check(tmp_path, tmp_path / "python") == exit_status

    told = capfd.readouterr().out
    for name, argument, *_ in CHECKS.values():
        assert f"ran {name} {argument}" in told


def test_a_table_has_columns_as_wide_as_their_content() -> None:
    assert table(("a", "long"), [("123", "x")]) == "a    long\n---  ----\n123  x"
