"""python-tds."""

import sys

from mssql_standin_tests.clients.conftest import Play
from mssql_standin_tests.clients.toolchains import PROGRAMS


def test_python_tds(play: Play) -> None:
    assert play([sys.executable, "dbapi.py", "pytds"], PROGRAMS / "python_drivers") == {
        "values come back": True,
        "rows after a rollback": 1,
        "a key twice": "IntegrityError",
        "too slow": "TimeoutError",
        "bulk": ["x", "y"],
    }
