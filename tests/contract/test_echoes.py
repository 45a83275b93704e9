"""Which changes count as the endpoint's own: only those with nothing of anybody else beneath them."""

from collections.abc import Callable

import pytest

from relay.changes.change import Change
from relay.changes.entry import EntryState
from tests.contract.leases import APP, leases_of
from tests.contract.relay_scene import Scene

Make = Callable[..., Scene]
MARK = "WITH CHANGE_TRACKING_CONTEXT (0x73686F70)"  # shop


@pytest.fixture
def made(scene: Make) -> Scene:
    """A table of three rows that the endpoint knows."""
    made = scene(ignore_contexts=(b"shop",))
    made.run("INSERT INTO {t} VALUES (1, N'a', N'n'), (2, N'b', N'n'), (3, N'c', N'n')")
    catch_up(made)
    return made


def catch_up(made: Scene) -> None:
    """Everything up to here was delivered; another table's changes push the version on."""
    made.server.run(
        "UPDATE az_func.GlobalState SET LastSyncVersion = CHANGE_TRACKING_CURRENT_VERSION() WHERE UserTableID = OBJECT_ID(?)",
        str(made.relay.table),
    )


def pass_a_version(made: Scene) -> None:
    """Let a version go by that does not concern the row."""
    made.run("UPDATE {t} SET Note = N'by the way' WHERE Id = 3")


def lease(made: Scene) -> None:
    """What the trigger does at a poll; first and only attempt."""
    made.server.run(f"DELETE FROM {leases_of(made.relay)}")
    made.server.run(
        f"INSERT INTO {leases_of(made.relay)} SELECT Id, c.SYS_CHANGE_VERSION, 1, DATEADD(second, 60, SYSDATETIME()) "
        f"FROM CHANGETABLE(CHANGES {made.relay.table}, 0) AS c"
    )


def polled(made: Scene, *keys: int) -> list[Change]:
    lease(made)
    return made.enrich(*(keys or (1,)))


OWN = {
    "an update": [f"{MARK} UPDATE {{t}} SET Note = N'own' WHERE Id = 1"],
    "an update of every column": [f"{MARK} UPDATE {{t}} SET Name = N'own', Note = N'own' WHERE Id = 1"],
    "an update after its own": [
        f"{MARK} UPDATE {{t}} SET Note = N'own' WHERE Id = 1",
        f"{MARK} UPDATE {{t}} SET Note = N'newer' WHERE Id = 1",
    ],
    "a foreign value that it has overwritten": [
        "UPDATE {t} SET Note = N'foreign' WHERE Id = 1",
        f"{MARK} UPDATE {{t}} SET Note = N'own' WHERE Id = 1",
    ],
    "an update of every column after an insertion": [
        "DELETE FROM {t} WHERE Id = 1",
        "INSERT INTO {t} VALUES (1, N'foreign', N'foreign')",
        f"{MARK} UPDATE {{t}} SET Name = N'own', Note = N'own' WHERE Id = 1",
    ],
    "a deletion": [f"{MARK} DELETE FROM {{t}} WHERE Id = 1"],
    "a deletion of what others changed": ["UPDATE {t} SET Name = N'x' WHERE Id = 1", f"{MARK} DELETE FROM {{t}} WHERE Id = 1"],
    "an insertion": ["DELETE FROM {t} WHERE Id = 1", f"{MARK} INSERT INTO {{t}} VALUES (1, N'own', N'own')"],
}  # fmt: skip


@pytest.mark.parametrize("statements", OWN.values(), ids=OWN)
def test_what_the_endpoint_wrote_itself_is_an_echo(made: Scene, statements: list[str]) -> None:
    pass_a_version(made)
    for statement in statements:
        made.run(statement)

    [change] = polled(made)

    assert change.echo


FOREIGN = {
    "without a mark": ["UPDATE {t} SET Note = N'x' WHERE Id = 1"],
    "another mark": ["WITH CHANGE_TRACKING_CONTEXT (0x73686F7000) UPDATE {t} SET Note = N'x' WHERE Id = 1"],
    "another column, before": [
        "UPDATE {t} SET Name = N'foreign' WHERE Id = 1",
        f"{MARK} UPDATE {{t}} SET Note = N'own' WHERE Id = 1",
    ],
    "the whole row, before": [
        "UPDATE {t} SET Name = N'foreign', Note = N'foreign' WHERE Id = 1",
        f"{MARK} UPDATE {{t}} SET Note = N'own' WHERE Id = 1",
    ],
    "afterwards": [f"{MARK} UPDATE {{t}} SET Note = N'own' WHERE Id = 1", "UPDATE {t} SET Note = N'x' WHERE Id = 1"],
    "an insertion, before": [
        "DELETE FROM {t} WHERE Id = 1",
        "INSERT INTO {t} VALUES (1, N'foreign', N'foreign')",
        f"{MARK} UPDATE {{t}} SET Note = N'own' WHERE Id = 1",
    ],
    "a row that its own change of the key has moved": [
        "UPDATE {t} SET Name = N'foreign' WHERE Id = 2",
        "DELETE FROM {t} WHERE Id = 1",
        f"{MARK} UPDATE {{t}} SET Id = 1 WHERE Id = 2",
    ],
}


@pytest.mark.parametrize("statements", FOREIGN.values(), ids=FOREIGN)
def test_what_somebody_else_wrote_is_none_even_beneath_the_endpoints_own_write(
    made: Scene, statements: list[str]
) -> None:
    pass_a_version(made)
    for statement in statements:
        made.run(statement)

    [change] = polled(made)

    assert not change.echo


