"""A SQL Server in a container, over a fake `docker` whose container is the project's own stand-in."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from devstack.command import own_sql_server
from devstack.command.child_process import start_time
from devstack.command.container_engine import find_engine
from devstack.command.errors import CommandError, PartFailed
from devstack.command.own_sql_server import delete_volume, lasting, throwaway
from devstack.command.parts import ROOT
from devstack.command.ports import free_port, is_free
from devstack.command.processes import Stack
from devstack.command.records import load_records
from devstack.command.sql_container import IMAGE
from tests.unit.devstack.command.fake_docker import FakeDocker
from tests.waiting import wait_until

PYTHON = Path(sys.executable)


@pytest.fixture
def tools(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The only folder on PATH; whoever runs the tests accepts the licence of the stand-in."""
    monkeypatch.setenv("PATH", str(tmp_path / "tools"))
    monkeypatch.setenv("ACCEPT_EULA", "Y")
    monkeypatch.setattr(own_sql_server, "PORT", free_port())
    return tmp_path / "tools"


@pytest.fixture
def docker(tools: Path) -> Iterator[FakeDocker]:
    docker = FakeDocker(tools)
    docker.has_image(IMAGE)
    yield docker
    docker.end_all()


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """The folder of a project."""
    (tmp_path / "project").mkdir()
    return tmp_path / "project"


@pytest.fixture
def stack(root: Path) -> Iterator[Stack]:
    with Stack(root / ".data") as stack:
        yield stack


def ask(connection_string: str, statement: str) -> str:
    told = subprocess.run(
        [sys.executable, "-m", "devstack.command.sql_query", statement],
        cwd=ROOT,
        env={**os.environ, "SqlConnectionString": connection_string},
        capture_output=True,
        text=True,
        check=False,
    )
    assert told.returncode == 0, told.stderr
    return told.stdout


def test_it_is_there_when_its_database_takes_a_login_and_listens_on_loopback(
    docker: FakeDocker, root: Path, stack: Stack
) -> None:
    container = lasting(root)

    stack.start_part(container.part(PYTHON))

    assert "RelayDemo" in ask(container.connection_string, "SELECT DB_NAME()")
    name = container.name
    assert docker.calls[-1] == [
        *("run", "--name", name, "--env", "ACCEPT_EULA", "--env", "MSSQL_SA_PASSWORD"),
        *("--publish", f"127.0.0.1:{container.port}:1433", "--volume", f"{name}:/var/opt/mssql", IMAGE),
    ]
    assert docker.containers == docker.volumes == [name]


def test_the_password_is_in_no_command_line_no_repr_and_no_file_of_others(
    docker: FakeDocker, root: Path, stack: Stack
) -> None:
    container = lasting(root)
    stack.start_part(container.part(PYTHON))

    password = container.password
    assert docker.environment_of_run["MSSQL_SA_PASSWORD"] == password
    assert docker.environment_of_run["ACCEPT_EULA"] == "Y"
    assert password not in str(docker.calls) + repr(container) + repr(container.part(PYTHON))
    [file] = [file for file in (root / ".data").rglob("*") if file.is_file() and password in file.read_text()]
    assert file == container.password_file
    assert file.stat().st_mode & 0o077 == 0


def test_its_data_stays_and_the_container_goes(docker: FakeDocker, root: Path, stack: Stack) -> None:
    container = lasting(root)
    stack.start_part(container.part(PYTHON))
    ask(container.connection_string, "CREATE TABLE dbo.Kept (Id int NOT NULL PRIMARY KEY)")

    stack.stop()

    assert docker.containers == []
    assert is_free(container.port)

    again = lasting(root)
    stack.start_part(again.part(PYTHON))

    assert again == container
    assert "0 rows" in ask(again.connection_string, "SELECT * FROM dbo.Kept")


def test_a_container_that_outlived_its_program_goes_when_the_next_one_starts(
    docker: FakeDocker, root: Path, stack: Stack
) -> None:
    container = lasting(root)
    stack.start_part(container.part(PYTHON))
    os.kill(stack.pid("sql_server"), signal.SIGKILL)
    wait_until(lambda: not stack.is_running("sql_server"), description="the program is gone")
    assert not is_free(container.port)

    stack.start_part(container.part(PYTHON))

    assert docker.containers == [container.name]


def test_who_ends_it_from_elsewhere_ends_the_container_too(docker: FakeDocker, root: Path, stack: Stack) -> None:
    container = lasting(root)
    stack.start_part(container.part(PYTHON))
    os.kill(stack.pid("sql_server"), signal.SIGKILL)
    wait_until(lambda: not stack.is_running("sql_server"), description="the program is gone")

    [record] = load_records(root / ".data" / "run")
    record.end()

    assert docker.containers == []
    assert is_free(container.port)


