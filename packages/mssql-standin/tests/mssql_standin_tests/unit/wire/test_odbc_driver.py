"""Microsoft's ODBC driver against the wire, with an engine whose answers are known."""

import contextlib
import random
import socket
import struct
import subprocess
import sys
import uuid
from collections.abc import Iterator
from datetime import date, datetime, time
from decimal import Decimal
from pathlib import Path
from typing import Any

import pyodbc
import pytest

from mssql_standin_tests.odbc import find_driver
from mssql_standin_tests.unit.wire.canned_engine import VALUES
from mssql_standin_tests.waiting import wait_until

PASSWORD = "p}w;d"


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[int, Path]]:
    """A server in a process of its own: its port, and the file of what it writes to standard error."""
    folder = tmp_path_factory.mktemp("wire")
    errors = folder / "stderr"
    command = [sys.executable, "-m", "mssql_standin_tests.unit.wire.canned_engine", PASSWORD, str(folder)]
    with (
        errors.open("w") as stderr,
        subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=stderr, text=True) as process,
    ):
        assert process.stdout is not None
        yield int(process.stdout.readline()), errors
        process.kill()


@pytest.fixture
def port(server: tuple[int, Path]) -> int:
    return server[0]


def connect(
    port: int, *, encrypt: str = "yes", password: str = PASSWORD, name: str = "Demo", **options: Any
) -> pyodbc.Connection:
    quoted = "{" + password.replace("}", "}}") + "}"
    return pyodbc.connect(
        f"Driver={{{find_driver()}}};Server=127.0.0.1,{port};Database={name};UID=sa;PWD={quoted};"
        f"Encrypt={encrypt};TrustServerCertificate=yes",
        timeout=60,
        **options,
    )


@pytest.fixture(params=["yes", "no"], ids=["encrypted", "plain"])
def connection(port: int, request: pytest.FixtureRequest) -> Iterator[pyodbc.Connection]:
    connection = connect(port, encrypt=request.param)
    yield connection
    with contextlib.suppress(pyodbc.Error):
        connection.close()


def test_a_value_of_every_type_arrives_exactly(connection: pyodbc.Connection) -> None:
    rows = connection.execute("VALUES").fetchall()

    expected = {name: value for name, (_, value) in VALUES.items()} | {
        "bit": True,
        "uniqueidentifier": "6F9619FF-8B86-D011-B42D-00C04FC964FF",
        "time": time(3, 25, 45, 678901),
        "datetime2": datetime(2024, 1, 4, 21, 20, 0, 1),  # noqa: DTZ001
        "datetime": datetime(2024, 1, 4, 21, 20),  # noqa: DTZ001
    }
    assert len(rows) == 3
    assert dict(zip(VALUES, rows[2], strict=True)) == expected


@pytest.mark.parametrize(
    "value",
    [
        *(0, -1, 2**31 - 1, 2**62, 0.25, True, "", "hé😀", "x" * 4001, "y😀" * 500_000, b"", b"\0\xff", b"z" * 9000),
        *(Decimal("0.1"), Decimal("-12345678901234567890123456789.012345678"), date(1, 1, 1), date(9999, 12, 31)),
        *(datetime(2026, 1, 2, 3, 4, 5, 123456), time(23, 59, 59), None),  # noqa: DTZ001
        uuid.UUID("6f9619ff-8b86-d011-b42d-00c04fc964ff"),
    ],
    ids=lambda value: f"{type(value).__name__} {str(value)[:20]}",
)
def test_a_parameter_of_every_type_goes_there_and_back(port: int, value: Any) -> None:
    with contextlib.closing(connect(port)) as connection:
        [returned] = connection.execute("echo ?", value).fetchone()

    expected = str(value).upper() if isinstance(value, uuid.UUID) else value
    assert returned == expected


def test_row_counts_and_result_sets_come_in_order(connection: pyodbc.Connection) -> None:
    cursor = connection.execute("COUNT")

    assert cursor.rowcount == 7
    assert cursor.nextset()
    assert [tuple(row) for row in cursor.fetchall()] == [(1,), (2,)]


def test_an_error_carries_its_number_and_the_connection_lives_on(connection: pyodbc.Connection) -> None:
    with pytest.raises(pyodbc.IntegrityError, match=r"Violation.*\(2627\)"):
        connection.execute("ERROR")

    assert connection.execute("echo ?", 5).fetchone()[0] == 5


