"""Django with mssql-django."""

from mssql_standin_tests.clients.conftest import Play


def test_django(play_tool: Play) -> None:
    assert play_tool("django_app.py") == {
        "users": ["other1", "other0"],
        "joined": 1,
        "rolled back": True,
        "inspected": True,
    }
