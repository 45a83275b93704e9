"""A SQL Server of our own, in a container: one whose data lasts for `./dev up`, one that is thrown away for tests."""

import hashlib
import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from devstack.command.container_engine import ContainerEngine, find_engine
from devstack.command.errors import CommandError
from devstack.command.lock import hold_lock
from devstack.command.ports import free_port
from devstack.command.private_file import write_private
from devstack.command.processes import Stack
from devstack.command.sql_container import DELETE_VOLUME, EULA_VARIABLE, IMAGE, SqlContainer
from devstack.command.terminal import step

WORD = "docker"  # what people write where a connection string could stand
PORT = 14331  # beside the stand-in's


def lasting(root: Path) -> SqlContainer:
    """Return the container of this folder's `./dev up`, ready to be started; raise CommandError if it cannot be."""
    engine = _engine_with_image()
    name = _name(root)
    password_file = _password_file(root)
    if not password_file.exists():
        if engine.has_volume(name):
            raise CommandError(
                f"the volume {name} is there, but not the password of its SQL Server, which stood in {password_file}; "
                f"{DELETE_VOLUME} removes the volume with its data, then run this again"
            )
        write_private(password_file, _new_password())
    return SqlContainer(
        engine=engine,
        name=name,
        port=PORT,
        database="RelayDemo",
        password=password_file.read_text(encoding="ascii"),
        volume=name,
        password_file=password_file,
    )


def delete_volume(root: Path) -> bool:
    """Remove the data of this folder's container, and its password; tell whether there was any."""
    engine, name = find_engine(), _name(root)
    found = engine.has_volume(name)
    if found:
        engine.remove_volume(name)
    _password_file(root).unlink(missing_ok=True)
    return found


@contextmanager
def throwaway(root: Path, python: Path) -> Iterator[str]:
    """Run a SQL Server with an empty database of its own; yield its connection string."""
    container = SqlContainer(
        engine=_engine_with_image(),
        name=f"{_name(root)}-tests",
        port=free_port(),
        database="RelayTests",
        password=_new_password(),
    )
    data = root / ".data" / "sql_container"
    with (
        hold_lock(data / "tests.lock", "waiting for another one with a SQL Server in a container"),
        Stack(data) as stack,
    ):
        with step(f"starting SQL Server in {container.engine.program}"):
            stack.start_part(container.part(python))
        yield container.connection_string


def _engine_with_image() -> ContainerEngine:
    engine = find_engine()
    if os.environ.get(EULA_VARIABLE, "").upper() != "Y":
        raise CommandError(
            f"the container of SQL Server has a licence (https://go.microsoft.com/fwlink/?LinkId=746388) that only you can "
            f"accept: set {EULA_VARIABLE}=Y in the environment, and run this again"
        )
    engine.provide(IMAGE)
    return engine


def _name(root: Path) -> str:
    return f"durable-sql-relay-{hashlib.sha256(str(root.resolve()).encode()).hexdigest()[:8]}"


def _password_file(root: Path) -> Path:
    return root / ".data" / "sql_container" / "password"


def _new_password() -> str:
    return f"Local-1-{secrets.token_hex(16)}"
