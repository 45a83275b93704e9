"""The SQL trigger's tables and five minutes of its life, as recorded with Microsoft's extension."""

import re
from collections.abc import Iterator
from typing import Any

import pytest

from functions_standin.sql_trigger import leases
from functions_standin.sql_trigger.connection import Link, connect, execute, find_driver
from functions_standin.sql_trigger.connection_string import OdbcConnectionString, to_odbc
from functions_standin.sql_trigger.identifiers import host_function_id, parse_table_name, site_function_id
from functions_standin.sql_trigger.options import SqlTriggerOptions
from functions_standin.sql_trigger.watched_table import Identity, prepare
from functions_standin.testing.sql_trigger import LEASE_MS
from functions_standin_tests.contract.recorded_trace import NAMES, SITE, Stage, Trace
from functions_standin_tests.recordings import trigger_tables

RECORDED = trigger_tables()
STATES = {state["t"]: state["tables"] for state in RECORDED["golden_trace"]["states"]}
CALLS = [call for call in RECORDED["golden_trace"]["calls"] if "rows" in call]


@pytest.fixture(scope="module")
def to(sql_connection_string: str) -> OdbcConnectionString:
    return to_odbc(sql_connection_string, find_driver())


@pytest.fixture(scope="module")
def trace(to: OdbcConnectionString) -> Iterator[Trace]:
    stage = Stage(to)
    try:
        yield stage.play(set(STATES))
    finally:
        stage.close()


def test_the_ids_of_functions_are_the_recorded_ones() -> None:
    for name in NAMES:
        assert RECORDED["function_ids"][f"dbo.{name}"] == [site_function_id(SITE, name)]


@pytest.mark.parametrize("second", sorted(STATES))
def test_positions_and_leases_are_the_recorded_ones(trace: Trace, second: int) -> None:
    recorded = {
        name: (state["LastSyncVersion"], [{**row, "key": comparable(row["key"])} for row in state["leases"]])
        for name, state in STATES[second].items()
        if name in NAMES
    }
    ours = {
        name: (position, [{**row, "key": comparable(row["key"])} for row in rows])
        for name, (position, rows) in trace.states[second].items()
    }

    assert ours == recorded


@pytest.mark.parametrize(("host", "name"), [*(("first", name) for name in NAMES), ("second", "S2")])
def test_calls_and_their_payloads_are_the_recorded_ones(trace: Trace, host: str, name: str) -> None:
    recorded = [
        (call["rows"], call["payload"][: min(call["rows"], 2)] if call["rows"] > 3 else call["payload"])
        for call in CALLS
        if (call["host"], call["function"]) == (host, name)
    ]
    ours = [(len(payload), payload[:2] if len(payload) > 3 else payload) for payload in trace.calls[host, name]]

    assert ours == recorded


def test_only_the_call_that_was_cancelled_there_is_called_stuck_here(trace: Trace) -> None:
    cancelled = {call["function"] for call in RECORDED["golden_trace"]["calls"] if call.get("event") == "CANCELLED"}

    assert {name for name, log in trace.logs.items() if "seems to be stuck" in log} == cancelled == {"G10"}


def comparable(key: str) -> str:
    """The recorded states have dates to the microsecond."""
    return key[:26]


TABLES = {
    "dbo.Keys": (
        "c char(3) NOT NULL, vc varchar(20) NOT NULL, nc nchar(3) NOT NULL, nv nvarchar(20) NOT NULL, "
        "b binary(3) NOT NULL, vb varbinary(20) NOT NULL, d decimal(9, 3) NOT NULL, n numeric(5, 0) NOT NULL, "
        "u uniqueidentifier NOT NULL, ti time(3) NOT NULL, dt datetime NOT NULL, sd smalldatetime NOT NULL, "
        "da date NOT NULL, dof datetimeoffset(2) NOT NULL, bi bigint NOT NULL, t tinyint NOT NULL, bt bit NOT NULL, "
        "f float NOT NULL, r real NOT NULL, m money NOT NULL, "
        "PRIMARY KEY (c, vc, nc, nv, b, vb, d, n, u, ti, dt, sd, da, dof, bi, t, bt, f, r, m)",
        "'a', 'b', N'ć', N'd', 0x010000, 0x02, 1.5, 7, '6F9619FF-8B86-D011-B42D-00C04FC964FF', '01:02:03.456', "
        "'2026-01-02T03:04:05.677', '2026-01-02T03:04:00', '2026-01-02', '2026-01-02T03:04:05.12+02:00', "
        "9000000000000000001, 255, 1, 0.1, 0.1, 1.2345",
    ),
    "dbo.[Com p]": (
        "[a'] decimal(9, 2) NOT NULL, [b]]x] nvarchar(50) NOT NULL, v int NULL, PRIMARY KEY ([a'], [b]]x])",
        "1.5, N'Å''b', 1",
    ),
    "dbo.Dt2": ("d datetime2(7) NOT NULL PRIMARY KEY", "'2026-01-02T03:04:05.1234567'"),
}


