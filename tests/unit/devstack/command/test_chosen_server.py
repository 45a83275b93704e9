"""Which SQL Server the commands beside a running stack ask."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from devstack.command.chosen_server import forget, remember, settings_beside
from devstack.command.processes import Stack
from tests.unit.devstack.command.fakes import fake_part

IN_FILE = "Server=tcp:127.0.0.1,14330;Database=RelayDemo"
CHOSEN = "Server=tcp:127.0.0.1,14331;Database=RelayDemo;Password=Secret-1"
NAMED = "Server=tcp:db.example.net;Database=Shop"


@pytest.fixture
def stack(tmp_path: Path) -> Iterator[Stack]:
    (tmp_path / "local.settings.json").write_text(
        f'{{"IsEncrypted": false, "Values": {{"SqlConnectionString": "{IN_FILE}", "OTHER": "1"}}}}'
    )
    with Stack(tmp_path / ".data") as stack:
        stack.start_part(fake_part())
        yield stack


def asked(root: Path, **environment: str) -> str:
    return settings_beside(root, environment)["SqlConnectionString"]


def test_it_is_the_one_of_the_running_stack(tmp_path: Path, stack: Stack) -> None:
    assert asked(tmp_path) == IN_FILE

    remember(stack.run_dir, CHOSEN)

    assert asked(tmp_path) == CHOSEN
    assert settings_beside(tmp_path, {})["OTHER"] == "1"


def test_who_names_another_in_the_environment_means_that(tmp_path: Path, stack: Stack) -> None:
    remember(stack.run_dir, CHOSEN)

    assert asked(tmp_path, SqlConnectionString=NAMED) == NAMED


def test_what_was_chosen_for_a_stack_that_died_is_forgotten(tmp_path: Path, stack: Stack) -> None:
    remember(stack.run_dir, CHOSEN)

    stack.kill("fake")

    assert asked(tmp_path) == IN_FILE


@pytest.mark.parametrize("way", ["forget", "started without one"])
def test_it_can_be_taken_back(tmp_path: Path, stack: Stack, way: str) -> None:
    remember(stack.run_dir, CHOSEN)

    if way == "forget":
        forget(stack.run_dir)
    else:
        remember(stack.run_dir, None)

    assert asked(tmp_path) == IN_FILE
    assert not [file for file in stack.run_dir.iterdir() if "Secret-1" in file.read_text()]


def test_nobody_else_may_read_it(stack: Stack) -> None:
    remember(stack.run_dir, CHOSEN)

    [file] = [file for file in stack.run_dir.iterdir() if "Secret-1" in file.read_text()]
    assert file.stat().st_mode & 0o077 == 0
