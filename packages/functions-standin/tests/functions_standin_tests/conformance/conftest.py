"""Any Functions host: the stand-in, or the one at TEST_FUNCTIONS_HOST_URL, which runs the app of this folder (see README.md).

What is asserted is what Microsoft's own host was seen to do. The host ends with these tests: it looks twenty times as often as others
whether there is something to do.
"""

import contextlib
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
import requests

from functions_standin.sql_trigger.connection import connect, find_driver
from functions_standin.sql_trigger.connection_string import to_odbc
from functions_standin_tests.conformance.probe import Probe, eventually
from functions_standin_tests.conformance.tables import Tables

APP = Path(__file__).parent / "app"
LEASES_FASTER = 0.05  # of the stand-in: a lease of 60 s lasts 3 s
LISTENING = "functions_standin: listening on "


@pytest.fixture(scope="package")
def tables(sql_connection_string: str) -> Iterator[Tables]:
    """The database that the host's app watches."""
    with contextlib.closing(connect(to_odbc(sql_connection_string, find_driver()))) as connection:
        tables = Tables(connection)
        tables.create()
        yield tables


@pytest.fixture(scope="package")
def probe(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Probe]:
    """The host that is asked."""
    if url := os.environ.get("TEST_FUNCTIONS_HOST_URL"):
        yield Probe(url.rstrip("/"), os.environ.get("TEST_FUNCTIONS_HOST_KEY", ""))
        return
    request.getfixturevalue("tables")
    environment = {
        "AzureWebJobsStorage": request.getfixturevalue("azurite"),
        "SqlConnectionString": request.getfixturevalue("sql_connection_string"),
        "FUNCTIONS_WORKER_RUNTIME": "python",
        "WEBSITE_SITE_NAME": "conformance",
    }
    log = tmp_path_factory.mktemp("conformance") / "host.log"
    command = [sys.executable, "-m", "functions_standin", "--app", str(APP), "--port", "0"]
    with (
        log.open("wb") as output,
        subprocess.Popen(
            [*command, "--time-scale", str(LEASES_FASTER)],
            env={**os.environ, **environment},
            stdout=output,
            stderr=subprocess.STDOUT,
        ) as process,
    ):
        try:
            eventually(
                lambda: process.poll() is not None or LISTENING in log.read_text("utf-8"), lambda: "the host listens"
            )
            assert process.poll() is None, log.read_text("utf-8")
            yield Probe(log.read_text("utf-8").split(LISTENING, 1)[1].split()[0])
        finally:
            process.terminate()


@pytest.fixture(scope="package", autouse=True)
def _the_right_app(probe: Probe) -> None:
    try:
        answer = probe.get("answers/text")
    except requests.ConnectionError as error:
        pytest.exit(f"nobody answers at {probe.url}: {error}", returncode=1)
    if answer.text != "text":
        pytest.exit(
            f"{probe.url} does not run the conformance app ({answer.status_code} to GET /api/answers/text); see its README.md",
            returncode=1,
        )
