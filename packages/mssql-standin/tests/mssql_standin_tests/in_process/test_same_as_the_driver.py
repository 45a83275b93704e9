"""The client in this process sees what a program sees through Microsoft's driver and a socket: rows, types, counts, errors."""

import struct
from typing import Any

import pyodbc
import pytest

from mssql_standin.faults import CUT, Fault, Faults
from mssql_standin.session import Database
from mssql_standin_tests.in_process.conftest import LOGIN
from mssql_standin_tests.in_process.scenes import PARAMETERS, PLAIN_STOCK, SCENES, VALUES
from mssql_standin_tests.in_process.transcript import COMMIT, ROLLBACK, Connect, Step, play

Served = tuple[Connect, Faults]


@pytest.mark.parametrize("scene", SCENES)
def test_a_scene(over_a_socket: Connect, in_process: Connect, scene: str) -> None:
    assert play(in_process, SCENES[scene]) == play(over_a_socket, SCENES[scene])


def test_values_of_every_type(over_a_socket: Connect, in_process: Connect) -> None:
    asking: list[Step] = [
        (1, f"SELECT CAST({text} AS {kind}) AS v, CAST(NULL AS {kind}) AS n") for kind, text in VALUES.items()
    ]
    columns = ", ".join(f"c{place} {kind} NOT NULL" for place, kind in enumerate(VALUES))
    steps = [
        *asking,
        (1, f"CREATE TABLE t ({columns})"),
        (1, "SELECT * FROM t"),
        (1, f"INSERT t VALUES ({', '.join(VALUES.values())})"),
    ]

    assert play(in_process, steps, autocommit=True) == play(over_a_socket, steps, autocommit=True)


def test_values_of_every_type_as_bytes_for_converters(over_a_socket: Connect, in_process: Connect) -> None:
    assert _converted(in_process) == _converted(over_a_socket)


def _converted(connect: Connect) -> list[Any]:
    connection = connect(autocommit=True)
    for number in (-155, -154, 91, 93, -9, -8, 12, 1, 4, 5, -5, -6, -7, 3, -11, -2, -3, 6, 7):
        connection.add_output_converter(number, lambda raw, number=number: (number, raw))
    found = []
    for kind, text in VALUES.items():
        with connection.cursor() as cursor:
            found.append(
                (kind, tuple(cursor.execute(f"SELECT CAST({text} AS {kind}), CAST(NULL AS {kind})").fetchone()))
            )
    connection.close()
    return found


def test_parameters_of_every_type(over_a_socket: Connect, in_process: Connect) -> None:
    steps: list[Step] = [(1, "SELECT ? AS v", (value,)) for value in PARAMETERS]
    steps += [(1, f"SELECT CAST(? AS {kind}) AS v", (None,)) for kind in VALUES if "offset" not in kind]

    assert play(in_process, steps, autocommit=True) == play(over_a_socket, steps, autocommit=True)


@pytest.mark.parametrize("moment", ["before", "during", "after"])
@pytest.mark.parametrize("number", [CUT, 1205, 1222, 40197, 40501, 40613, 49918])
def test_errors_on_demand(served: Served, database: Database, in_process: Connect, number: int, moment: str) -> None:
    over_a_socket, far_faults = served
    assert database.faults is not None
    seen = []
    for connect, faults in ((in_process, database.faults), (over_a_socket, far_faults)):
        faults.arm(Fault(number, moment, text="stock", skip=2))
        faults.arm(Fault(number, moment, text="SELECT Id"))
        faults.arm(Fault(number, moment, text="COMMIT"))
        steps: list[Step] = [
            *PLAIN_STOCK, (1, COMMIT), (1, "SELECT 1"), (1, COMMIT), (1, COMMIT), (1, ROLLBACK),
            (2, "SELECT Id FROM stock"), (2, "SELECT 1"), (2, COMMIT), (2, "SELECT 1"), (3, "SELECT COUNT(*) FROM stock"),
        ]  # fmt: skip
        seen.append(play(connect, steps))

    assert seen[0] == seen[1]


