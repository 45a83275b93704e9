"""What the recovery reads and writes in SQL Server, against a server: whose an entry is, rounds, resets, commands."""

from collections.abc import Callable, Sequence

import pytest

from relay.backoff import Backoff
from relay.changes.entry import EntryState
from relay.config.values import RecoveryPolicy
from relay.delivery.messages import Message
from relay.delivery.outcomes import Delivered, Outcome, Rejected, RetryLater
from relay.delivery.settlement import Closing
from relay.recovery.situation import Command, Record, Situation
from services.outside import Outside
from services.redeliver import redeliver
from tests.contract.leases import lease_rows, leases_of
from tests.contract.relay_scene import Scene
from tests.fakes import FakeEndpoint, a_failure, an_outside

Make = Callable[..., Scene]


def failed(scene: Scene, *numbers: int, state: EntryState = EntryState.OPEN, attempt: int = 5) -> None:
    """Insert rows, lease them, and record that they failed."""
    for number in numbers:
        scene.run("INSERT INTO {t} (Id, Name) VALUES (?, N'x')", number)
    scene.lease(attempt=attempt)
    found = scene.enrich(*numbers)
    scene.settle(
        failures=[a_failure(c.key_text, c.version, state, 503, "the endpoint answered 503", "") for c in found]
    )


def expire_leases(scene: Scene) -> None:
    scene.server.run(
        f"UPDATE {leases_of(scene.relay)} SET _az_func_LeaseExpirationTime = DATEADD(second, -1, SYSDATETIME())"
    )


def whose(situation: Situation) -> tuple[int, int, int, int]:
    return situation.parked, situation.orphaned, situation.exhausted, situation.retrying


def test_a_relay_without_trouble_has_nothing_open_and_gets_no_row(scene: Make) -> None:
    made = scene()

    situation = made.store.take_stock()

    assert situation.over
    assert situation.since == ""


def test_an_entry_whose_lease_is_alive_is_the_triggers(scene: Make) -> None:
    made = scene()
    failed(made, 1, attempt=3)

    assert whose(made.store.take_stock()) == (0, 0, 0, 1)
    assert made.store.list_ids(10, for_probe=True) == []


def test_five_attempts_used_up_are_exhausted_once_the_last_lease_has_run_out(scene: Make) -> None:
    made = scene()
    failed(made, 1)
    assert whose(made.store.take_stock()) == (0, 0, 0, 1)

    expire_leases(made)

    assert whose(made.store.take_stock()) == (0, 0, 1, 0)
    assert made.store.list_ids(10) == [], "its time has not come"
    assert len(made.store.list_ids(10, for_probe=True)) == 1


def test_an_entry_whose_lease_row_the_trigger_deleted_is_orphaned(scene: Make) -> None:
    made = scene()
    failed(made, 1)
    made.server.run(f"DELETE FROM {leases_of(made.relay)}")

    assert whose(made.store.take_stock()) == (0, 1, 0, 0)
    assert len(made.store.list_ids(10)) == 1


def test_an_entry_whose_lease_was_released_is_parked(scene: Make) -> None:
    made = scene()
    failed(made, 1, attempt=1)
    made.server.run(
        f"UPDATE {leases_of(made.relay)} SET _az_func_LeaseExpirationTime = NULL, _az_func_AttemptCount = 0"
    )

    assert whose(made.store.take_stock()) == (1, 0, 0, 0)


def test_what_died_before_it_could_settle_is_found_by_the_check(scene: Make) -> None:
    made = scene()
    made.run("INSERT INTO {t} (Id) VALUES (1)")
    made.lease(attempt=5)
    expire_leases(made)

    assert whose(made.store.take_stock()) == (0, 0, 1, 0)
    assert made.ledger()[0][5] == "the batch ended before its result was recorded"


