"""The app's SQL against a server: exact values, the column filter, the ledger, the reset of exhausted leases."""

import base64
from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest

from adapters.sql_server.changes import SqlChanges
from adapters.sql_server.enable import enable
from adapters.sql_server.table import RelayTable
from relay.changes.change import Operation
from relay.changes.conditions import Condition
from relay.changes.entry import EntryState, Why
from relay.config.values import Relay
from relay.delivery.settlement import Closing, Failure, Settlement
from relay.errors import ConfigError, DatabaseError
from relay.identifiers import TableName
from tests.contract.leases import APP, lease_rows, leases_of, start_trigger
from tests.contract.relay_scene import Scene
from tests.fakes import a_failure
from tests.sql_client import SqlServer

Make = Callable[..., Scene]


def test_enabling_is_safe_to_repeat(scene: Make) -> None:
    made = scene()

    again = list(enable(made.app_server, APP, [made.relay]))

    assert any("change tracking is now on, columns tracked" in line for line in made.told)
    assert any("on already, columns tracked" in line for line in again)


def test_an_insert_an_update_and_a_delete_are_told_apart(scene: Make) -> None:
    made = scene()
    made.run("INSERT INTO {t} (Id, Name) VALUES (1, N'a'), (2, N'b'), (3, N'c')")
    made.run("UPDATE {t} SET Name = N'B' WHERE Id = 2")
    made.run("DELETE FROM {t} WHERE Id = 3")
    made.lease()

    one, two, three = made.enrich(1, 2, 3)

    assert (one.operation, two.operation, three.operation) == (Operation.INSERT, Operation.UPDATE, Operation.DELETE)
    assert two.row == {"Id": 2, "Name": "B", "Note": None}
    assert one.version < two.version < three.version
    assert (three.row, three.key, three.key_text) == (None, {"Id": 3}, "[3]")
    assert (one.attempt, one.leased_version) == (1, one.version)


EXACT = {
    "Amount decimal(38, 10)": Decimal("1234567890123456789012345678.0123456789"),
    "Small decimal(5, 2)": Decimal("-0.50"),
    "Price money": Decimal("922337203685477.5807"),
    "Big bigint": 9223372036854775807,
    "Flag bit": True,
    "Ratio float": 0.1,
    "Words nvarchar(200)": 'It\'s "quoted" \\ 😀 — ñ',
    "Empty nvarchar(10)": "",
    "Nothing nvarchar(10)": None,
    "Huge nvarchar(max)": "x😀" * 350_000,
    "LikeADate nvarchar(40)": "2026-01-02T03:04:05.000Z",
    "Code varchar(10)": "A1",
}


@pytest.mark.parametrize("column", EXACT)
def test_a_value_arrives_exactly_as_it_is_stored(scene: Make, column: str) -> None:
    made = scene(f"Id int NOT NULL PRIMARY KEY, {column} NULL")
    name, value = column.split(maxsplit=1)[0], EXACT[column]
    made.run(f"INSERT INTO {{t}} (Id, {name}) VALUES (1, ?)", value)
    made.lease()

    [change] = made.enrich(1)

    assert change.row is not None
    assert change.row[name] == value
    assert type(change.row[name]) is type(value)


@pytest.mark.parametrize(
    ("kind", "literal", "text"),
    [
        ("date", "2026-01-02", "2026-01-02"),
        ("time(7)", "03:04:05.1234567", "03:04:05.1234567"),
        ("datetime2(7)", "2026-01-02T03:04:05.1234567", "2026-01-02T03:04:05.1234567"),
        ("datetime2(0)", "2026-01-02T03:04:05", "2026-01-02T03:04:05"),
        ("datetime", "2026-01-02T03:04:05.997", "2026-01-02T03:04:05.997"),
        ("datetimeoffset(7)", "2026-01-02T03:04:05.1234567+02:00", "2026-01-02T03:04:05.1234567+02:00"),
        ("uniqueidentifier", "6F9619FF-8B86-D011-B42D-00C04FC964FF", "6f9619ff-8b86-d011-b42d-00c04fc964ff"),
    ],
)
def test_moments_and_guids_arrive_as_text_with_every_digit(scene: Make, kind: str, literal: str, text: str) -> None:
    made = scene(f"Id int NOT NULL PRIMARY KEY, V {kind} NULL")
    made.run(f"INSERT INTO {{t}} (Id, V) VALUES (1, CONVERT({kind}, '{literal}'))")
    made.lease()

    [change] = made.enrich(1)

    assert change.row == {"Id": 1, "V": text}


