"""For all tests, the app's and the packages': where this repository keeps Azurite, and no surprise from the caller's settings."""

import os

import pytest

from devstack.command.parts import AZURITE_PROGRAMS

os.environ["PATH"] = os.pathsep.join([str(AZURITE_PROGRAMS), os.environ.get("PATH", os.defpath)])
for name in ("SqlConnectionString", "WEBSITE_SITE_NAME", "RELAYS_FILE", "WORKFLOWS_FILE"):
    os.environ.pop(name, None)
# The tests start hundreds of Python processes: each would compile everything anew.
os.environ.pop("PYTHONDONTWRITEBYTECODE", None)

# Of other makers, for the stand-in of SQL Server: what is not there is fetched and built, or left out.
CLIENTS = "packages/mssql-standin/tests/mssql_standin_tests/clients"

# A file is one worker's, and some take minutes: they begin first, so that no worker is left alone with one at the end.
LONGEST_FIRST = (
    *("tests/recovery/test_proof_kills", "tests/recovery/test_proof_outages", "tests/e2e/test_demo"),
    "tests/recovery/test_worker_deaths",
    *(
        "tests/recovery/test_proof",
        "tests/recovery/test_schema_changes",
        "tests/recovery",
        "tests/upgrade",
        "tests/e2e",
    ),
    *(
        "tests/contract/test_key_shapes",
        "packages/functions-standin/tests/functions_standin_tests/contract",
        CLIENTS,
        "tests/contract",
    ),
)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Bring long files to the front; the order within a file stays."""
    items.sort(key=lambda item: next((n for n, start in enumerate(LONGEST_FIRST) if item.nodeid.startswith(start)), 99))


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Say in one line which clients of SQL Server were left out."""
    skipped = (report for report in terminalreporter.getreports("skipped") if report.nodeid.startswith(CLIENTS))
    reasons = sorted(
        {report.longrepr[2].removeprefix("Skipped: ") for report in skipped if isinstance(report.longrepr, tuple)}
    )
    if reasons:
        terminalreporter.write_line(f"clients of SQL Server: {'; '.join(reasons)}")
