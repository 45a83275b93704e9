"""pymssql, with its defaults."""

import sys

from mssql_standin_tests.clients.conftest import Play
from mssql_standin_tests.clients.toolchains import PROGRAMS


def test_pymssql(play: Play) -> None:
    assert play([sys.executable, "dbapi.py", "pymssql"], PROGRAMS / "python_drivers") == {
        "values come back": True,
        "rows after a rollback": 1,
        "a key twice": "IntegrityError",
        "too slow": "Error",
    }
