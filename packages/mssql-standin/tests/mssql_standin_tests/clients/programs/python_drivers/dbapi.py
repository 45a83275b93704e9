"""pymssql with its defaults and python-tds: types both ways, transactions, errors, a cancelled statement."""

import datetime
import decimal
import io
import json
import os
import sys
from contextlib import closing

PORT, USER, PASSWORD, DATABASE = (os.environ[f"SQL_{part}"] for part in ("PORT", "USER", "PASSWORD", "DATABASE"))
VALUES = (
    1,
    "caf\u00e9 \U0001f600",
    decimal.Decimal("12.34"),
    datetime.datetime.fromisoformat("2026-01-02T03:04:05"),
    b"\x00\xff",
    True,
    1.5,
    None,
)


def connect_pymssql():
    import pymssql  # noqa: PLC0415 - the other one need not be there

    return pymssql.connect(
        server="127.0.0.1", port=PORT, user=USER, password=PASSWORD, database=DATABASE, timeout=5
    ), pymssql


def connect_pytds():
    import pytds  # noqa: PLC0415

    options = {"dsn": "127.0.0.1", "port": int(PORT), "user": USER, "password": PASSWORD, "database": DATABASE}
    return pytds.connect(**options, timeout=5), pytds


connection, module = {"pymssql": connect_pymssql, "pytds": connect_pytds}[sys.argv[1]]()
found = {}
with closing(connection), closing(connection.cursor()) as cursor:
    cursor.execute(
        "CREATE TABLE Kept (Id int PRIMARY KEY, T nvarchar(50), D decimal(9, 2), At datetime, Raw varbinary(10), Yes bit, F float, N int)"
    )
    connection.commit()
    raw = [module.Binary(value) if isinstance(value, bytes) else value for value in VALUES]
    cursor.execute("INSERT INTO Kept VALUES (%s, %s, %s, %s, %s, %s, %s, %s)", tuple(raw))
    connection.commit()
    cursor.execute("SELECT * FROM Kept")
    found["values come back"] = tuple(cursor.fetchone()) == VALUES
    cursor.execute("DELETE FROM Kept")
    connection.rollback()
    cursor.execute("SELECT COUNT(*) FROM Kept")
    found["rows after a rollback"] = cursor.fetchone()[0]
    try:
        cursor.execute("INSERT INTO Kept (Id) VALUES (1)")
    except module.IntegrityError:
        found["a key twice"] = "IntegrityError"
    connection.rollback()
    if sys.argv[1] == "pytds":
        cursor.copy_to(file=io.StringIO("7\tx\n8\ty\n"), table_or_view="Kept", columns=["Id", "T"])
        cursor.execute("SELECT T FROM Kept WHERE Id > 5 ORDER BY Id")
        found["bulk"] = [text for (text,) in cursor.fetchall()]
    try:
        cursor.execute("WAITFOR DELAY '00:01:00'")
    except module.Error:
        found["too slow"] = "Error"
    except TimeoutError:  # python-tds gives the connection up
        found["too slow"] = "TimeoutError"
print(json.dumps(found))
