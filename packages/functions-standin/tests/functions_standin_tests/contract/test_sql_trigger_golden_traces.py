"""What the SQL trigger does in given situations, step by step.

docs: "Azure SQL trigger for Functions"; a lease lasts 60 s and a row has 5 attempts, time passes by moving leases.
"""

from collections.abc import Iterator
from dataclasses import replace

import pytest

from functions_standin.errors import FunctionInError
from functions_standin.sql_trigger.connection import connect, execute
from functions_standin.sql_trigger.identifiers import TableName
from functions_standin.sql_trigger.listener import State
from functions_standin.testing.sql_trigger import Scene, Worker, scene_on

INSERT, UPDATE, DELETE = 0, 1, 2


@pytest.fixture
def scene(sql_connection_string: str, unique: str) -> Iterator[Scene]:
    with scene_on(sql_connection_string, unique) as scene:
        yield scene


def test_a_row_that_always_fails_stays_at_five_attempts(scene: Scene) -> None:
    worker = scene.worker(sick="A")
    scene.insert("A")

    scene.exhaust(worker, "A")

    assert worker.turn() == []
    assert len(worker.batches) == 5
    assert scene.leases == {"A": (1, 5, True)}
    assert scene.position == 0


def test_what_is_leased_or_used_up_is_counted_at_every_poll(scene: Scene) -> None:
    worker = scene.worker(sick="A")
    found = "Executed GetChangesCommand in GetTableChangesAsync."
    limit = "ignored because they've reached the max attempt limit)"
    scene.insert("A")

    worker.turn()
    assert f"{found} 1 available changed rows. \n" in worker.log
    worker.turn()
    worker.turn()
    assert worker.log.count(f"{found} 0 available changed rows. (1 found with lease locks and 0 {limit}") == 2
    for _ in range(4):
        scene.time_passes()
        worker.turn()
    lines = worker.log.count(found)
    worker.turn()
    assert worker.log.count(found) == lines, "a fifth attempt that runs is neither"
    scene.time_passes()
    worker.turn()
    assert f"{found} 0 available changed rows. (0 found with lease locks and 1 {limit}" in worker.log


def test_a_leased_row_is_not_delivered_again_before_its_lease_runs_out(scene: Scene) -> None:
    worker = scene.worker(sick="A")
    scene.insert("A")

    assert worker.turn() == [("A", INSERT)]
    assert worker.turn() == []
    scene.time_passes()
    assert worker.turn() == [("A", INSERT)]


def test_the_next_success_sweeps_an_exhausted_row_which_is_lost(scene: Scene) -> None:
    worker = scene.worker(sick="A")
    scene.insert("A")
    scene.exhaust(worker, "A")
    scene.insert("B")

    assert worker.turn() == [("B", INSERT)]

    assert scene.position == 2
    assert scene.leases == {}
    worker.sick.clear()
    assert worker.turn() == []
    assert "[PostInvocation] Updated LastSyncVersion from" in worker.log
    assert "MaxAttemptRowsToBeDeleted=1" in worker.log


def test_rows_leased_together_fail_together(scene: Scene) -> None:
    worker = scene.worker(sick="A")
    scene.insert("A")
    scene.insert("B")

    scene.exhaust(worker, "AB")

    assert worker.turn() == []
    assert scene.leases == {"A": (1, 5, True), "B": (2, 5, True)}
    assert scene.position == 0


def test_a_failing_row_holds_the_position_until_it_is_exhausted(scene: Scene) -> None:
    worker = scene.worker(sick="A")
    scene.insert("A")
    worker.turn()
    scene.insert("B")

    assert worker.turn() == [("B", INSERT)]
    assert scene.position == 0
    assert scene.leases == {"A": (1, 1, True), "B": (2, 0, False)}

    for _ in range(4):
        scene.time_passes()
        assert worker.turn() == [("A", INSERT)]
    scene.time_passes()
    scene.insert("C")
    scene.insert("D")

    assert worker.turn() == [("C", INSERT), ("D", INSERT)]
    assert scene.position == 3
    assert scene.leases == {"D": (4, 0, False)}


