"""python-tds."""

from mssql_standin_tests.clients.conftest import Play


def test_python_tds(play_python: Play) -> None:
    assert play_python("dbapi.py", "pytds") == {
        "values come back": True,
        "rows after a rollback": 1,
        "a key twice": "IntegrityError",
        "too slow": "TimeoutError",
        "bulk": ["x", "y"],
    }
