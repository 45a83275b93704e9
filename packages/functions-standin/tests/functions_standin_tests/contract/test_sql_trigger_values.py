"""Keys and values of every type, on their way from the database to the function and back."""

import json
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from functions_standin.sql_trigger import leases
from functions_standin.sql_trigger.connection import Link
from functions_standin.sql_trigger.failures import ClientError
from functions_standin.sql_trigger.identifiers import TableName
from functions_standin.sql_trigger.payload import payload_of
from functions_standin.sql_trigger.watched_table import WatchedTable
from functions_standin.testing.sql_trigger import Scene, Worker, scene_on

INSERT = 0


@pytest.fixture
def scene(sql_connection_string: str, unique: str) -> Iterator[Scene]:
    with scene_on(sql_connection_string, unique) as scene:
        yield scene


KEYS = {
    "A": ("int", "7"),
    "B": ("nvarchar(20)", "N'Zoë \"; \\ \U0001f600'"),
    "C": ("decimal(20, 4)", "12345678901234.5678"),
    "D": ("datetime2", "'2026-01-02T03:04:05.12'"),
    "E": ("datetimeoffset", "'2026-01-02T03:04:05.1234567+02:00'"),
    "F": ("uniqueidentifier", "'6F9619FF-8B86-D011-B42D-00C04FC964FF'"),
    "G": ("varbinary(8)", "0x00FF10"),
    "H": ("date", "'2026-01-02'"),
    "I": ("bigint", "-9223372036854775808"),
    "J": ("char(5)", "'ab'"),
    "K": ("bit", "1"),
    "M": ("smalldatetime", "'2026-01-02T03:04:00'"),
    "L": ("datetime", "'2026-01-02T03:04:05.997'"),
}


def test_keys_of_every_type_are_leased_renewed_and_released_exactly(scene: Scene, unique: str) -> None:
    table = TableName("dbo", unique + "k")
    declared = ", ".join(f"{name} {sql_type} NOT NULL" for name, (sql_type, _) in KEYS.items())
    scene.run(f"CREATE TABLE {table.quoted} ({declared}, PRIMARY KEY ({', '.join(KEYS)}))")
    scene.run(f"ALTER TABLE {table.quoted} ENABLE CHANGE_TRACKING")
    watched = scene.prepare(table)
    scene.run(f"INSERT INTO {table.quoted} VALUES ({', '.join(literal for _, literal in KEYS.values())})")
    lease = f"SELECT _az_func_AttemptCount, _az_func_LeaseExpirationTime FROM {watched.statements.leases.quoted}"
    link = Link(scene.to)

    found = leases.poll(link.connection, watched)
    leased = scene.run(lease)
    leases.renew(link.connection, watched, found.changes)
    renewed = scene.run(lease)
    second = leases.poll(link.connection, watched)
    advance = leases.release_and_advance(link.connection, watched, found.changes)
    link.close()

    assert len(found.changes) == 1
    assert leased[0][0] == 1
    assert str(renewed[0][1]) > str(leased[0][1])
    assert second.changes == ()
    assert advance is not None
    assert scene.run(lease) == []
    scene.run(f"DROP TABLE {watched.statements.leases.quoted}")
    scene.run(f"DROP TABLE {table.quoted}")


VALUES = {
    "Tiny": ("tinyint", "200", 200),
    "Big": ("bigint", "9223372036854775807", 9223372036854775807),
    "Flag": ("bit", "1", True),
    "Amount": ("decimal(10, 2)", "19.90", 19.9),
    "Whole": ("decimal(10, 0)", "5", 5.0),
    "Ratio": ("float", "0.1", 0.1),
    "Small": ("real", "0.1", 0.1),
    "Day": ("date", "'2026-01-02'", "2026-01-02T00:00:00"),
    "Old": ("datetime", "'2026-01-02T03:04:05.123'", "2026-01-02T03:04:05.123"),
    "Coarse": ("smalldatetime", "'2026-01-02T03:04:00'", "2026-01-02T03:04:00"),
    "Exact": ("datetime2", "'2026-01-02T03:04:05.1234567'", "2026-01-02T03:04:05.1234567"),
    "Hour": ("time", "'12:39:13.1230000'", "12:39:13.1230000"),
    "Id2": ("uniqueidentifier", "'6F9619FF-8B86-D011-B42D-00C04FC964FF'", "6f9619ff-8b86-d011-b42d-00c04fc964ff"),
    "Raw": ("varbinary(10)", "0x00FF", "AP8="),
    "Padded": ("nchar(4)", "N'ab'", "ab  "),
    "Text": ("nvarchar(max)", "N'Zoë'", "Zoë"),
    "LikeADate": ("nvarchar(40)", "N'2026-01-02T03:04:05.000Z'", "2026-01-02T03:04:05Z"),
    "Nothing": ("int", "NULL", None),
}