def test_a_new_change_of_an_exhausted_row_is_ignored_and_lost_too(scene: Scene) -> None:
    worker = scene.worker(sick="A")
    scene.insert("A")
    scene.exhaust(worker, "A")
    scene.update("A")
    worker.sick.clear()

    assert worker.turn() == []
    scene.insert("B")
    assert worker.turn() == [("B", INSERT)]

    assert scene.position == 3
    assert scene.leases == {}
    assert worker.turn() == []


def test_a_change_after_the_sweep_is_delivered_as_an_update(scene: Scene) -> None:
    worker = scene.worker(sick="A")
    scene.insert("A")
    scene.exhaust(worker, "A")
    scene.insert("B")
    worker.turn()
    worker.sick.clear()
    scene.update("A")

    assert worker.turn() == [("A", UPDATE)]
    assert scene.position == 3


def test_the_position_waits_for_the_rest_of_a_transaction(scene: Scene) -> None:
    worker = scene.worker()
    scene.insert(*(f"r{number}" for number in range(150)))

    assert len(worker.turn()) == 100
    assert scene.position == 0
    assert len(worker.turn()) == 50
    assert scene.position == 1
    assert scene.leases == {}
    assert worker.turn() == []


def test_a_change_of_a_row_above_the_position_comes_as_an_insert_again(scene: Scene) -> None:
    worker = scene.worker()
    scene.insert("A")
    scene.insert("B")

    assert worker.turn() == [("A", INSERT), ("B", INSERT)]
    assert scene.position == 1
    scene.update("B")

    assert worker.turn() == [("B", INSERT)]
    assert scene.position == 3


def test_a_reset_row_is_delivered_when_its_lease_has_run_out(scene: Scene) -> None:
    worker = scene.worker(sick="A")
    scene.insert("A")
    for _ in range(4):
        worker.turn()
        scene.time_passes()
    worker.turn()
    scene.run(f"UPDATE {scene.leases_table} SET _az_func_AttemptCount = 0")

    assert worker.turn() == []
    scene.time_passes()
    assert worker.turn() == [("A", INSERT)]
    assert scene.leases == {"A": (1, 1, True)}


def test_a_parked_row_holds_the_position_and_comes_back_later(scene: Scene) -> None:
    worker = scene.worker()

    def park() -> None:
        worker.during_call = lambda: None
        scene.run(
            f"UPDATE {scene.leases_table} SET _az_func_ChangeVersion = _az_func_ChangeVersion + 1, "
            "_az_func_AttemptCount = 0, _az_func_LeaseExpirationTime = DATEADD(second, 120, SYSDATETIME()) "
            f"WHERE Id = {scene.id_of('A')}"
        )

    worker.during_call = park
    for name in "ABC":
        scene.insert(name)

    assert worker.turn() == [("A", INSERT), ("B", INSERT), ("C", INSERT)]
    assert scene.position == 0
    assert scene.leases["A"] == (2, 0, True)
    scene.insert("D")
    assert worker.turn() == [("D", INSERT)]
    assert scene.position == 0
    scene.update("B")
    assert worker.turn() == [("B", INSERT)]
    assert scene.position == 0
    scene.time_passes()
    assert worker.turn() == [("A", INSERT)]
    assert scene.position == 1
    assert scene.leases.keys() == {"B", "C", "D"}


def test_a_sweep_takes_the_live_lease_of_a_row_that_changed_again(scene: Scene) -> None:
    first, second = scene.worker(), scene.worker()
    scene.insert("R")
    first.listener.check(first.link)
    scene.insert("S")
    scene.update("R")

    assert second.turn() == [("S", INSERT)]
    assert scene.position == 2
    assert scene.leases == {}

    seen: list[tuple[str, int]] = []
    first.during_call = lambda: seen.extend(second.turn())
    first.listener.turn(first.link)

    assert seen == [("R", UPDATE)]
    assert first.batches == [[("R", INSERT)]]
    assert scene.position == 3


