"""A table that changes while its relay runs, against a server: the relay goes on, or says why it stands still and what to do."""

import itertools
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import pytest

from adapters.sql_server.backfill import SqlBackfills
from adapters.sql_server.guard import SqlGuard
from adapters.sql_server.table import RelayTable
from relay.backfill.values import BackfillOrder
from relay.changes.conditions import Condition
from relay.errors import ConfigError, DatabaseError
from relay.guard.outlook import Outlook
from relay.identifiers import quote
from relay.names import function_id, function_name
from tests.contract.leases import APP, leases_of
from tests.contract.relay_scene import Scene

Make = Callable[..., Scene]


def changed(made: Scene, key: int = 1) -> Mapping[str, Any] | None:
    """Change a row, lease it, and return what would be sent of it."""
    made.run("UPDATE {t} SET Note = CONCAT(Note, N'.') WHERE Id = ?", key)
    made.lease()
    [change] = made.enrich(key)
    return change.row


STARTS = itertools.count(1)


class Guard:
    """What the watchdog knows since the host started: it has looked at the table once."""

    def __init__(self, made: Scene) -> None:
        self.made = made
        self.host_start = f"host {next(STARTS)}"
        self.look()

    def look(self) -> Outlook:
        """Look, in a worker process that is new each time."""
        return SqlGuard(RelayTable(self.made.app_server, APP, self.made.relay), self.host_start).take_stock()

    def halted(self) -> Sequence[str]:
        return self.look().halted


@pytest.fixture
def made(scene: Make) -> Scene:
    """A relay that sends everything and has delivered before."""
    made = scene()
    made.run("INSERT INTO {t} VALUES (1, N'ink', N'')")
    assert changed(made) == {"Id": 1, "Name": "ink", "Note": "."}
    return made


def test_a_table_that_stays_as_it_is_halts_nobody(made: Scene) -> None:
    guard = Guard(made)

    assert guard.halted() == ()


def test_a_new_column_is_sent_from_its_first_change_on(made: Scene) -> None:
    guard = Guard(made)
    made.run("ALTER TABLE {t} ADD [Since ' then] decimal(19, 4) NULL")
    made.run("UPDATE {t} SET [Since ' then] = 12.3456")

    row = changed(made)

    assert row is not None
    assert str(row["Since ' then"]) == "12.3456"
    assert guard.halted() == ()


def test_a_changed_type_is_read_as_it_is_now(made: Scene) -> None:
    guard = Guard(made)
    made.run("UPDATE {t} SET Name = N'2026-11-23T10:00:00.1234567'")
    made.run("ALTER TABLE {t} ALTER COLUMN Name datetime2(7) NULL")

    assert changed(made) == {"Id": 1, "Name": "2026-11-23T10:00:00.1234567", "Note": ".."}
    assert guard.halted() == ()


def test_a_longer_column_that_nobody_has_to_be_told_of(made: Scene) -> None:
    made.run("ALTER TABLE {t} ALTER COLUMN Name nvarchar(200) NULL")
    made.run("UPDATE {t} SET Name = REPLICATE(N'x', 200)")

    row = changed(made)

    assert row is not None
    assert len(row["Name"]) == 200


def test_a_dropped_column_is_no_longer_sent_and_the_trigger_needs_a_restart(made: Scene) -> None:
    guard = Guard(made)
    made.run("ALTER TABLE {t} DROP COLUMN Name")

    assert changed(made) == {"Id": 1, "Note": ".."}, "what the recovery and a backfill send"
    [reason] = guard.halted()
    assert "'Name'" in reason
    assert "Restart the app" in reason
    assert Guard(made).halted() == (), "a restarted app sees the table as it is"


def test_a_trigger_that_has_moved_on_since_knows_the_table(made: Scene) -> None:
    guard = Guard(made)
    made.run("ALTER TABLE {t} DROP COLUMN Name")
    assert guard.halted() == guard.halted() != (), "a worker that is replaced knows it still"

    made.server.run(
        "UPDATE az_func.GlobalState SET LastSyncVersion = LastSyncVersion + 1 WHERE UserFunctionID = ?",
        function_id(APP, function_name(made.relay.name)),
    )

    assert guard.halted() == ()


def test_who_only_looks_says_what_is_written_down(made: Scene) -> None:
    guard = Guard(made)
    made.run("ALTER TABLE {t} DROP COLUMN Name")

    elsewhere = SqlGuard(RelayTable(made.app_server, APP, made.relay), "another host")

    assert "'Name'" in elsewhere.peek().halted[0]
    assert "'Name'" in guard.halted()[0]


def test_a_renamed_column_is_sent_under_its_new_name_and_the_trigger_needs_a_restart(made: Scene) -> None:
    guard = Guard(made)
    made.run(f"EXEC sp_rename N'{made.relay.table}.Name', N'name', N'COLUMN'")

    assert changed(made) == {"Id": 1, "name": "ink", "Note": ".."}
    assert "'Name'" in guard.halted()[0]
    assert Guard(made).halted() == ()