def test_what_had_only_begun_in_all_five_attempts_is_exhausted_and_not_waited_for(scene: Make) -> None:
    made = scene(watch=("Name",))
    made.run("INSERT INTO {t} (Id) VALUES (1)")
    made.lease(attempt=1)
    made.enrich(1)
    assert [row[2] for row in made.ledger()] == ["in_flight"]
    assert made.store.take_stock().over

    made.lease(attempt=5)
    expire_leases(made)

    assert whose(made.store.take_stock()) == (0, 0, 1, 0)
    assert len(made.store.list_ids(10, for_probe=True)) == 1


def test_what_had_only_begun_when_the_trigger_gave_it_up_and_forgot_it_is_orphaned(scene: Make) -> None:
    made = scene(watch=("Name",))
    made.run("INSERT INTO {t} (Id) VALUES (1)")
    made.lease(attempt=1)
    made.enrich(1)
    made.server.run(f"DELETE FROM {leases_of(made.relay)}")
    assert made.store.take_stock().over, "it may have come after the leases were read"

    made.server.run(
        "UPDATE relay.Ledger SET LastTriedAt = DATEADD(minute, -3, LastTriedAt) WHERE Relay = ?", made.relay.name
    )

    assert whose(made.store.take_stock()) == (0, 1, 0, 0)


def test_a_dead_letter_of_an_older_version_does_not_hide_a_newer_failure(scene: Make) -> None:
    made = scene()
    failed(made, 1, state=EntryState.DEAD)
    made.run("UPDATE {t} SET Name = N'newer'")
    made.lease(attempt=5)
    expire_leases(made)

    assert whose(made.store.take_stock()) == (0, 0, 1, 0)


def test_rounds_and_notices_are_remembered(scene: Make) -> None:
    made = scene(recovery=RecoveryPolicy(backoff=Backoff(first_interval_seconds=100)))
    failed(made, 1)
    begun = made.store.take_stock()
    assert 95 < begun.seconds_until_due <= 100
    assert (begun.rounds, begun.told, begun.last_status) == (0, (), 503)

    made.store.record(
        Record(rounds=3, step=2, due_in_seconds=604_800.5, told=["long_outage"], done_command=0, told_of_dead_letters=0)
    )

    situation = made.store.take_stock()
    assert (situation.rounds, situation.step, situation.told) == (3, 2, ("long_outage",))
    assert 604_790 < situation.seconds_until_due <= 604_801
    assert situation.since == begun.since


def test_a_command_waits_until_its_round_is_recorded_and_a_later_one_stays(scene: Make) -> None:
    made = scene()
    assert not made.store.command(Command.RETRY_NOW)
    failed(made, 1)
    made.store.take_stock()
    assert made.store.command(Command.RETRY_NOW)
    seen = made.store.take_stock()
    assert seen.command is Command.RETRY_NOW

    made.store.command(Command.GIVE_UP)
    waits = made.store.record(
        Record(rounds=1, step=0, due_in_seconds=1, told=[], done_command=seen.command_number, told_of_dead_letters=0)
    )

    assert waits
    assert made.store.take_stock().command is Command.GIVE_UP


def test_reset_gives_exhausted_rows_back_to_the_trigger_and_touches_no_other(scene: Make) -> None:
    made = scene()
    failed(made, 1, 2)
    expire_leases(made)
    made.run("INSERT INTO {t} (Id) VALUES (3)")
    made.server.run(f"INSERT INTO {leases_of(made.relay)} VALUES (3, 99, 2, DATEADD(second, 60, SYSDATETIME()))")

    assert made.store.reset() == 2

    assert sorted(row[1:] for row in lease_rows(made.server, made.relay)) == [[0, 0], [0, 0], [2, 0]]
    assert whose(made.store.take_stock())[3] == 2 + 1