def test_bytes_arrive_as_base64(scene: Make) -> None:
    made = scene("Id int NOT NULL PRIMARY KEY, V varbinary(max) NULL")
    content = bytes(range(256)) * 50
    made.run("INSERT INTO {t} (Id, V) VALUES (1, ?)", content)
    made.lease()

    [change] = made.enrich(1)

    assert change.row is not None
    assert base64.b64decode(change.row["V"]) == content


@pytest.mark.parametrize(
    ("kind", "stored", "payload", "key_text"),
    [
        pytest.param("nvarchar(40)", "N'a\"b'", 'a"b', '["a\\"b"]', id="text"),
        pytest.param("nvarchar(40)", "N'2026-01-02T03:04:05.000Z'", "2026-01-02T03:04:05Z", '["2026-01-02T03:04:05.000Z"]', id="date-like text, altered"),
        pytest.param("decimal(38, 0)", "12345678901234567890123", Decimal("1.2345678901234568E+22"), "[12345678901234567890123]", id="long decimal, altered"),
        pytest.param("decimal(10, 2)", "5", Decimal("5.0"), "[5.00]", id="short decimal"),
        pytest.param("bigint", "9007199254740993", 9007199254740993, "[9007199254740993]", id="bigint"),
        pytest.param("uniqueidentifier", "'6F9619FF-8B86-D011-B42D-00C04FC964FF'", "6f9619ff-8b86-d011-b42d-00c04fc964ff", '["6f9619ff-8b86-d011-b42d-00c04fc964ff"]', id="guid"),
        pytest.param("datetime2(7)", "'2026-01-02T03:04:05.1234567'", "2026-01-02T03:04:05.1234567", '["2026-01-02T03:04:05.1234567"]', id="moment"),
        pytest.param("date", "'2026-01-02'", "2026-01-02T00:00:00", '["2026-01-02"]', id="date"),
        pytest.param("varbinary(8)", "0xCAFE", "yv4=", '["0xCAFE"]', id="bytes"),
    ],
)  # fmt: skip
def test_a_key_of_any_type_is_found_even_if_the_triggers_json_altered_it(
    scene: Make, kind: str, stored: str, payload: Any, key_text: str
) -> None:
    made = scene(f"K {kind} NOT NULL PRIMARY KEY, V int NULL")
    made.run(f"INSERT INTO {{t}} (K, V) VALUES ({stored}, 7)")
    made.lease()

    [change] = made.enrich(payload, name="K")

    assert change.key_text == key_text
    assert change.row is not None
    assert change.row["V"] == 7


def test_a_composite_key_keeps_its_order(scene: Make) -> None:
    made = scene("B int NOT NULL, A nvarchar(10) NOT NULL, V int, PRIMARY KEY (A, B)")
    made.run("INSERT INTO {t} (A, B, V) VALUES (N'x', 1, 5), (N'x', 2, 6)")
    made.lease()

    changes = made.source.enrich([{"B": 2, "A": "x"}, {"B": 1, "A": "x"}]).changes

    assert [change.key_text for change in changes] == ['["x",2]', '["x",1]']
    assert [change.row["V"] for change in changes if change.row] == [6, 5]


