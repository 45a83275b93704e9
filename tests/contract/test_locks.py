"""Locks against a server: tokens that only grow, a line first come first served, offers that have to be taken, takeovers."""

import threading
from collections.abc import Iterator

import pytest

from adapters.sql_server.connection_string import OdbcConnection
from adapters.sql_server.migrations import migrate
from adapters.sql_server.tables import SqlTables
from services.locks import acquire, force_release, list_locks, pass_on, release, renew, show
from tests.contract.lock_scene import LockScene
from tests.sql_client import SqlServer
from workflows.locks.names import hint, start_of, starts_of
from workflows.locks.values import MOST_WAITING, Asker, Hint, State, Terms


@pytest.fixture
def lock(server: SqlServer, app_server: SqlServer, unique: str) -> Iterator[LockScene]:
    migrate(server, "shop")
    found = LockScene(server, app_server, f"{unique}.a-lock")
    yield found
    for table in ("LockHolder", "LockWaiter", "Lock"):
        server.run(f"DELETE FROM relay.{table} WHERE Name = ?", found.name)


def test_a_free_lock_is_taken_under_the_first_token_and_a_lease(lock: LockScene) -> None:
    standing = lock.ask("anna", lease=60)

    assert (standing.state, standing.token, standing.permits) == (State.HELD, 1, 1)
    [[left]] = lock.server.run(
        "SELECT DATEDIFF(second, SYSUTCDATETIME(), CONVERT(datetime2(3), ?))", standing.expires.rstrip("Z")
    )[0]
    assert 50 <= left <= 60


def test_the_same_owner_and_purpose_find_their_token_again_with_a_new_lease(lock: LockScene) -> None:
    token = lock.held("anna", purpose="bill", lease=10)
    lock.time_passes(9)

    again = lock.ask("anna", purpose="bill", lease=60)
    lock.time_passes(50)

    assert again.token == token
    assert lock.ask("anna", purpose="bill").token == token
    assert lock.ask("anna", purpose="another").state is State.WAITS
    assert lock.ask("Anna", purpose="bill").state is State.WAITS, "letters count"


def test_who_does_not_wait_is_told_that_it_is_busy_and_has_no_place_in_the_line(lock: LockScene) -> None:
    token = lock.held("anna")

    assert lock.ask("ben", wait=0).state is State.BUSY
    lock.waits("ben")
    assert lock.ask("ben", wait=0).state is State.BUSY

    lock.release(token)
    assert lock.ask("carl", wait=0).state is State.HELD


def test_who_comes_first_is_served_first_and_whoever_comes_later_does_not_overtake(lock: LockScene) -> None:
    token = lock.held("anna")
    tickets = [lock.waits(owner) for owner in ("ben", "carl", "dora")]
    assert tickets == sorted(tickets)
    assert [lock.poll(ticket).position for ticket in tickets] == [1, 2, 3]

    lock.release(token)
    assert lock.ask("eve", wait=0).state is State.BUSY, "it is offered to ben"
    assert lock.poll(tickets[1]).state is State.WAITS
    bens = lock.poll(tickets[0])

    assert (bens.state, bens.token) == (State.HELD, token + 1)
    assert lock.poll(tickets[0]) == bens, "an answer that was lost is asked for again"
    lock.release(bens.token)
    assert lock.ask("carl").token == token + 2, "asking anew is as good as polling"


def test_an_offer_that_is_not_taken_goes_to_the_next_and_who_let_it_lapse_keeps_his_ticket(lock: LockScene) -> None:
    token = lock.held("anna")
    bens, carls = lock.waits("ben"), lock.waits("carl")
    lock.release(token)
    lock.time_passes(11)

    carls_token = lock.poll(carls).token
    assert carls_token == token + 1
    doras = lock.waits("dora")
    assert lock.poll(bens).state is State.WAITS
    lock.release(carls_token)

    assert lock.poll(doras).state is State.WAITS
    assert lock.poll(bens).token == token + 2


def test_who_has_not_asked_again_since_is_passed_over_and_goes_when_his_wait_is_over(lock: LockScene) -> None:
    token = lock.held("anna", lease=3600)
    bens = lock.waits("ben", wait=30)
    lock.release(token)
    lock.time_passes(11)

    next_token = lock.held("carl", wait=0, lease=3600)
    lock.time_passes(20)

    assert lock.poll(bens).state is State.GONE
    assert not lock.release(ticket=bens)
    assert lock.release(next_token)


def test_a_lease_that_has_run_out_is_found_by_the_next_one_who_asks(lock: LockScene) -> None:
    token = lock.held("anna", lease=5)
    bens = lock.waits("ben")
    lock.time_passes(6)

    assert renew(lock.tables, lock.name, token).result is None
    assert not lock.release(token)
    assert lock.poll(bens).token == token + 1