def test_giving_up_makes_dead_letters_of_what_is_older_than_the_window(scene: Make) -> None:
    made = scene(recovery=RecoveryPolicy(window_hours=1))
    failed(made, 1, 2)
    expire_leases(made)
    made.server.run(
        "UPDATE relay.Ledger SET FirstFailedAt = DATEADD(hour, -2, FirstFailedAt) WHERE Relay = ? AND KeyText = N'[1]'",
        made.relay.name,
    )
    assert made.store.take_stock().expired == 1

    assert made.store.give_up(everything=False, reason="given up: the window is over") == 1

    assert [(row[0], row[2]) for row in made.ledger()] == [("[1]", "dead"), ("[2]", "open")]
    assert made.ledger()[0][5] == "given up: the window is over; the endpoint answered 503"
    assert [row[1:] for row in lease_rows(made.server, made.relay)] == [[0, 1], [5, 0]]
    assert made.store.take_stock().untold_dead == 1


def test_giving_up_everything_leaves_what_the_trigger_still_tries(scene: Make) -> None:
    made = scene()
    failed(made, 1, attempt=2)

    assert made.store.give_up(everything=True, reason="given up by an operator") == 0


def told(made: Scene, *, count: int) -> None:
    """Have people told of the first dead letters that nobody was told of."""
    made.run(
        f"UPDATE relay.Ledger SET ToldAt = SYSUTCDATETIME() WHERE Id IN (SELECT TOP ({count}) Id FROM relay.Ledger "
        "WHERE Relay = ? AND State = 'dead' AND ToldAt IS NULL ORDER BY Id)",
        made.relay.name,
    )


def test_dead_letters_that_were_told_of_are_nothing_to_do(scene: Make) -> None:
    made = scene()
    failed(made, 1, state=EntryState.DEAD)
    assert made.store.take_stock().untold_dead == 1

    told(made, count=1)

    assert made.store.take_stock().over


def test_what_a_round_came_to_may_be_written_down_twice_and_tells_nobody_of_dead_letters(scene: Make) -> None:
    made = scene()
    failed(made, 1, 2, state=EntryState.DEAD)

    for _ in range(2):
        made.store.record(Record(rounds=0, step=0, due_in_seconds=1, told=[], done_command=0, told_of_dead_letters=2))

    assert made.store.take_stock().untold_dead == 2


def test_what_died_after_people_were_told_is_told_an_hour_later(scene: Make) -> None:
    made = scene()
    failed(made, 1, 2, state=EntryState.DEAD)
    first = made.store.take_stock()
    assert (first.untold_dead, first.seconds_until_telling) == (2, 0)
    failed(made, 3, state=EntryState.DEAD)  # between the check and the telling

    told(made, count=2)

    then = made.store.take_stock()
    assert then.untold_dead == 1
    assert then.last_died_at > first.last_died_at, "so that it is another notice"
    assert 3500 < then.seconds_until_telling <= 3600
    made.server.run("UPDATE relay.Ledger SET ToldAt = DATEADD(hour, -1, ToldAt) WHERE Relay = ?", made.relay.name)
    assert made.store.take_stock().seconds_until_telling == 0


def test_a_recovery_ends_only_when_nothing_is_open(scene: Make) -> None:
    made = scene()
    failed(made, 1)
    made.store.take_stock()
    assert not made.store.close()
    [change] = made.enrich(1)
    made.settle(closings=[Closing(change.key_text, change.version)])

    assert made.store.close()
    assert made.store.take_stock().since == ""


def test_who_did_not_hear_that_the_recovery_was_closed_hears_it_when_asking_again(scene: Make) -> None:
    made = scene()
    made.store.take_stock()

    assert (made.store.close(), made.store.close()) == (True, True)


def adapters_of(made: Scene, answer: Callable[[Message], Outcome]) -> tuple[Outside, FakeEndpoint]:
    endpoint = FakeEndpoint(answer)
    return an_outside(made.relay, recoveries=made.store, changes=made.source, endpoint=endpoint), endpoint


def orphans(made: Scene, *numbers: int) -> Sequence[int]:
    failed(made, *numbers)
    made.server.run(f"DELETE FROM {leases_of(made.relay)}")
    return made.store.list_ids(100)