def test_a_bug_of_the_engine_is_an_error_and_no_dead_connection(
    connection: pyodbc.Connection, server: tuple[int, Path]
) -> None:
    with pytest.raises(pyodbc.Error, match=r"Internal error of the stand-in: KeyError"):
        connection.execute("BROKEN")

    assert connection.execute("echo ?", 5).fetchone()[0] == 5
    assert "a bug of the engine" in server[1].read_text()


def test_print_is_a_message(connection: pyodbc.Connection) -> None:
    cursor = connection.execute("PRINT")

    assert "hello" in cursor.messages[0][1]


def test_a_query_timeout_cancels_the_statement_and_the_connection_lives_on(connection: pyodbc.Connection) -> None:
    connection.timeout = 1

    for _ in range(2):
        with pytest.raises(pyodbc.OperationalError, match="timeout"):
            connection.execute("WAIT")
    connection.timeout = 0

    assert connection.execute("echo ?", 5).fetchone()[0] == 5


def test_transactions_begin_and_end_again_and_again(connection: pyodbc.Connection) -> None:
    for _ in range(3):
        connection.execute("COUNT").close()
        connection.commit()
        connection.rollback()


def test_fast_executemany_sends_every_row(connection: pyodbc.Connection) -> None:
    rows = [(f"a{n}", f"b{n}") for n in range(50)]

    with connection.cursor() as cursor:
        cursor.fast_executemany = True
        cursor.executemany("INSERT ?, ?", rows)

    assert [tuple(row) for row in connection.execute("LIST").fetchall()] == rows


def test_a_wrong_password_is_refused(port: int) -> None:
    with pytest.raises(pyodbc.InterfaceError, match="18456") as caught:
        connect(port, password="wrong")

    assert "wrong" not in str(caught.value)


def test_an_unknown_database_is_refused(port: int) -> None:
    with pytest.raises(pyodbc.Error, match="4060"):
        connect(port, name="Nowhere")


def test_a_session_ends_when_its_client_leaves(port: int) -> None:
    for _ in range(5):
        connect(port).close()

    with contextlib.closing(connect(port)) as connection:
        wait_until(lambda: connection.execute("SESSIONS").fetchone()[0] == 1, description="the others are gone")


def test_fifty_connections_at_once(port: int) -> None:
    connections = [connect(port) for _ in range(50)]

    assert [c.execute("echo ?", n).fetchone()[0] for n, c in enumerate(connections)] == list(range(50))
    for connection in connections:
        connection.close()


def prelogin(encryption: int = 2) -> bytes:
    body = struct.pack(">BHH", 0, 11, 6) + struct.pack(">BHH", 1, 17, 1) + b"\xff" + bytes(6) + bytes([encryption])
    return struct.pack(">BBHHBB", 0x12, 1, len(body) + 8, 0, 1, 0) + body


@pytest.mark.parametrize(
    "garbage",
    [
        pytest.param(b"GET / HTTP/1.1\r\n\r\n", id="http"),
        pytest.param(b"\x12\x01\x00\x03\x00\x00\x01\x00", id="a packet shorter than its header"),
        pytest.param(b"\x12\x01\xff\xff\x00\x00\x01\x00" + b"x" * 70000, id="a packet longer than allowed"),
        pytest.param(b"\x12\x01\x00\x0d\x00\x00\x01\x00\x01\x00", id="cut off"),
        pytest.param(prelogin() + b"\x10\x01\x00\x10\x00\x00\x01\x00" + b"\xff" * 8, id="login too short"),
        pytest.param(prelogin() + b"\x01\x01\x00\x08\x00\x00\x01\x00", id="a batch before the login"),
        pytest.param(prelogin(1) + b"\x12\x01\x00\x0c\x00\x00\x01\x00abcd", id="no TLS inside"),
        *[pytest.param(random.Random(seed).randbytes(400), id=f"random {seed}") for seed in range(20)],
        *[pytest.param(prelogin() + random.Random(seed).randbytes(400), id=f"random after prelogin {seed}") for seed in range(20)],
    ],
)  # fmt: skip
def test_malformed_bytes_close_the_connection_and_nothing_else(port: int, garbage: bytes) -> None:
    with (
        socket.create_connection(("127.0.0.1", port), timeout=60) as client,
        contextlib.suppress(OSError),  # it may have cut us off already
    ):
        client.sendall(garbage)
        client.shutdown(socket.SHUT_WR)
        while client.recv(65536):
            pass

    with contextlib.closing(connect(port, encrypt="no")) as connection:
        assert connection.execute("echo ?", 5).fetchone()[0] == 5