def test_a_lease_is_renewed_as_long_as_before_or_as_is_said(lock: LockScene) -> None:
    token = lock.held("anna", lease=20)
    for _ in range(3):
        lock.time_passes(15)
        assert renew(lock.tables, lock.name, token).result
    renew(lock.tables, lock.name, token, 3600)
    lock.time_passes(3000)

    assert renew(lock.tables, lock.name, token).result
    assert renew(lock.tables, lock.name, token + 1).result is None


def test_as_many_hold_it_as_there_are_permits_and_their_number_changes_only_when_nobody_uses_it(
    lock: LockScene,
) -> None:
    tokens = [lock.held(owner, permits=2) for owner in ("anna", "ben")]
    carls = lock.waits("carl", permits=2)

    refused = lock.ask("dora", permits=3)
    assert (refused.state, refused.permits) == (State.PERMITS, 2)

    lock.release(tokens[1])
    assert lock.poll(carls).token == tokens[1] + 1
    lock.release(tokens[0])
    lock.release(tokens[1] + 1)
    assert [lock.ask(owner, permits=3, wait=0).state for owner in "abcd"] == [*[State.HELD] * 3, State.BUSY]


def test_who_gives_up_leaves_the_line_also_if_it_was_offered_to_him(lock: LockScene) -> None:
    token = lock.held("anna")
    bens, carls = lock.waits("ben"), lock.waits("carl")
    lock.release(token)

    assert lock.release(ticket=bens)

    assert lock.poll(carls).state is State.HELD


def test_a_forced_release_burns_every_token_and_is_written_down(lock: LockScene) -> None:
    token = lock.held("anna", purpose="bill")
    bens = lock.waits("ben")

    done = force_release(lock.tables, lock.name, "anna's machine is gone")

    assert [dict(row) for row in done.result] == [{"token": token, "owner": "anna", "purpose": "bill"}]
    assert lock.fence() == token + 1
    assert renew(lock.tables, lock.name, token).result is None
    assert lock.poll(bens).token == token + 1
    shown = show(lock.tables, lock.name)
    assert shown is not None
    assert [(row["owner"], row["reason"], row["app"]) for row in shown["forced"]] == [
        ("anna", "anna's machine is gone", "shop")
    ]


def test_orchestrations_of_the_app_are_named_once_per_offer(lock: LockScene) -> None:
    token = lock.held("anna")
    mine = lock.ask_as_instance("nightly")
    acquire(lock.others, lock.name, Asker(owner="x 1", instance="x", execution="1"), Terms(wait_seconds=7200))

    lock.release(token)
    first = list(lock.hints)
    lock.ask("carl", wait=0)
    lock.time_passes(89)
    assert lock.ask("dora", wait=0).state is State.BUSY

    assert first == lock.hints == [Hint("nightly", hint(lock.name, mine.ticket, 1))]
    lock.release(lock.ask_as_instance("nightly").token)
    assert first == lock.hints, "the next one is another app's: its own watchdog tells it"
    offered = [row for row in lock.others.ask("locks/offered", limit=10_000)[0] if row["name"] == lock.name]
    assert [row["instance"] for row in offered] == ["x"]


def test_nobody_takes_an_orchestrations_offer_by_its_ticket(lock: LockScene) -> None:
    token = lock.held("anna")
    ticket = lock.ask_as_instance("nightly").ticket
    lock.release(token)

    assert lock.poll(ticket).state is State.WAITS
    assert lock.ask_as_instance("nightly").state is State.HELD


def test_an_instance_that_was_started_anew_takes_over_under_a_new_token_and_its_predecessors_is_burnt(
    lock: LockScene,
) -> None:
    first = lock.ask_as_instance("nightly", "1")
    lock.waits("ben")

    second = lock.ask_as_instance("nightly", "2")

    assert (second.state, second.token) == (State.HELD, first.token + 1)
    assert lock.fence() == second.token
    assert renew(lock.tables, lock.name, first.token).result is None
    assert lock.ask_as_instance("nightly", "2").token == second.token
    assert lock.ask_as_instance("nightly", "1").state is State.OUTRUN
    assert lock.ask_as_instance("nightly", "2").token == second.token


def test_it_takes_over_the_place_in_the_line_too(lock: LockScene) -> None:
    token = lock.held("anna")
    before = lock.ask_as_instance("nightly", "1")
    lock.waits("ben")

    after = lock.ask_as_instance("nightly", "2")

    assert (after.ticket, after.position) == (before.ticket, 1)
    assert lock.ask_as_instance("nightly", "1").state is State.OUTRUN
    lock.release(token)
    assert lock.ask_as_instance("nightly", "2").state is State.HELD