def test_orphaned_changes_are_delivered_with_the_rows_current_state_and_settled(scene: Make) -> None:
    made = scene()
    ids = orphans(made, 1, 2)
    made.run("UPDATE {t} SET Name = N'newer' WHERE Id = 1")
    made.run("DELETE FROM {t} WHERE Id = 2")
    adapters, endpoint = adapters_of(made, lambda _: Delivered(200))

    result = redeliver(ids, adapters).to_dict()

    assert (result["delivered"], result["failed"]) == (2, 0)
    assert b'"Name":"newer"' in endpoint.messages[0].body
    assert b'"operation":"delete"' in endpoint.messages[1].body
    assert made.ledger() == []
    assert redeliver(ids, adapters).delivered == 0


def test_one_that_fails_again_stays_and_its_neighbours_are_settled(scene: Make) -> None:
    made = scene()
    ids = orphans(made, 1, 2, 3)
    adapters, _ = adapters_of(
        made,
        lambda message: (
            RetryLater(500, "the endpoint answered 500") if b'"Id":2,' in message.body
            else Rejected(422, "no", "{}") if b'"Id":3,' in message.body
            else Delivered(200)
        ),
    )  # fmt: skip

    result = redeliver(ids, adapters).to_dict()

    assert {name: result[name] for name in ("delivered", "rejected", "failed")} == {
        "delivered": 1, "rejected": 1, "failed": 1,
    }  # fmt: skip
    assert result["status"] == 500
    assert [(row[0], row[2]) for row in made.ledger()] == [("[2]", "open"), ("[3]", "dead")]


@pytest.mark.parametrize(
    ("declared", "value"),
    [
        ("nvarchar(20)", 'Zoë " \\ 😀'),
        ("nvarchar(40)", "2026-01-02T03:04:05.000Z"),
        ("decimal(20, 4)", "12345678901234.5678"),
        ("uniqueidentifier", "6F9619FF-8B86-D011-B42D-00C04FC964FF"),
        ("datetime2(7)", "2026-01-02T03:04:05.1234567"),
        ("datetimeoffset(7)", "2026-01-02T03:04:05.1234567+02:00"),
        ("bigint", "-9223372036854775808"),
    ],
    ids=lambda value: value.split("(")[0] if "(" in value else value[:10],
)
def test_a_key_of_any_type_is_read_back_from_its_text(scene: Make, declared: str, value: str) -> None:
    made = scene(f"Id {declared} NOT NULL PRIMARY KEY, Name nvarchar(50) NULL")
    made.run("INSERT INTO {t} (Id, Name) VALUES (?, N'here')", value)
    made.lease(attempt=5)
    made.store.take_stock()
    made.server.run(f"DELETE FROM {leases_of(made.relay)}")
    made.let_time_pass(61)
    adapters, endpoint = adapters_of(made, lambda _: Delivered(200))

    result = redeliver(made.store.list_ids(10), adapters).to_dict()

    assert result["delivered"] == 1
    assert b'"Name":"here"' in endpoint.messages[0].body
    assert made.ledger() == []


def test_a_key_of_bytes_is_read_back_from_its_text(scene: Make) -> None:
    made = scene("Id varbinary(10) NOT NULL PRIMARY KEY, Name nvarchar(50) NULL")
    made.run("INSERT INTO {t} (Id, Name) VALUES (0x00FF10, N'here')")
    made.lease(attempt=5)
    made.store.take_stock()
    made.server.run(f"DELETE FROM {leases_of(made.relay)}")
    made.let_time_pass(61)
    adapters, endpoint = adapters_of(made, lambda _: Delivered(200))

    assert redeliver(made.store.list_ids(10), adapters).delivered == 1
    assert b'"Name":"here"' in endpoint.messages[0].body


def test_giving_up_everything_takes_what_has_used_up_its_attempts_though_the_last_lease_lives(scene: Make) -> None:
    made = scene()
    failed(made, 1, attempt=5)

    assert made.store.give_up(everything=True, reason="given up by an operator") == 1
    assert made.ledger()[0][2] == "dead"
    assert [row[1:] for row in lease_rows(made.server, made.relay)] == [[0, 1]]
