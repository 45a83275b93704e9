"""For all tests, the app's and the packages': where this repository keeps Azurite, and no surprise from the caller's settings."""

import os

import pytest

from devstack.command.parts import AZURITE_PROGRAMS

os.environ["PATH"] = os.pathsep.join([str(AZURITE_PROGRAMS), os.environ.get("PATH", os.defpath)])
for name in ("SqlConnectionString", "WEBSITE_SITE_NAME", "RELAYS_FILE"):
    os.environ.pop(name, None)
# The tests start hundreds of Python processes: each would compile everything anew.
os.environ.pop("PYTHONDONTWRITEBYTECODE", None)

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
        "tests/contract",
    ),
)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Bring long files to the front; the order within a file stays."""
    items.sort(key=lambda item: next((n for n, start in enumerate(LONGEST_FIRST) if item.nodeid.startswith(start)), 99))