def test_a_container_that_ends_at_once_says_why_and_what_helps(docker: FakeDocker, root: Path, stack: Stack) -> None:
    container = lasting(root)
    docker.refuse("run", "This program requires a machine with at least 2000 megabytes of memory.")

    with pytest.raises(PartFailed, match=r"(?s)at least 2000 megabytes.*\./dev down --delete-volume begins anew"):
        stack.start_part(container.part(PYTHON))


def test_an_image_that_is_not_there_is_pulled_once(tools: Path, root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    docker = FakeDocker(tools)

    lasting(root)
    lasting(root)

    assert [call for call in docker.calls if call[0] == "pull"] == [["pull", IMAGE]]
    assert f"pulling {IMAGE}" in capsys.readouterr().out


def test_podman_is_taken_where_there_is_no_docker(tools: Path) -> None:
    FakeDocker(tools, "podman")
    assert find_engine().program == "podman"

    FakeDocker(tools, "docker")
    assert find_engine().program == "docker"


def test_without_docker_and_podman_the_stand_in_is_named(tools: Path, root: Path) -> None:
    with pytest.raises(CommandError, match=r"neither docker nor podman is on PATH; install one .* the stand-in"):
        lasting(root)


def test_a_daemon_that_does_not_run_is_told_in_a_line(docker: FakeDocker, root: Path) -> None:
    docker.refuse("version", "Cannot connect to the Docker daemon. Is the docker daemon running?\nand more")

    with pytest.raises(
        CommandError, match=r"docker does not work \(Cannot connect to the .*running\?\); start its daemon"
    ):
        lasting(root)


@pytest.mark.parametrize("value", ["", "no", None])
def test_only_the_user_accepts_the_licence(
    docker: FakeDocker, root: Path, monkeypatch: pytest.MonkeyPatch, value: str | None
) -> None:
    if value is None:
        monkeypatch.delenv("ACCEPT_EULA")
    else:
        monkeypatch.setenv("ACCEPT_EULA", value)

    with pytest.raises(CommandError, match=r"a licence \(https://\S+\) that only you can accept: set ACCEPT_EULA=Y"):
        lasting(root)

    assert docker.calls == [["version"]]


def test_an_image_that_cannot_be_pulled_is_told_with_its_registry(tools: Path, root: Path) -> None:
    FakeDocker(tools).refuse("pull", "Error response from daemon: dial tcp: lookup mcr.microsoft.com: no such host")

    with pytest.raises(
        CommandError, match=r"cannot pull \S+ \(.*no such host\); see that .* reaches mcr.microsoft.com,"
    ):
        lasting(root)


def test_a_volume_without_its_password_is_told_with_the_way_out(docker: FakeDocker, root: Path) -> None:
    container = lasting(root)
    docker.has_volume(container.name)
    assert container.password_file is not None
    container.password_file.unlink()

    with pytest.raises(CommandError, match=r"but not the password .* \./dev down --delete-volume removes"):
        lasting(root)

    assert delete_volume(root)
    assert docker.volumes == []
    assert lasting(root).password != container.password


def test_deleting_the_volume_forgets_its_password(docker: FakeDocker, root: Path) -> None:
    container = lasting(root)
    docker.has_volume(container.name)

    assert delete_volume(root)

    assert container.password_file is not None
    assert not container.password_file.exists()
    assert not delete_volume(root)


def test_a_volume_that_cannot_be_removed_is_told_and_its_password_kept(docker: FakeDocker, root: Path) -> None:
    container = lasting(root)
    docker.has_volume(container.name)
    docker.refuse("volume rm", "Error response from daemon: volume is in use")

    with pytest.raises(CommandError, match=r"cannot remove the volume \S+ \(.*is in use\); remove it yourself"):
        delete_volume(root)

    assert lasting(root) == container


def test_each_folder_has_a_container_of_its_own(docker: FakeDocker, root: Path, tmp_path: Path) -> None:
    (tmp_path / "clone").mkdir()

    assert lasting(root).name != lasting(tmp_path / "clone").name


def test_one_for_tests_has_an_empty_database_and_leaves_nothing(
    docker: FakeDocker, root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FAKE_DATABASE", "RelayTests")

    with throwaway(root, PYTHON) as connection_string:
        assert "RelayTests" in ask(connection_string, "SELECT DB_NAME()")
        [name] = docker.containers
        process = int((docker.state / "containers" / name).read_text())

    assert docker.containers == docker.volumes == []
    assert start_time(process) is None
    assert "--volume" not in next(call for call in docker.calls if call[0] == "run")
    assert name.endswith("-tests")