def test_a_delete_carries_only_the_key(scene: Scene) -> None:
    worker = scene.worker()
    scene.insert("A")
    worker.turn()
    scene.delete("A")

    worker.turn()

    assert worker.payloads[-1] == [{"Operation": DELETE, "Item": {"Id": scene.id_of("A")}}]


def test_changes_between_two_polls_are_merged(scene: Scene) -> None:
    worker = scene.worker()
    scene.insert("A")
    scene.update("A")
    scene.insert("B")
    scene.delete("B")

    worker.turn()

    assert worker.payloads == [
        [
            {"Operation": INSERT, "Item": {"Id": scene.id_of("A"), "Name": "A", "Note": 1}},
            {"Operation": DELETE, "Item": {"Id": scene.id_of("B")}},
        ]
    ]


def test_renewal_extends_leases_only_while_the_function_runs(scene: Scene) -> None:
    worker = scene.worker(sick="A")
    renewer = scene.worker()
    scene.insert("A")

    def let_time_pass_and_renew() -> None:
        scene.time_passes()
        worker.listener.renew(renewer.link)

    worker.during_call = let_time_pass_and_renew
    worker.turn()
    worker.during_call = lambda: None

    assert worker.turn() == []
    scene.time_passes()
    worker.listener.renew(renewer.link)
    assert worker.turn() == [("A", INSERT)]
    assert scene.leases == {"A": (1, 2, True)}


def test_the_tenth_renewal_of_a_batch_only_says_so(scene: Scene) -> None:
    worker = scene.worker()
    renewer = scene.worker()
    scene.insert("A")

    def renew_ten_times() -> None:
        for _ in range(10):
            worker.listener.renew(renewer.link)

    worker.during_call = renew_ten_times

    assert worker.turn() == [("A", INSERT)]
    assert worker.log.count("seems to be stuck, so it is being cancelled") == 1
    assert worker.log.count("Renewed leases for 1 rows") == 10
    assert scene.position == 1


def test_a_batch_that_ends_after_the_stop_is_not_released(scene: Scene) -> None:
    worker = scene.worker()
    scene.insert("A")
    worker.during_call = worker.listener.stop

    worker.turn()

    assert scene.leases == {"A": (1, 1, True)}
    scene.time_passes()
    assert scene.worker().turn() == [("A", INSERT)]


def test_a_failed_poll_is_logged_and_the_next_one_works(scene: Scene) -> None:
    worker = scene.worker()
    scene.insert("A")
    scene.run(f"DROP TABLE {scene.leases_table}")

    worker.listener.turn(worker.link)
    failed_state = worker.listener.state
    scene.prepare()
    worker.listener.turn(worker.link)

    assert failed_state is State.CHECK
    assert (
        f"Failed to check for changes in table '{scene.table}' due to exception: Microsoft.Data.SqlClient.SqlException. "
        f"Exception message: Invalid object name 'az_func.{scene.watched.statements.leases.name}'.\n"
    ) in worker.log
    assert worker.batches == [[("A", INSERT)]]


def test_a_held_application_lock_fails_the_poll_and_the_release_in_the_triggers_words(scene: Scene) -> None:
    statements = replace(scene.watched.statements, lock_timeout_ms=1)
    worker = Worker(scene.to, replace(scene.watched, statements=statements))
    holder = connect(scene.to)
    refused = (
        "due to exception: Microsoft.Data.SqlClient.SqlException. "
        "Exception message: Unable to acquire exclusive lock on _az_func_Trigger. Result = -1\n"
    )
    take = "EXEC sp_getapplock @Resource = N'_az_func_Trigger', @LockMode = 'Exclusive', @LockOwner = 'Session'"
    scene.insert("A")

    execute(holder, take)
    worker.listener.turn(worker.link)
    execute(holder, "EXEC sp_releaseapplock @Resource = N'_az_func_Trigger', @LockOwner = 'Session'")

    def take_it_again() -> None:
        execute(holder, take)

    worker.during_call = take_it_again
    worker.listener.turn(worker.link)
    holder.close()
    worker.link.close()

    assert f"Failed to check for changes in table '{scene.table}' {refused}" in worker.log
    released = "Failed to execute SQL commands to release leases in attempt: {} for table '{}' {}"
    assert released.format(1, scene.table, refused) in worker.log
    assert released.format(2, scene.table, refused) in worker.log
    assert f"Failed to release leases for table '{scene.table}' after 3 attempts {refused}" in worker.log
    assert scene.leases == {"A": (1, 1, True)}


