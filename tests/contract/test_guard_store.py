"""Where a relay stands in change tracking, against a server: what waits, what is forgotten, how long nothing happens."""

from collections.abc import Callable

import pytest

from adapters.sql_server.backfill import SqlBackfills
from adapters.sql_server.guard import SqlGuard
from adapters.sql_server.table import RelayTable
from relay.backfill.values import BackfillOrder
from relay.changes.conditions import Condition
from relay.guard.outlook import Outlook, troubles
from relay.names import function_id, function_name
from relay.notification.words import Occasion
from tests.contract.leases import APP, leases_of
from tests.contract.relay_scene import Scene

Make = Callable[..., Scene]


def look(scene: Scene) -> Outlook:
    return SqlGuard(RelayTable(scene.app_server, APP, scene.relay), "host 1").take_stock()


def take_everything_up(scene: Scene) -> None:
    """What the trigger does when all goes well: the position follows, the leases are released."""
    scene.server.run(f"DELETE FROM {leases_of(scene.relay)}")
    scene.server.run(
        "UPDATE az_func.GlobalState SET LastSyncVersion = CHANGE_TRACKING_CURRENT_VERSION() WHERE UserFunctionID = ?",
        function_id(APP, function_name(scene.relay.name)),
    )


def forget_everything(scene: Scene) -> None:
    """What cleanup does with changes that are older than the retention; a truncation does it at once."""
    scene.run("TRUNCATE TABLE {t}")


def test_nothing_waits(scene: Make) -> None:
    made = scene()

    found = look(made)

    assert (found.untaken, found.gap, found.caught_up, found.silent_seconds) == (0, False, True, 0)
    assert found.retention_hours == found.hours_left == 14 * 24


def forget_the_start(made: Scene) -> None:
    made.server.run(
        "DELETE FROM az_func.GlobalState WHERE UserFunctionID = ?", function_id(APP, function_name(made.relay.name))
    )


def wait(made: Scene, minutes: int) -> None:
    """Let so many minutes pass since the trigger ought to have started."""
    made.server.run(
        "UPDATE relay.TriggerStart SET AwaitedSince = DATEADD(minute, ?, AwaitedSince) WHERE Relay = ?",
        -minutes,
        made.relay.name,
    )


def test_a_trigger_that_has_never_started_is_told_in_time_and_what_waits_is_counted(scene: Make) -> None:
    made = scene()
    forget_the_start(made)
    made.run("INSERT INTO {t} (Id) VALUES (1), (2)")
    guard = SqlGuard(RelayTable(made.app_server, APP, made.relay), "host 1")

    assert guard.peek().silent_seconds == 0, "nobody has written down since when it is awaited"
    first = guard.take_stock()
    wait(made, 16)
    found = guard.take_stock()

    assert (first.position, first.untaken, first.caught_up) == (None, 2, False)
    assert troubles(first, made.relay) == []
    assert troubles(found, made.relay) == troubles(guard.peek(), made.relay) == [Occasion.SILENT]
    news = found.news("orders", Occasion.SILENT)
    assert (news.changes, news.since) == (2, found.caught_up_at)
    assert "has never started" in news.last_error
    assert "1235" in news.last_error

    guard.remember_told(["silent"])
    assert look(made).told == ("silent",), "once"


def test_a_trigger_that_has_never_started_is_told_though_nothing_waits(scene: Make) -> None:
    made = scene()
    forget_the_start(made)
    look(made)
    wait(made, 16)

    found = look(made)

    assert (found.untaken, troubles(found, made.relay)) == (0, [Occasion.SILENT])


def test_a_trigger_that_starts_after_all_is_well(scene: Make) -> None:
    made = scene()
    made.server.run(
        "UPDATE az_func.GlobalState SET UserFunctionID = N'x' WHERE UserFunctionID = ?",
        function_id(APP, function_name(made.relay.name)),
    )
    look(made)
    wait(made, 16)
    assert look(made).unstarted

    made.server.run(
        "UPDATE az_func.GlobalState SET UserFunctionID = ? WHERE UserFunctionID = N'x'",
        function_id(APP, function_name(made.relay.name)),
    )

    found = look(made)
    assert (found.unstarted, found.silent_seconds, found.told, found.caught_up) == ((), 0, (), True)
    forget_the_start(made)
    assert look(made).silent_seconds < 900, "another time is another trouble"


def test_leases_that_were_dropped_while_the_trigger_runs_are_told(scene: Make) -> None:
    made = scene()
    look(made)
    made.server.run(f"DROP TABLE {leases_of(made.relay)}")
    look(made)
    wait(made, 16)

    found = look(made)

    assert troubles(found, made.relay) == [Occasion.SILENT]
    assert "Leases_" in found.unstarted[0]
    assert "Restart the app" in found.unstarted[0]


def test_changes_that_nobody_takes_up_wait_and_the_clock_runs(scene: Make) -> None:
    made = scene()
    look(made)
    made.run("INSERT INTO {t} (Id) VALUES (1), (2)")
    first = look(made)
    made.server.run("UPDATE relay.Position SET WorkSince = DATEADD(minute, -20, WorkSince)")

    found = look(made)

    assert (first.untaken, found.untaken, found.caught_up) == (2, 2, False)
    assert found.silent_seconds >= 1200


