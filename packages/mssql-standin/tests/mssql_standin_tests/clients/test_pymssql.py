"""pymssql, with its defaults."""

from mssql_standin_tests.clients.conftest import Play


def test_pymssql(play_python: Play) -> None:
    assert play_python("dbapi.py", "pymssql") == {
        "values come back": True,
        "rows after a rollback": 1,
        "a key twice": "IntegrityError",
        "too slow": "Error",
    }
