"""Errors of the driver: whether the server has said something, or nobody answers. The texts are the driver's own."""

import pyodbc
import pytest

from adapters.sql_server.translation import translate

HANDSHAKE = (
    "[08001] [Microsoft][ODBC Driver 18 for SQL Server]Client unable to establish connection because an error was encountered during "
    "handshakes before login. Common causes include client attempting to connect to an unsupported version of SQL Server, server too busy to "
    "accept new connections or a resource limitation (memory or maximum allowed connections) on the server. (26) (SQLDriverConnect)"
)


@pytest.mark.parametrize(
    ("state", "text", "number"),
    [
        ("08001", HANDSHAKE, None),
        ("08001", "[08001] [Microsoft][ODBC Driver 18 for SQL Server]TCP Provider: Error code 0x2746 (10054) (SQLDriverConnect)", None),
        ("08001", "[08001] [Microsoft][ODBC Driver 18 for SQL Server]SSL Provider: wrong version number (35) (SQLDriverConnect)", None),
        ("08001", "[08001] [Microsoft][ODBC Driver 18 for SQL Server][SQL Server]Database 'Shop' is not currently available. (40613) (SQLDriverConnect)", 40613),
        ("28000", "[28000] [Microsoft][ODBC Driver 18 for SQL Server][SQL Server]Login failed for user 'sa'. (18456) (SQLDriverConnect)", 18456),
        ("42S02", "[42S02] [Microsoft][ODBC Driver 18 for SQL Server][SQL Server]Invalid object name 'dbo.Gone'. (208) (SQLExecDirectW)", 208),
    ],
    ids=["dies in the handshake", "resets", "speaks no TLS", "a database that is away", "a wrong password", "no such table"],
)  # fmt: skip
def test_what_the_driver_has_numbered_itself_is_nobodys_answer(state: str, text: str, number: int | None) -> None:
    error = translate(pyodbc.OperationalError(state, text))

    assert error.number == number
    assert error.nobody_answers == (number is None)