@pytest.mark.parametrize("name", TABLES)
def test_the_leases_tables_have_the_recorded_columns_keys_and_values(to: OdbcConnectionString, name: str) -> None:
    columns, values = TABLES[name]
    table = parse_table_name(name)
    [recorded] = [each for each in RECORDED["types_database"] if each["of"] and each["of"]["user_table"] == str(table)]
    function_id = recorded["of"]["function_id"]
    link = Link(to)
    connection = link.connection
    execute(connection, f"CREATE TABLE {table.quoted} ({columns})")
    execute(connection, f"ALTER TABLE {table.quoted} ENABLE CHANGE_TRACKING")
    try:
        identity = Identity(function_id, host_function_id("some-host", "x"), None)
        watched = prepare(connection, table, identity, SqlTriggerOptions(), LEASE_MS)
        execute(connection, f"INSERT INTO {table.quoted} VALUES ({values})")
        leases.poll(connection, watched)
        ours = described(connection, watched.statements.leases.quoted)
        [row] = execute(connection, f"SELECT * FROM {watched.statements.leases.quoted}")[0]
        execute(connection, f"DROP TABLE {watched.statements.leases.quoted}")
    finally:
        execute(connection, f"DROP TABLE {table.quoted}")
        link.close()

    assert recorded["name"] == f"Leases_{function_id}_{recorded['name'].split('_')[-1]}"
    assert watched.statements.leases.name == f"Leases_{function_id}_{watched.table_id}"
    assert ours == (recorded_columns(recorded), recorded["indexes"][0]["columns"], [])
    [recorded_row] = recorded["rows_at_the_end"]
    keys = recorded["indexes"][0]["columns"]
    assert [text_of(value) for value in row[: len(keys)]] == [recorded_text(recorded_row[key]) for key in keys]
    assert row[len(keys) + 1] == recorded_row["_az_func_AttemptCount"] == 1


def test_the_positions_table_has_the_recorded_columns_key_and_default(trace: Trace, to: OdbcConnectionString) -> None:
    del trace
    [recorded] = [each for each in RECORDED["golden_database"] if each["name"] == "GlobalState"]
    connection = connect(to)
    ours = described(connection, "[az_func].[GlobalState]")
    connection.close()

    # The database of the recording kept a definition as it was written; SQL Server writes functions in small letters.
    defaults = [(each["definition"].lower(), each["column_id"]) for each in recorded["defaults"]]
    assert ours == (recorded_columns(recorded), recorded["indexes"][0]["columns"], defaults)


def described(connection: Any, table: str) -> tuple[list[tuple[Any, ...]], list[str], list[tuple[str, int]]]:
    """Columns, primary key and defaults of a table."""
    [columns] = execute(
        connection,
        "SELECT c.name, TYPE_NAME(c.system_type_id), c.max_length, c.precision, c.scale, c.is_nullable, c.collation_name "
        "FROM sys.columns AS c WHERE c.object_id = OBJECT_ID(?) ORDER BY c.column_id",
        table,
    )
    [key] = execute(
        connection,
        "SELECT c.name FROM sys.indexes AS i "
        "INNER JOIN sys.index_columns AS ic ON ic.object_id = i.object_id AND ic.index_id = i.index_id "
        "INNER JOIN sys.columns AS c ON c.object_id = ic.object_id AND c.column_id = ic.column_id "
        "WHERE i.is_primary_key = 1 AND i.object_id = OBJECT_ID(?) ORDER BY ic.key_ordinal",
        table,
    )
    [defaults] = execute(
        connection,
        "SELECT definition, parent_column_id FROM sys.default_constraints WHERE parent_object_id = OBJECT_ID(?)",
        table,
    )
    return (
        [(row[0], plain_type(row[1]), *row[2:5], bool(row[5]), row[6]) for row in columns],
        [name for (name,) in key],
        [(definition, column) for definition, column in defaults],
    )


def recorded_columns(table: dict[str, Any]) -> list[tuple[Any, ...]]:
    return [
        (
            column["name"],
            plain_type(column["type"]),
            *(column[key] for key in ("max_length", "precision", "scale", "nullable", "collation")),
        )
        for column in table["columns"]
    ]


def plain_type(name: str) -> str:
    """The stand-in that was recorded had one name for decimal and numeric."""
    return "decimal" if name == "numeric" else name


def text_of(value: object) -> str:
    if isinstance(value, bytes):
        return value.hex()
    return recorded_text(str(value))


def recorded_text(value: object) -> str:
    """A value as text, without the forms that drivers differ in."""
    text = re.sub(r"(?<=\d)T(?=\d)", " ", str(value)).upper()
    if ":" in text and "." in text:
        whole, _, rest = text.partition(".")
        fraction, _, zone = rest.replace("+", " +").partition(" ")
        text = f"{whole}.{fraction.rstrip('0')}{zone.strip()}"
    return text