@pytest.mark.parametrize(
    "wrong", [LOGIN.replace("p}}w;d", "wrong"), LOGIN.replace("sa", "nobody"), LOGIN.replace("Demo", "Nowhere")]
)
def test_a_login_that_is_refused(served: Served, in_process: Connect, wrong: str) -> None:
    served_text = served[0].args[0].replace(LOGIN, wrong)  # type: ignore[attr-defined]
    with pytest.raises(pyodbc.Error) as far:
        pyodbc.connect(served_text)

    with pytest.raises(pyodbc.Error) as near:
        in_process.func(wrong)  # type: ignore[attr-defined]

    assert (near.type, near.value.args) == (far.type, far.value.args)


@pytest.mark.parametrize("fault", [Fault(number, "login") for number in (CUT, 4060, 40501, 40613)])
def test_a_login_that_an_error_strikes(served: Served, database: Database, in_process: Connect, fault: Fault) -> None:
    assert database.faults is not None
    seen = []
    for connect, faults in ((in_process, database.faults), served):
        faults.arm(fault)
        with pytest.raises(pyodbc.Error) as caught:
            connect()
        seen.append((caught.type, caught.value.args))

    assert seen[0] == seen[1]


def test_a_cursor_that_is_used_wrongly(over_a_socket: Connect, in_process: Connect) -> None:
    assert _wrong_uses(in_process) == _wrong_uses(over_a_socket)


def _wrong_uses(connect: Connect) -> list[Any]:
    connection = connect()
    cursor = connection.cursor()
    uses = [
        cursor.fetchone, cursor.fetchall, cursor.nextset, lambda: cursor.execute("SET NOCOUNT ON") and None, cursor.fetchmany,
        lambda: tuple(cursor.execute("SELECT 1 AS a").fetchone()), lambda: cursor.execute("SELECT 1").fetchval(),
        cursor.fetchone, cursor.close, cursor.close, cursor.fetchone, lambda: cursor.execute("SELECT 1"),
        connection.close, connection.cursor, connection.commit, connection.close, lambda: connection.execute("SELECT 1"),
    ]  # fmt: skip
    seen: list[Any] = []
    for use in uses:
        try:
            seen.append(use())
        except Exception as error:  # noqa: BLE001 - it is compared
            seen.append((type(error), error.args))
    return seen


def test_many_rows_of_parameters(over_a_socket: Connect, in_process: Connect) -> None:
    seen = []
    for connect in (in_process, over_a_socket):
        connection = connect(autocommit=False)
        connection.execute("CREATE TABLE t (Id int, A nvarchar(9))").close()
        with connection.cursor() as cursor:
            cursor.executemany("INSERT t VALUES (?, ?)", [(1, "a"), (2, None), (3, "c")])
        rows = [tuple(row) for row in connection.execute("SELECT * FROM t ORDER BY Id")]
        seen.append(rows)
        connection.close()

    assert seen[0] == seen[1]


def test_a_row_by_names(in_process: Connect) -> None:
    row = in_process().execute("SELECT 1 AS a, 2 AS b, 3 AS a").fetchone()

    assert (row.a, row.b, row[0], len(row), list(row)) == (3, 2, 1, 3, [1, 2, 3])
    with pytest.raises(AttributeError, match="has no attribute 'zz'"):
        row.zz  # noqa: B018


def test_offsets_come_through_converters(in_process: Connect) -> None:
    connection = in_process()
    connection.add_output_converter(-155, lambda raw: struct.unpack("<hHHHHHIhh", raw))

    value = connection.execute("SELECT CAST('2026-01-02T03:04:05.1234567-05:30' AS datetimeoffset)").fetchval()

    assert value == (2026, 1, 2, 3, 4, 5, 123456700, -5, -30)