def test_a_trigger_that_works_is_not_silent(scene: Make) -> None:
    made = scene()
    made.run("INSERT INTO {t} (Id) VALUES (1), (2)")
    look(made)
    made.server.run("UPDATE relay.Position SET WorkSince = DATEADD(minute, -20, WorkSince)")
    made.lease()
    made.run("INSERT INTO {t} (Id) VALUES (3)")

    found = look(made)

    assert (found.untaken, found.caught_up) == (1, False)
    assert found.silent_seconds < 60


def test_leased_changes_are_taken_up_but_not_done(scene: Make) -> None:
    made = scene()
    made.run("INSERT INTO {t} (Id) VALUES (1)")
    look(made)
    made.lease()

    assert (look(made).untaken, look(made).caught_up) == (0, False)
    take_everything_up(made)
    assert look(made).caught_up


def test_exhausted_changes_are_the_recoverys_and_no_trouble_of_the_trigger(scene: Make) -> None:
    made = scene()
    made.run("INSERT INTO {t} (Id) VALUES (1)")
    made.lease(attempt=5)
    made.run("UPDATE {t} SET Name = N'newer'")

    assert look(made).untaken == 0


def test_what_change_tracking_forgets_before_it_was_taken_up_is_a_gap(scene: Make) -> None:
    made = scene()
    look(made)
    made.run("INSERT INTO {t} (Id) VALUES (1)")
    look(made)

    forget_everything(made)

    assert look(made).gap
    assert look(made).gap, "looking does not close it"


@pytest.mark.parametrize(
    ("condition", "closes"), [([], True), ([Condition("Id", "at_most", 5)], False)], ids=["whole", "partial"]
)
def test_a_backfill_of_all_rows_closes_the_gap(scene: Make, condition: list[Condition], closes: bool) -> None:
    made = scene()
    look(made)
    made.run("INSERT INTO {t} (Id) VALUES (1)")
    look(made)
    forget_everything(made)

    SqlBackfills(RelayTable(made.app_server, APP, made.relay)).begin(BackfillOrder(condition=condition))

    assert look(made).gap is not closes


def test_forgetting_what_was_taken_up_is_no_gap(scene: Make) -> None:
    made = scene()
    made.run("INSERT INTO {t} (Id) VALUES (1)")
    take_everything_up(made)
    look(made)
    made.run("INSERT INTO {t} (Id) VALUES (2)")
    take_everything_up(made)
    look(made)
    [[[oldest]]] = made.server.run("SELECT CHANGE_TRACKING_CURRENT_VERSION()")

    assert oldest
    assert not look(made).gap


def test_a_table_that_was_made_anew_is_a_gap(scene: Make) -> None:
    made = scene()
    look(made)
    made.server.run("UPDATE relay.Position SET TableId = TableId + 1")

    assert look(made).gap


def test_a_position_ahead_of_the_versions_is_found_and_nothing_counts_as_caught_up(scene: Make) -> None:
    made = scene()
    look(made)
    move = "UPDATE az_func.GlobalState SET LastSyncVersion = CHANGE_TRACKING_CURRENT_VERSION() + ? WHERE UserFunctionID = ?"
    function = function_id(APP, function_name(made.relay.name))
    made.run("INSERT INTO {t} (Id) VALUES (1)")
    made.server.run(move, 1, function)

    found = look(made)
    assert (found.ahead, found.untaken, found.caught_up) == (True, 1, False)

    made.server.run(move, 0, function)
    assert not look(made).ahead


def test_a_change_counts_as_waiting_though_a_lease_from_a_later_time_says_that_its_row_is_done(scene: Make) -> None:
    made = scene()
    look(made)
    made.run("INSERT INTO {t} (Id) VALUES (1)")
    made.lease()
    made.server.run(
        "UPDATE az_func.GlobalState SET LastSyncVersion = 1000 + CHANGE_TRACKING_CURRENT_VERSION() WHERE UserFunctionID = ?",
        function_id(APP, function_name(made.relay.name)),
    )
    made.server.run(
        f"UPDATE {leases_of(made.relay)} SET _az_func_ChangeVersion += 1000, _az_func_AttemptCount = 0, _az_func_LeaseExpirationTime = NULL"
    )

    assert (look(made).ahead, look(made).untaken) == (True, 1)


def test_what_people_need_not_be_told_again_is_remembered(scene: Make) -> None:
    made = scene()
    look(made)
    SqlGuard(RelayTable(made.app_server, APP, made.relay), "host 1").remember_told(["gap", "silent"])

    assert look(made).told == ("gap", "silent")


def test_the_limits_with_which_the_trigger_watches_the_table_are_told(scene: Make) -> None:
    made = scene("Id int NOT NULL PRIMARY KEY, Amount decimal(38, 10) NULL")
    guard = SqlGuard(RelayTable(made.app_server, APP, made.relay), "host 1", 5000)

    found = guard.take_stock()

    assert found is not None
    digits, parameters = found.limits
    assert "'Amount' is decimal(38, 10), and the SQL trigger reads 96 bits" in digits
    assert "Sql_Trigger_MaxBatchSize is 5000" in parameters