def test_only_the_columns_to_send_to_test_and_to_identify_leave_the_server(scene: Make) -> None:
    made = scene("Id int PRIMARY KEY, Name nvarchar(10), Secret nvarchar(10)", send=("Name",))
    made.run("INSERT INTO {t} VALUES (1, N'a', N'hidden')")
    made.lease()

    [change] = made.enrich(1)

    assert change.row == {"Id": 1, "Name": "a"}


def test_an_update_of_unwatched_columns_alone_is_irrelevant(scene: Make) -> None:
    made = scene(watch=("Name",))
    made.run("INSERT INTO {t} VALUES (1, N'a', N'n'), (2, N'b', N'n'), (3, N'c', N'n')")
    made.run(
        f"UPDATE az_func.GlobalState SET LastSyncVersion = CHANGE_TRACKING_CURRENT_VERSION() WHERE UserTableID = OBJECT_ID(N'{made.relay.table}')"
    )
    made.run("UPDATE {t} SET Note = N'other' WHERE Id = 1")
    made.run("UPDATE {t} SET Name = N'other' WHERE Id = 2")
    made.run("DELETE FROM {t} WHERE Id = 3")
    made.server.run(f"DELETE FROM {leases_of(made.relay)}")
    made.server.run(
        f"INSERT INTO {leases_of(made.relay)} SELECT Id, SYS_CHANGE_VERSION, 1, DATEADD(second, 60, SYSDATETIME()) "
        f"FROM CHANGETABLE(CHANGES {made.relay.table}, NULL) AS c"
    )

    changes = made.enrich(1, 2, 3)

    assert [change.relevant for change in changes] == [False, True, True]
    assert [(key, state) for key, _, state, *_ in made.ledger()] == [("[2]", "in_flight"), ("[3]", "in_flight")]


def test_a_row_that_moved_on_after_the_poll_is_relevant(scene: Make) -> None:
    made = scene(watch=("Name",))
    made.run("INSERT INTO {t} VALUES (1, N'a', N'n')")
    made.run(
        f"UPDATE az_func.GlobalState SET LastSyncVersion = CHANGE_TRACKING_CURRENT_VERSION() WHERE UserTableID = OBJECT_ID(N'{made.relay.table}')"
    )
    made.run("UPDATE {t} SET Note = N'x' WHERE Id = 1")
    made.lease()
    made.run("UPDATE {t} SET Note = N'y' WHERE Id = 1")

    [change] = made.enrich(1)

    assert change.relevant
    assert change.leased_version is not None
    assert change.version > change.leased_version


def test_only_what_meets_the_condition_is_begun(scene: Make) -> None:
    """Nothing else is about to be sent, whatever becomes of this batch."""
    made = scene(watch=("Name",), condition=(Condition("Note", "equals", "public"),))
    made.run("INSERT INTO {t} VALUES (1, N'a', N'public'), (2, N'b', N'secret'), (3, N'c', NULL)")
    made.lease()

    changes = made.enrich(1, 2, 3)

    assert [change.meets_condition for change in changes] == [True, False, False]
    assert [key for key, *_ in made.ledger()] == ["[1]"]


def test_a_relay_without_watched_columns_writes_nothing_on_the_happy_path(scene: Make) -> None:
    made = scene()
    made.run("INSERT INTO {t} (Id) VALUES (1)")
    made.lease()

    made.enrich(1)

    assert made.ledger() == []


def test_what_an_earlier_try_left_unsettled_enters_the_ledger(scene: Make) -> None:
    made = scene()
    made.run("INSERT INTO {t} (Id) VALUES (1)")
    made.lease(attempt=2)

    [change] = made.enrich(1)

    assert change.entry is not None
    assert (change.entry.state, change.entry.why, change.entry.tried) == (EntryState.OPEN, Why.DIED, False)
    assert [(key, version, state) for key, version, state, *_ in made.ledger()] == [("[1]", change.version, "open")]


