"""The README alone is enough for an app that has never heard of this project: its own words are run, on free ports."""

import contextlib
import os
import re
import shlex
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from functions_standin_tests.azurite import free_ports, is_open
from functions_standin_tests.samples import end_group
from functions_standin_tests.waiting import wait_until

README = Path(__file__).parents[3] / "README.md"
ACCOUNT = "devstoreaccount1"
KEY = "Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50uSRZ6IFsuFq2UVErCz4I6tq/K1SZFPTOtr/KBHBeksoGMGw=="
PORTS = ("10000", "10001", "10002", "14330", "7071")


@pytest.fixture(scope="module")
def section() -> str:
    """What the README says of it, with free ports in the place of its own, and storage at those ports."""
    text = README.read_text(encoding="utf-8").split("## A small app\n", 1)[1].split("\n## ", 1)[0]
    ports = dict(zip(PORTS, map(str, free_ports(len(PORTS))), strict=True))
    for told, free in ports.items():
        assert told in text
        text = re.sub(rf"\b{told}\b", free, text)
    return text


def blocks(section: str, language: str) -> list[str]:
    return re.findall(rf"```{language}\n(.*?)```", section, re.DOTALL)


@contextlib.contextmanager
def running(command: str, folder: Path, environment: dict[str, str]) -> Iterator[Callable[[], str]]:
    """Run a line of a shell until the block ends; yield a function that returns what it has printed."""
    words = shlex.split(command)
    variables = dict(word.split("=", 1) for word in words if re.match(r"[A-Z_]+=", word))
    program = [sys.executable if word == "python" else word for word in words[len(variables) :]]
    log = folder / f"{len(list(folder.iterdir()))}.log"
    with (
        log.open("wb") as output,
        subprocess.Popen(
            program,
            cwd=folder,
            env={**environment, **variables},
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        ) as process,
    ):
        try:
            yield lambda: log.read_text(encoding="utf-8", errors="replace")
        finally:
            end_group(process.pid)


def ports_of(azurite: str) -> list[int]:
    return [int(port) for port in re.findall(r"Port (\d+)", azurite)]


def at_these_ports(azurite: str) -> str:
    """What UseDevelopmentStorage=true would mean if the emulator's ports were these."""
    endpoints = (
        f"{service}Endpoint=http://127.0.0.1:{port}/{ACCOUNT}"
        for service, port in zip(("Blob", "Queue", "Table"), ports_of(azurite), strict=True)
    )
    return ";".join([f"AccountName={ACCOUNT}", f"AccountKey={KEY}", *endpoints])


def test_a_row_becomes_an_orchestration(section: str, tmp_path: Path) -> None:
    app, table, row = blocks(section, "python")
    files = dict(zip(("host.json", "local.settings.json"), blocks(section, "json"), strict=True))
    for name, text in {"function_app.py": app, **files}.items():
        (tmp_path / name).write_text(text)
    servers, host = blocks(section, "sh")
    azurite, sql_server = servers.splitlines()
    environment = {**os.environ, "AzureWebJobsStorage": at_these_ports(azurite), "PYTHONUNBUFFERED": "1"}

    with contextlib.ExitStack() as stack:
        stack.enter_context(running(f"{azurite} --skipApiVersionCheck", tmp_path, environment))
        printed = stack.enter_context(running(sql_server, tmp_path, environment))
        wait_until(lambda: "mssql_standin: listening on" in printed(), description="SQL Server listens")
        wait_until(lambda: all(map(is_open, ports_of(azurite))), description="Azurite listens")
        client = subprocess.Popen(
            [sys.executable, "-c", f"{table}\ninput('made')\n{row}"],
            cwd=tmp_path,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
        )
        stack.enter_context(client)
        assert client.stdout is not None
        assert client.stdout.read(4) == b"made"
        logged = stack.enter_context(running(host, tmp_path, environment))
        wait_until(lambda: "Started SQL trigger listener" in logged(), description="the trigger has started")

        client.communicate(b"\n")

        wait_until(lambda: "order 1 is packed" in logged(), description="the order is packed")
        assert client.returncode == 0
