"""The sample of azure-functions-sql-extension in the programming model v2."""

from contextlib import closing
from pathlib import Path

import pyodbc
import requests

from devstack.command.processes import Stack
from devstack.conform.published.questions.running import copied, running
from mssql_standin_tests.odbc import to_odbc

TABLES = "samples/Database/Tables"
CHANGES = 'SQL Changes: [{"Operation": 0, "Item": {"ProductId": 1, "Name": "tea", "Cost": 5}}]'.replace('"', "'")


def statement(stack: Stack, *texts: str) -> None:
    with closing(pyodbc.connect(to_odbc(stack.sql_connection_string), autocommit=True)) as connection:
        for text in texts:
            connection.execute(text)


def test_the_trigger_is_given_changes_and_other_bindings_are_refused_with_the_reason(tmp_path: Path) -> None:
    table = copied(TABLES, tmp_path / "tables") / "Products.sql"

    with running(copied("samples/samples-python-v2", tmp_path), tmp_path, "sql_server") as stack:
        statement(
            stack,
            "ALTER DATABASE CURRENT SET CHANGE_TRACKING = ON",
            table.read_text("utf-8-sig"),
            "ALTER TABLE Products ENABLE CHANGE_TRACKING",
        )
        stack.restart("functions_host")
        stack.wait_for_log("functions_host", "Started SQL trigger listener")
        statement(stack, "INSERT Products VALUES (1, N'tea', 5)")

        stack.wait_for_log("functions_host", CHANGES)
        for route in ("getproducts/5", "addproduct"):
            assert requests.get(f"{stack.host_url}/api/{route}", timeout=60).status_code == 404
        assert "binding type(s) 'sql' are not registered" in stack.log_text("functions_host")