def test_values_of_every_type_reach_the_payload(scene: Scene, unique: str) -> None:
    table = TableName("dbo", unique + "v")
    declared = ", ".join(f"{name} {sql_type} NULL" for name, (sql_type, _, _) in VALUES.items())
    scene.run(f"CREATE TABLE {table.quoted} (Id int NOT NULL PRIMARY KEY, {declared})")
    scene.run(f"ALTER TABLE {table.quoted} ENABLE CHANGE_TRACKING")
    watched = scene.prepare(table)
    scene.run(f"INSERT INTO {table.quoted} VALUES (1, {', '.join(literal for _, literal, _ in VALUES.values())})")
    link = Link(scene.to)

    payload = payload_of(leases.poll(link.connection, watched).changes, watched.type_names)
    link.close()

    [change] = json.loads(payload)
    assert change == {"Operation": INSERT, "Item": {"Id": 1, **{name: value for name, (_, _, value) in VALUES.items()}}}
    assert list(change["Item"]) == ["Id", *VALUES]
    assert '"Whole":5.0,' in payload
    scene.run(f"DROP TABLE {watched.statements.leases.quoted}")
    scene.run(f"DROP TABLE {table.quoted}")


def test_a_datetime2_key_that_datetime_cannot_hold_is_never_renewed(scene: Scene, unique: str) -> None:
    with table_of(scene, unique + "d", "Id datetime2 NOT NULL PRIMARY KEY") as (table, watched):
        scene.run(f"INSERT INTO {table.quoted} VALUES ('2026-01-02T03:04:05.1234567'), ('2026-01-02T03:04:05.13')")
        link = Link(scene.to)
        found = leases.poll(link.connection, watched)

        renewed = leases.renew(link.connection, watched, found.changes)
        link.close()

    assert len(found.changes) == 2
    assert renewed == 1


def test_a_date_key_before_1753_fails_every_renewal(scene: Scene, unique: str) -> None:
    with table_of(scene, unique + "o", "Id date NOT NULL PRIMARY KEY") as (table, watched):
        scene.run(f"INSERT INTO {table.quoted} VALUES ('1752-12-31')")
        link = Link(scene.to)
        found = leases.poll(link.connection, watched)

        with pytest.raises(ClientError, match=r"SqlDateTime overflow\. Must be between 1/1/1753"):
            leases.renew(link.connection, watched, found.changes)
        link.close()


@pytest.mark.parametrize(
    ("declared", "values", "type_name", "message"),
    [
        (
            "Amount decimal(38, 10) NULL",
            "1234567890123456789012345678.0123456789",
            "System.OverflowException",
            "Conversion overflows.",
        ),
        (
            "SYS_CHANGE_VERSION int NULL",
            "1",
            "System.ArgumentException",
            "An item with the same key has already been added. Key: SYS_CHANGE_VERSION",
        ),
    ],
)
def test_what_dotnets_reader_refuses_stops_the_whole_table(
    scene: Scene, unique: str, declared: str, values: str, type_name: str, message: str
) -> None:
    with table_of(scene, unique + "r", f"Id int NOT NULL PRIMARY KEY, {declared}") as (table, watched):
        scene.run(f"INSERT INTO {table.quoted} VALUES (1, {values})")
        scene.run(f"INSERT INTO {table.quoted} VALUES (2, NULL)")
        worker = Worker(scene.to, watched)

        worker.listener.turn(worker.link)
        scene.run(f"DELETE FROM {table.quoted} WHERE Id = 1")
        worker.listener.turn(worker.link)
        worker.link.close()

    failed = (
        f"Failed to check for changes in table 'dbo.{table.name}' due to exception: {type_name}. "
        f"Exception message: {message}\n"
    )
    # A value may go, a column stays.
    assert (worker.log.count(failed), len(worker.batches)) == ((1, 1) if "Amount" in declared else (2, 0))


def test_a_text_that_looks_like_an_impossible_date_uses_up_the_attempts_of_its_batch(scene: Scene) -> None:
    worker = scene.worker()
    scene.insert("/Date(99999999999999999)/", "B")

    for _ in range(6):
        worker.listener.turn(worker.link)
        scene.time_passes()

    assert worker.batches == []
    assert scene.leases == {"/Date(99999999999999999)/": (1, 5, True), "B": (1, 5, True)}
    assert worker.log.count(f"Failed to compose trigger parameter value for table: '{scene.table} due to") == 5
    assert worker.log.count("Clearing internal state for 2 rows") == 5


@contextmanager
def table_of(scene: Scene, name: str, columns: str) -> Iterator[tuple[TableName, WatchedTable]]:
    table = TableName("dbo", name)
    scene.run(f"CREATE TABLE {table.quoted} ({columns})")
    scene.run(f"ALTER TABLE {table.quoted} ENABLE CHANGE_TRACKING")
    watched = scene.prepare(table)
    yield table, watched
    scene.run(f"DROP TABLE {watched.statements.leases.quoted}")
    scene.run(f"DROP TABLE {table.quoted}")