def test_a_key_whose_lease_row_is_gone_is_still_told_with_its_version(scene: Make) -> None:
    made = scene()
    made.run("INSERT INTO {t} (Id) VALUES (1)")
    made.lease()
    version = made.enrich(1)[0].version
    made.server.run(f"DELETE FROM {leases_of(made.relay)}")
    made.run(
        f"UPDATE az_func.GlobalState SET LastSyncVersion = CHANGE_TRACKING_CURRENT_VERSION() WHERE UserTableID = OBJECT_ID(N'{made.relay.table}')"
    )

    [change] = made.enrich(1)

    assert (change.version, change.leased_version, change.attempt) == (version, None, 0)


def failure(key: str = "[1]", version: int = 5, state: EntryState = EntryState.OPEN) -> Failure:
    return a_failure(key, version, state, 422, "the endpoint answered 422", '{"title":"😀"}')


def test_a_failure_is_written_once_and_its_tries_are_counted_by_version(scene: Make) -> None:
    made = scene()

    made.settle(failures=[failure()])
    made.settle(failures=[failure()])
    assert [row[3] for row in made.ledger()] == [2]

    made.settle(failures=[failure(version=6, state=EntryState.DEAD)])

    assert made.ledger() == [("[1]", 6, "dead", 1, 422, "the endpoint answered 422", '{"title":"😀"}')]


def test_an_older_failure_does_not_overwrite_a_newer_one(scene: Make) -> None:
    made = scene()

    made.settle(failures=[failure(version=9)])
    made.settle(failures=[failure(version=5)])

    assert [version for _, version, *_ in made.ledger()] == [9]


def test_closing_a_key_takes_entries_up_to_its_version_only(scene: Make) -> None:
    made = scene()
    made.settle(failures=[failure("[1]", 5), failure("[2]", 9)])

    made.settle(closings=[Closing("[1]", 5), Closing("[2]", 8)])

    assert [key for key, *_ in made.ledger()] == ["[2]"]


def test_other_relays_entries_stay_alone(scene: Make) -> None:
    made = scene()
    made.settle(failures=[failure()])
    start_trigger(made.server, made.relay, made.table, "another-app")
    other = SqlChanges(RelayTable(made.app_server, "another-app", made.relay))

    other.record(Settlement(closings=[Closing("[1]", 99)]))

    assert len(made.ledger()) == 1


def test_closing_a_key_resets_its_exhausted_lease_row(scene: Make) -> None:
    made = scene()
    made.run("INSERT INTO {t} (Id) VALUES (1)")
    made.run("INSERT INTO {t} (Id) VALUES (2)")
    made.run("INSERT INTO {t} (Id) VALUES (3)")
    made.lease(attempt=5)
    one, two, _ = made.enrich(1, 2, 3)

    made.settle(closings=[Closing("[1]", one.version), Closing("[2]", two.version - 1)])

    assert [row[1:] for row in lease_rows(made.server, made.relay)] == [[0, 1], [0, 0], [5, 0]]


def test_closing_a_key_resets_its_lease_row_that_ran_out_at_that_version(scene: Make) -> None:
    made = scene()
    for number in (1, 2, 3):
        made.run("INSERT INTO {t} (Id) VALUES (?)", number)
    made.lease(attempt=2)
    one, two, three = made.enrich(1, 2, 3)
    made.run(f"UPDATE {leases_of(made.relay)} SET _az_func_LeaseExpirationTime = SYSDATETIME() WHERE Id < 3")

    made.settle(closings=[Closing("[1]", one.version), Closing("[2]", two.version - 1), Closing("[3]", three.version)])

    released, newer, alive = [row[1:] for row in lease_rows(made.server, made.relay)]
    assert (released, newer, alive) == ([0, 1], [2, 0], [2, 0]), (
        "what is newer, or somebody's at this moment, is left to the trigger"
    )