def test_another_start_of_an_execution_takes_over_and_it_is_the_start_that_waits_who_is_told(lock: LockScene) -> None:
    token = lock.held("anna")
    waits = lock.ask_as_instance(starts_of("order"), start_of(9, "2026-01-02T03:04:05.000000Z"))
    lock.waits("ben")
    again = lock.ask_as_instance(starts_of("order"), start_of(10, "2026-01-02T03:00:00.000000Z"))
    assert again.ticket == waits.ticket

    lock.release(token)
    held = lock.ask_as_instance(starts_of("order"), start_of(10, "2026-01-02T03:00:00.000000Z"))
    assert lock.hints == [Hint("order:10", hint(lock.name, again.ticket, 1))]
    later = lock.ask_as_instance(starts_of("order"), start_of(11, "2026-01-02T03:09:00.000000Z"))

    assert (later.state, later.token) == (State.HELD, held.token + 1)
    assert lock.fence() == later.token


def test_a_line_has_an_end(lock: LockScene) -> None:
    lock.held("anna")
    lock.server.run(
        "INSERT INTO relay.LockWaiter (Name, Ticket, Owner, Purpose, App, Instance, Execution, LeaseSeconds, OfferSeconds, Since, WaitsUntil, "
        "Offers, Asleep) SELECT ?, n, CONCAT(N'w', n), N'', N'shop', N'', '', 60, 10, SYSUTCDATETIME(), DATEADD(hour, 1, SYSUTCDATETIME()), "
        "0, 0 FROM (SELECT TOP (?) ROW_NUMBER() OVER (ORDER BY a.[object_id]) AS n FROM sys.all_columns AS a CROSS JOIN sys.all_columns AS b) AS x",
        lock.name,
        MOST_WAITING,
    )

    assert lock.ask("ben").state is State.FULL
    assert lock.ask("w5").state is State.WAITS


def test_what_is_over_is_found_and_passed_on(lock: LockScene) -> None:
    def over() -> bool:
        return lock.name in {row["name"] for row in lock.tables.ask("locks/over", limit=10_000)[0]}

    lock.held("anna")
    ticket = lock.ask_as_instance("nightly").ticket
    lock.waits("ben", wait=200)
    assert not over()

    lock.time_passes(61)
    lock.server.run("UPDATE relay.LockWaiter SET WaitsUntil = DATEADD(hour, 1, WaitsUntil) WHERE Name = ?", lock.name)
    assert over()
    assert list(pass_on(lock.tables, lock.name)) == [Hint("nightly", hint(lock.name, ticket, 1))]
    assert not over()

    lock.time_passes(91)
    assert over()
    pass_on(lock.tables, lock.name)
    lock.time_passes(11)
    assert over()
    pass_on(lock.tables, lock.name)
    assert not over()


def test_locks_in_use_are_listed_and_shown_as_they_are(lock: LockScene) -> None:
    token = lock.held("anna", purpose="bill")
    ticket = lock.waits("ben")

    [found] = [row for row in list_locks(lock.tables, "") if row["name"] == lock.name]
    assert found == {"name": lock.name, "permits": 1, "token": token, "holders": 1, "waiting": 1}
    assert lock.name not in {row["name"] for row in list_locks(lock.tables, lock.name)}

    shown = show(lock.tables, lock.name)
    assert shown is not None
    assert [(each["token"], each["owner"], each["purpose"], each["app"]) for each in shown["holders"]] == [
        (token, "anna", "bill", "shop")
    ]
    assert [(each["ticket"], each["owner"], each["offered_until"]) for each in shown["queue"]] == [
        (ticket, "ben", None)
    ]
    assert show(lock.tables, f"{lock.name}.unknown") is None


def test_of_connections_that_race_one_gets_it_and_no_token_comes_twice(lock: LockScene, odbc: OdbcConnection) -> None:
    seen: list[tuple[int, list[int]]] = []  # who has the lock, and who is said to
    begin = threading.Barrier(3)

    def race(number: int) -> None:
        server = SqlServer(odbc)
        tables = SqlTables(server, "shop")
        begin.wait()
        for turn in range(10):
            asker, terms = Asker(owner=f"racer {number}", purpose=str(turn)), Terms(wait_seconds=60)
            while (standing := acquire(tables, lock.name, asker, terms).result).state is not State.HELD:
                pass
            shown = show(tables, lock.name) or {}
            seen.append((standing.token, [row["token"] for row in shown["holders"]]))
            release(tables, lock.name, token=standing.token)
        server.close()

    racers = [threading.Thread(target=race, args=(number,)) for number in range(3)]
    for racer in racers:
        racer.start()
    for racer in racers:
        racer.join()

    assert seen == [(token, [token]) for token in range(1, 31)]
