"""SQLAlchemy over pyodbc and over pymssql, with pandas and Alembic."""

import pytest

from mssql_standin_tests.clients.conftest import Play


@pytest.mark.parametrize("driver", ["pyodbc", "pymssql"])
def test_sqlalchemy_pandas_and_alembic(play_tool: Play, driver: str) -> None:
    assert play_tool("sqlalchemy_tools.py", driver) == {
        "isolation levels": ["SERIALIZABLE", "READ COMMITTED"],
        "inserted keys": [1, 2],
        "tables": ["child", "parent"],
        "types": ["INTEGER", "FLOAT", "DECIMAL(9,", "NVARCHAR(30)"],
        "foreign key": ["parent"],
        "indexes": [["ix_parent_name", ["name"]]],
        "reflected": ["child", "parent"],
        "sequence": True,
        "frame": [4, 3],
        "migrated": ["id", "w2"],
        "differences": [],
    }