def test_forgotten_changes_are_jumped_over(scene: Scene) -> None:
    worker = scene.worker()
    scene.run("UPDATE az_func.GlobalState SET LastSyncVersion = -1 WHERE UserTableID = ?", scene.watched.table_id)
    scene.insert("A")

    assert worker.turn() == [("A", INSERT)]
    assert "[PreInvocation] Updated LastSyncVersion from -1 to " in worker.log


def test_the_trigger_starts_where_change_tracking_starts(scene: Scene) -> None:
    assert scene.position == 0
    assert scene.watched.statements.leases.name == f"Leases_{scene.watched.function_id}_{scene.watched.table_id}"


def test_a_second_start_keeps_position_and_leases(scene: Scene) -> None:
    worker = scene.worker(sick="B")
    scene.insert("A")
    worker.turn()
    scene.insert("B")
    worker.turn()

    scene.prepare()

    assert scene.position == 1
    assert scene.leases == {"B": (2, 1, True)}


def test_state_kept_under_the_host_id_moves_to_the_site_name(scene: Scene) -> None:
    worker = scene.worker(sick="A")
    scene.insert("A")
    worker.turn()
    scene.run(
        "UPDATE az_func.GlobalState SET UserFunctionID = ?, LastSyncVersion = LastSyncVersion WHERE UserTableID = ?",
        "h" + scene.watched.function_id[1:],
        scene.watched.table_id,
    )
    earlier = f"[az_func].[Leases_h{scene.watched.function_id[1:]}_{scene.watched.table_id}]"
    scene.run(
        f"CREATE TABLE {earlier} (Id int NOT NULL PRIMARY KEY, _az_func_ChangeVersion bigint NOT NULL, "
        "_az_func_AttemptCount int NOT NULL, _az_func_LeaseExpirationTime datetime2 NULL)"
    )
    scene.run(f"INSERT INTO {earlier} SELECT * FROM {scene.leases_table}")
    scene.run(f"DROP TABLE {scene.leases_table}")

    scene.prepare()

    assert scene.leases == {"A": (1, 1, True)}
    assert scene.position == 0
    assert scene.run("SELECT OBJECT_ID(?)", earlier) == [[None]]


@pytest.mark.parametrize(
    ("columns", "tracked", "problem"),
    [
        (None, False, r"Could not find table: 'dbo\.\w+'\."),
        ("Id int NOT NULL", False, r"Could not find primary key created in table: 'dbo\.\w+'\."),
        ("Id int NOT NULL PRIMARY KEY", False, r"Could not find change tracking enabled for table: 'dbo\.\w+'\."),
        (
            "Id int NOT NULL PRIMARY KEY, _az_func_AttemptCount int NULL, _az_func_changeversion int NULL",
            True,
            r"Found reserved column name\(s\): '_az_func_AttemptCount' in table: 'dbo\.\w+'\. Please rename them",
        ),
    ],
    ids=["no table", "no key", "no change tracking", "reserved column"],
)
def test_a_table_that_cannot_be_watched_is_refused_in_the_triggers_words(
    scene: Scene, unique: str, columns: str | None, tracked: bool, problem: str
) -> None:
    table = TableName("dbo", unique + "x")
    if columns is not None:
        scene.run(f"CREATE TABLE {table.quoted} ({columns})")
    if tracked:
        scene.run(f"ALTER TABLE {table.quoted} ENABLE CHANGE_TRACKING")

    with pytest.raises(FunctionInError, match=problem):
        scene.prepare(table)

    scene.run(f"DROP TABLE IF EXISTS {table.quoted}")
