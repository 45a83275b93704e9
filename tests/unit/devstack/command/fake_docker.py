"""A fake `docker` for the tests: writes down how it was called, and runs the project's own SQL stand-in as its only container.

`FakeDocker(folder)` puts it into a folder; what is in there tells it how to behave (`refuse`) and what it has (`images`, `volumes`).
As with the real one a container is not a child of the program that runs it, and outlives it when that is killed.
"""

import json
import os
import shutil
import signal
import socket
import subprocess
import sys
from contextlib import suppress
from pathlib import Path
from typing import Any

from devstack.command.child_process import start_time
from mssql_standin.__main__ import PASSWORD_VARIABLE
from tests.waiting import wait_until


class FakeDocker:
    """The program, its folder, and what it was asked."""

    def __init__(self, folder: Path, name: str = "docker") -> None:
        self.folder, self.state = folder, folder / f"{name}.state"
        for room in ("images", "volumes", "containers", "refusals"):
            (self.state / room).mkdir(parents=True)
        program = folder / name
        paths = os.pathsep.join(path for path in sys.path if path)
        program.write_text(
            f"#!{sys.executable}\nimport sys\nsys.path[:0] = {paths.split(os.pathsep)!r}\n"
            f"from tests.unit.devstack.command.fake_docker import main\nmain({str(self.state)!r}, sys.argv[1:])\n"
        )
        program.chmod(0o755)

    def has_image(self, name: str) -> None:
        (self.state / "images" / _file_name(name)).touch()

    def has_volume(self, name: str) -> None:
        (self.state / "volumes" / name).mkdir()

    def refuse(self, verb: str, complaint: str) -> None:
        (self.state / "refusals" / verb).write_text(complaint)

    @property
    def volumes(self) -> list[str]:
        return sorted(file.name for file in (self.state / "volumes").iterdir())

    @property
    def containers(self) -> list[str]:
        return sorted(file.name for file in (self.state / "containers").iterdir())

    @property
    def calls(self) -> list[list[str]]:
        return [call["arguments"] for call in self._calls]

    @property
    def environment_of_run(self) -> dict[str, str]:
        return next(call["environment"] for call in self._calls if call["arguments"][0] == "run")

    @property
    def _calls(self) -> list[dict[str, Any]]:
        file = self.state / "calls"
        return [json.loads(line) for line in file.read_text().splitlines()] if file.exists() else []

    def end_all(self) -> None:
        for container in (self.state / "containers").iterdir():
            _remove(container)


def main(state: str, arguments: list[str]) -> None:
    """Be docker."""
    room = Path(state)
    with (room / "calls").open("a") as calls:
        calls.write(json.dumps({"arguments": arguments, "environment": dict(os.environ)}) + "\n")
    for verb in (arguments[0], " ".join(arguments[:2])):
        if (room / "refusals" / verb).exists():
            sys.exit((room / "refusals" / verb).read_text())
    match arguments:
        case ["image", "inspect", name]:
            _need(room / "images" / _file_name(name))
        case ["pull", name]:
            (room / "images" / _file_name(name)).touch()
        case ["volume", "inspect", name]:
            _need(room / "volumes" / name)
        case ["volume", "rm", name]:
            shutil.rmtree(room / "volumes" / name)
        case ["rm", "--force", "--volumes", name]:
            _need(room / "containers" / name)
            _remove(room / "containers" / name)
        case ["run", *options]:
            _run(room, options)
        case ["version"]:
            print("Version: 28.2.2")
        case _:
            sys.exit(f"unknown command: {arguments}")


def _need(file: Path) -> None:
    if not file.exists():
        sys.exit(f"Error response from daemon: no such thing: {file.name}")


def _run(room: Path, options: list[str]) -> None:
    given = dict(zip(options[:-1:2], options[1:-1:2], strict=True))
    container = room / "containers" / given["--name"]
    if container.exists():
        sys.exit(f"the container name {container.name} is already in use")
    port = int(given["--publish"].split(":")[1])
    volume = given.get("--volume", "").partition(":")[0]
    data = room / "volumes" / volume if volume else _data_of(container)
    data.mkdir(exist_ok=True)
    # A server's password is that with which its data began.
    password = data / "password"
    if not password.exists():
        password.write_text(os.environ["MSSQL_SA_PASSWORD"])
    _listen_without_answering(port)
    login = ["--database", os.environ.get("FAKE_DATABASE", "RelayDemo"), "--user", "sa"]
    server = subprocess.Popen(
        [sys.executable, "-m", "mssql_standin", "--data", str(data / "sql"), "--port", str(port), *login],
        env={**os.environ, PASSWORD_VARIABLE: password.read_text(), "PYTHONPATH": os.pathsep.join(sys.path)},
        start_new_session=True,
    )
    container.write_text(str(server.pid))
    signal.signal(signal.SIGTERM, lambda *_: server.terminate())
    sys.exit(server.wait())


def _listen_without_answering(port: int) -> None:
    """As a published port does before the server in the container has come up."""
    with socket.create_server(("127.0.0.1", port)) as listening:
        for _ in range(2):
            listening.accept()[0].close()


def _remove(container: Path) -> None:
    process = int(container.read_text())
    with suppress(ProcessLookupError):
        os.killpg(process, signal.SIGKILL)
    wait_until(lambda: start_time(process) is None, description="the container is gone")
    container.unlink()
    shutil.rmtree(_data_of(container), ignore_errors=True)


def _data_of(container: Path) -> Path:
    """Where the data of a container without a volume lies."""
    return container.parents[1] / f"{container.name}.data"


def _file_name(image: str) -> str:
    return image.replace("/", "_")