def test_settling_twice_changes_nothing(scene: Make) -> None:
    made = scene()
    made.settle(failures=[failure()])

    made.settle(closings=[Closing("[1]", 5)])
    made.settle(closings=[Closing("[1]", 5)])

    assert made.ledger() == []


@pytest.mark.parametrize(
    ("columns", "differences", "says"),
    [
        ("Id int NOT NULL", {}, "no primary key"),
        ("Id int PRIMARY KEY, A int", {"send": ("Id", "B")}, "no column 'B'"),
        ("Id int PRIMARY KEY, A int", {"watch": ("a",)}, "spelled 'A'"),
        ("Id int PRIMARY KEY, A int", {"mask": {"Id": "redact"}}, "part of the primary key"),
        ("K nvarchar(440) NOT NULL, L int NOT NULL, PRIMARY KEY (K, L)", {}, "longer than"),
    ],
)
def test_a_relay_that_does_not_fit_its_table_is_refused_before_anything_changes(
    server: SqlServer, unique: str, columns: str, differences: dict[str, Any], says: str
) -> None:
    relay = Relay(name=unique, table=TableName("dbo", unique), endpoint="http://127.0.0.1:1", **differences)
    server.run(f"CREATE TABLE {relay.table} ({columns})")

    with pytest.raises(ConfigError, match=says):
        list(enable(server, APP, [relay]))

    assert server.run("SELECT 1 FROM sys.change_tracking_tables WHERE object_id = OBJECT_ID(?)", unique) == [[]]


def test_enabling_tells_of_limits_and_goes_on(server: SqlServer, unique: str) -> None:
    relay = Relay(name=unique, table=TableName("dbo", unique), endpoint="http://127.0.0.1:1")
    server.run(
        f"CREATE TABLE {relay.table} (Id int NOT NULL, At datetime2 NOT NULL, D decimal(38, 10), PRIMARY KEY (Id, At))"
    )

    told = list(enable(server, APP, [relay], batch_size=1_050))

    hints = [line for line in told if line.startswith(f"take note: relay {unique!r}: [dbo].[{unique}]: ")]
    assert [
        "'D' is decimal(38, 10)" in hints[0],
        "'At' is datetime2(7)" in hints[1],
        "more than 1049 changes" in hints[2],
    ] == [True] * 3
    assert len(hints) == 3
    assert f"table [dbo].[{unique}]: change tracking is now on, columns tracked" in told


def test_a_missing_table_is_named_with_the_remedy(server: SqlServer) -> None:
    relay = Relay(name="r", table=TableName("dbo", "NoSuch"), endpoint="http://127.0.0.1:1")

    with pytest.raises(ConfigError, match=r"\[dbo\]\.\[NoSuch\] does not exist"):
        list(enable(server, APP, [relay]))


def test_a_table_without_change_tracking_says_what_to_run(server: SqlServer, scene: Make) -> None:
    made = scene()
    made.run("ALTER TABLE {t} DISABLE CHANGE_TRACKING")

    with pytest.raises(DatabaseError, match="dev sql enable"):
        made.enrich(1)


def test_a_row_that_was_tried_before_change_tracking_was_off_is_another_version_since_it_is_on_again(
    scene: Make,
) -> None:
    made = scene()
    made.run("INSERT INTO {t} (Id) VALUES (1)")
    made.lease()
    [tried] = made.enrich(1)
    made.settle(failures=[failure(version=tried.version)])
    made.run("INSERT INTO {t} (Id) VALUES (2)")
    made.run("ALTER TABLE {t} DISABLE CHANGE_TRACKING")
    made.run("UPDATE {t} SET Id = Id")
    made.run("ALTER TABLE {t} ENABLE CHANGE_TRACKING WITH (TRACK_COLUMNS_UPDATED = ON)")

    [again] = made.source.enrich_exactly([[1]]).changes

    assert (again.operation, again.version > tried.version) == (Operation.UPDATE, True)
    assert [change.version for change in made.source.enrich_exactly([[1]]).changes] == [again.version], "and keeps it"