@pytest.mark.parametrize(
    ("key", "configured"),
    [
        ("send", {"send": ("Id", "Name")}),
        ("watch", {"watch": ("Name",)}),
        ("rename", {"rename": {"Name": "title"}}),
        ("mask", {"mask": {"Name": "***"}}),
        ("condition", {"condition": (Condition("Name", "equals", "ink"),)}),
    ],
)
def test_a_relay_that_names_a_column_that_is_gone_delivers_nothing_until_it_is_mended(
    scene: Make, key: str, configured: dict[str, Any]
) -> None:
    made = scene(**configured)
    made.run("INSERT INTO {t} VALUES (1, N'ink', N'')")
    changed(made)
    guard = Guard(made)
    made.run(f"EXEC sp_rename N'{made.relay.table}.Name', N'Title', N'COLUMN'")

    with pytest.raises(ConfigError, match="has no column 'Name'"):
        changed(made)
    halted = guard.halted()
    assert any(f"{key}: " in reason and "'Name'" in reason for reason in halted)
    assert made.store.take_stock().open == 0, "the recovery can look, and keeps what had failed"
    assert any(f"{key}: " in reason for reason in Guard(made).halted()), "a restart alone does not mend it"

    made.run(f"EXEC sp_rename N'{made.relay.table}.Title', N'Name', N'COLUMN'")
    assert changed(made) is not None, "mended, it goes on without a restart"
    assert guard.halted() == ()


def test_a_relay_that_stands_still_is_not_caught_up_though_nothing_waits(made: Scene) -> None:
    guard = Guard(made)
    made.server.run("UPDATE relay.Position SET CaughtUpAt = DATEADD(hour, -1, CaughtUpAt)")
    made.run("ALTER TABLE {t} DROP COLUMN Name")

    first, second = guard.look(), guard.look()

    assert not first.caught_up
    assert first.caught_up_at == second.caught_up_at, "so that it is one trouble, and told once"


def test_a_truncated_table_is_a_gap_though_everything_was_taken_up(made: Scene) -> None:
    guard = Guard(made)
    made.run("UPDATE {t} SET Name = N'new'")

    made.run("TRUNCATE TABLE {t}")

    assert guard.look().gap
    SqlBackfills(RelayTable(made.app_server, APP, made.relay)).begin(BackfillOrder())
    assert not guard.look().gap


def test_change_tracking_that_was_switched_off_halts_the_relay_and_leaves_a_gap(made: Scene) -> None:
    guard = Guard(made)
    made.run("ALTER TABLE {t} DISABLE CHANGE_TRACKING")

    with pytest.raises(DatabaseError, match="sql enable"):
        made.enrich(1)
    [reason] = guard.halted()
    assert "./dev sql enable" in reason

    made.run("ALTER TABLE {t} ENABLE CHANGE_TRACKING WITH (TRACK_COLUMNS_UPDATED = ON)")
    found = guard.look()
    assert (found.halted, found.gap) == ((), True)


def test_a_table_that_is_gone_halts_the_relay(made: Scene) -> None:
    guard = Guard(made)
    made.run("DROP TABLE {t}")

    with pytest.raises(ConfigError, match="does not exist"):
        made.enrich(1)
    assert "does not exist any more" in guard.halted()[0]
    with pytest.raises(ConfigError, match="does not exist"):
        made.store.take_stock()


def test_a_table_made_anew_is_a_gap_and_the_trigger_needs_a_restart(made: Scene) -> None:
    guard = Guard(made)
    made.run("DROP TABLE {t}")
    made.run("CREATE TABLE {t} (Id int NOT NULL PRIMARY KEY, Name nvarchar(50) NULL, Note nvarchar(50) NULL)")
    made.run("INSERT INTO {t} VALUES (1, N'again', N'')")
    made.run("ALTER TABLE {t} ENABLE CHANGE_TRACKING WITH (TRACK_COLUMNS_UPDATED = ON)")

    found = guard.look()

    assert found.gap
    assert "made anew" in found.halted[0]
    assert changed(made) == {"Id": 1, "Name": "again", "Note": "."}
    assert Guard(made).halted() == ()


def test_another_key_halts_the_relay_until_the_leases_have_it_too(made: Scene) -> None:
    guard = Guard(made)
    [[key]] = made.server.run(
        "SELECT name FROM sys.key_constraints WHERE parent_object_id = OBJECT_ID(?)", str(made.relay.table)
    )[0]
    made.run("ALTER TABLE {t} DISABLE CHANGE_TRACKING")
    made.run(f"ALTER TABLE {{t}} DROP CONSTRAINT {quote(key)}")
    made.run("ALTER TABLE {t} ALTER COLUMN Name nvarchar(50) NOT NULL")
    made.run("ALTER TABLE {t} ADD PRIMARY KEY (Id, Name)")
    made.run("ALTER TABLE {t} ENABLE CHANGE_TRACKING WITH (TRACK_COLUMNS_UPDATED = ON)")

    for looking in (guard, Guard(made)):
        [reason] = looking.halted()
        assert "is now Id, Name" in reason
        assert "new_key.sql" in reason
    with pytest.raises(DatabaseError):
        made.enrich(1)

    made.server.run(f"DROP TABLE {leases_of(made.relay)}")
    assert "has never started" not in " ".join(Guard(made).look().unstarted)
    assert "is gone" in " ".join(Guard(made).look().unstarted)
    made.server.run(
        f"CREATE TABLE {leases_of(made.relay)} (Id int NOT NULL, Name nvarchar(50) NOT NULL, _az_func_ChangeVersion bigint NOT NULL, "
        "_az_func_AttemptCount int NOT NULL, _az_func_LeaseExpirationTime datetime2 NULL, PRIMARY KEY (Id, Name))"
    )
    found = guard.look()
    assert (found.halted, found.gap) == ((), True)