def test_each_key_of_a_batch_is_judged_by_its_own_versions(made: Scene) -> None:
    made.run(f"{MARK} UPDATE {{t}} SET Note = N'own' WHERE Id = 1")
    made.run("UPDATE {t} SET Name = N'foreign' WHERE Id = 2")
    made.run(f"{MARK} UPDATE {{t}} SET Note = N'own' WHERE Id = 2")
    made.run(f"{MARK} UPDATE {{t}} SET Note = N'own' WHERE Id = 3")

    assert [change.echo for change in polled(made, 1, 2, 3)] == [True, False, True]


def test_a_row_that_moved_on_after_the_poll_is_no_echo(made: Scene) -> None:
    made.run(f"{MARK} UPDATE {{t}} SET Note = N'own' WHERE Id = 1")
    lease(made)
    made.run(f"{MARK} UPDATE {{t}} SET Note = N'newer' WHERE Id = 1")

    [change] = made.enrich(1)

    assert not change.echo


@pytest.mark.parametrize("state", list(EntryState))
def test_a_key_that_is_not_settled_is_no_echo(made: Scene, state: EntryState) -> None:
    made.run(f"{MARK} UPDATE {{t}} SET Note = N'own' WHERE Id = 1")
    made.server.run(
        "INSERT INTO relay.Ledger (App, Relay, KeyText, Version, State, Attempts, FirstFailedAt, LastTriedAt) "
        "VALUES (?, ?, N'[1]', 1, ?, 1, SYSUTCDATETIME(), SYSUTCDATETIME())",
        APP,
        made.relay.name,
        state.value,
    )

    assert not polled(made)[0].echo


def test_nothing_is_an_echo_while_the_triggers_position_is_not_known(made: Scene) -> None:
    pass_a_version(made)
    made.run("ALTER TABLE {t} DISABLE CHANGE_TRACKING")
    made.run("ALTER TABLE {t} ENABLE CHANGE_TRACKING WITH (TRACK_COLUMNS_UPDATED = ON)")
    made.run(f"{MARK} UPDATE {{t}} SET Note = N'own' WHERE Id = 1")
    assert not polled(made)[0].echo, "change tracking has forgotten what came before"

    made.server.run(
        "UPDATE az_func.GlobalState SET LastSyncVersion = CHANGE_TRACKING_MIN_VALID_VERSION(UserTableID) "
        "WHERE UserTableID = OBJECT_ID(?)",
        str(made.relay.table),
    )
    made.server.run("DELETE FROM relay.Ledger WHERE Relay = ?", made.relay.name)
    assert polled(made)[0].echo


@pytest.mark.parametrize(("others", "echo"), [(0, True), (1, False)], ids=["nothing between", "a version between"])
def test_without_tracked_columns_only_an_update_right_after_the_position_is_an_echo(
    made: Scene, others: int, echo: bool
) -> None:
    made.run("ALTER TABLE {t} DISABLE CHANGE_TRACKING")
    made.run("ALTER TABLE {t} ENABLE CHANGE_TRACKING WITH (TRACK_COLUMNS_UPDATED = OFF)")
    catch_up(made)
    for _ in range(others):
        pass_a_version(made)
    made.run(f"{MARK} UPDATE {{t}} SET Note = N'own' WHERE Id = 1")
    made.run(f"{MARK} INSERT INTO {{t}} VALUES (4, N'own', N'own')")
    made.run(f"{MARK} DELETE FROM {{t}} WHERE Id = 2")

    assert [change.echo for change in polled(made, 1, 4, 2)] == [echo, True, True]


def test_what_is_about_to_be_sent_enters_the_ledger_and_an_echo_does_not(made: Scene) -> None:
    made.run(f"{MARK} UPDATE {{t}} SET Note = N'own' WHERE Id = 1")
    made.run("UPDATE {t} SET Name = N'foreign' WHERE Id = 2")

    polled(made, 1, 2)

    assert [(key, state) for key, _, state, *_ in made.ledger()] == [("[2]", "in_flight")]


def test_a_watched_column_beneath_counts_and_an_unwatched_one_does_not(scene: Make) -> None:
    made = scene(ignore_contexts=(b"shop",), watch=("Name",))
    made.run("INSERT INTO {t} VALUES (1, N'a', N'n'), (2, N'b', N'n'), (3, N'c', N'n')")
    catch_up(made)
    made.run("UPDATE {t} SET Note = N'foreign' WHERE Id = 1")
    made.run(f"{MARK} UPDATE {{t}} SET Name = N'own' WHERE Id = 1")
    made.run("UPDATE {t} SET Name = N'foreign' WHERE Id = 2")
    made.run(f"{MARK} UPDATE {{t}} SET Note = N'own' WHERE Id = 2")

    one, two = polled(made, 1, 2)

    assert (one.relevant, one.echo) == (True, True)
    assert (two.relevant, two.echo) == (True, False)


def test_several_marks_may_be_ignored(scene: Make) -> None:
    made = scene(ignore_contexts=(b"shop", bytes(range(128))))
    made.run("INSERT INTO {t} VALUES (1, N'a', N'n')")
    catch_up(made)
    for mark in (f"0x{bytes(range(128)).hex()}", "'shop'"):
        made.run(
            f"DECLARE @mark varbinary(128) = CONVERT(varbinary(128), {mark}); "
            "WITH CHANGE_TRACKING_CONTEXT (@mark) UPDATE {t} SET Note = N'own' WHERE Id = 1"
        )

        assert polled(made)[0].echo, mark
