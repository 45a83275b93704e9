"""Dead letters against a server: counted, listed, filtered, superseded, delivered again, discarded."""

import json
from collections.abc import Callable
from typing import Any

import pytest

from adapters.sql_server.dead_letters import SqlDeadLetters
from adapters.sql_server.table import RelayTable
from relay.changes.enriched import Enriched
from relay.changes.entry import EntryState
from relay.dead_letters.values import Selection
from relay.delivery.messages import Message
from relay.delivery.outcomes import Delivered, Outcome, Rejected, RetryLater
from services.deliver import deliver
from services.redeliver import redeliver_dead
from tests.contract.leases import APP, lease_rows, leases_of
from tests.contract.relay_scene import Scene
from tests.fakes import FakeEndpoint, a_failure, an_outside

Make = Callable[..., Scene]


def dead_letters(made: Scene) -> SqlDeadLetters:
    return SqlDeadLetters(RelayTable(made.app_server, APP, made.relay))


def refused(made: Scene, *numbers: int, status: int = 422, state: EntryState = EntryState.DEAD) -> None:
    """Insert rows, lease them, and record that the endpoint refused them."""
    for number in numbers:
        made.run("INSERT INTO {t} (Id, Name) VALUES (?, N'x')", number)
    made.lease()
    found = made.enrich(*numbers)
    reason = f"the endpoint answered {status}"
    made.settle(failures=[a_failure(c.key_text, c.version, state, status, reason, '{"title": "no"}') for c in found])


def release_leases(made: Scene) -> None:
    made.server.run(
        f"UPDATE {leases_of(made.relay)} SET _az_func_LeaseExpirationTime = NULL, _az_func_AttemptCount = 0"
    )


def track_anew(made: Scene) -> None:
    """Let change tracking of the table begin anew: what was written meanwhile has no version."""
    made.run("ALTER TABLE {t} DISABLE CHANGE_TRACKING")
    made.run("ALTER TABLE {t} ENABLE CHANGE_TRACKING WITH (TRACK_COLUMNS_UPDATED = ON)")


def failed_at(made: Scene, number: int, moment: str) -> None:
    made.server.run(
        "UPDATE relay.Ledger SET FirstFailedAt = ?, LastTriedAt = ? WHERE Relay = ? AND KeyText = ?",
        *(moment, moment, made.relay.name, f"[{number}]"),
    )


def keys(made: Scene, limit: int = 100, **selection: Any) -> list[str]:
    return [letter.key for letter in dead_letters(made).page(Selection(**selection), limit)]


def send(made: Scene, answer: Callable[[Message], Outcome], **selection: Any) -> dict[str, Any]:
    """Deliver dead letters as a replay does."""
    found = dead_letters(made)
    ids = [letter.id for letter in found.page(Selection(**selection), 100)]
    outside = an_outside(
        made.relay, recoveries=made.store, changes=made.source, endpoint=FakeEndpoint(answer), dead_letters=found
    )
    return redeliver_dead(ids, outside).to_dict()


def test_a_dead_letter_shows_what_the_endpoint_said_and_when(scene: Make) -> None:
    made = scene()
    refused(made, 7)
    failed_at(made, 7, "2026-01-02T03:04:05.678")

    [letter] = dead_letters(made).page(Selection(), 10)

    assert (letter.key, letter.status, letter.error) == ("[7]", 422, "the endpoint answered 422")
    assert (letter.problem, letter.attempts) == ('{"title": "no"}', 1)
    assert (letter.first_failed_at, letter.last_failed_at) == ("2026-01-02T03:04:05.678Z",) * 2
    assert letter.version == made.ledger()[0][1]


def test_only_dead_letters_of_this_relay_are_listed_and_counted(scene: Make) -> None:
    made = scene()
    refused(made, 1, 2)
    refused(made, 3, state=EntryState.OPEN)
    made.server.run(
        "INSERT INTO relay.Ledger (App, Relay, KeyText, Version, State, Attempts, FirstFailedAt, LastTriedAt) "
        "VALUES (?, ?, N'[9]', 1, 'dead', 1, SYSUTCDATETIME(), SYSUTCDATETIME())",
        *("another-app", made.relay.name),
    )

    assert keys(made) == ["[1]", "[2]"]
    assert dead_letters(made).count(Selection())[0] == 2


def test_pages_follow_the_ids_and_the_count_is_of_all_pages(scene: Make) -> None:
    made = scene()
    refused(made, 1, 2, 3)
    first = dead_letters(made).page(Selection(), 2)
    assert [letter.key for letter in first] == ["[1]", "[2]"]

    [last] = dead_letters(made).page(Selection(after=first[-1].id), 2)

    assert last.key == "[3]"
    assert dead_letters(made).count(Selection()) == (3, last.id)
    assert dead_letters(made).page(Selection.one(last.id), 2) == [last]
    assert dead_letters(made).count(Selection(after=last.id)) == (0, 0)


def test_a_filter_names_the_last_status_and_the_time_of_the_last_failure(scene: Make) -> None:
    made = scene()
    refused(made, 1)
    refused(made, 2, status=413)
    for number, hour in ((1, 10), (2, 12)):
        failed_at(made, number, f"2026-01-02T{hour}:00:00.000")

    assert keys(made, status=413) == ["[2]"]
    assert keys(made, since="2026-01-02T12:00:00.000") == ["[2]"]
    assert keys(made, before="2026-01-02T12:00:00.000") == ["[1]"]
    assert keys(made, since="2026-01-02T10:00:00.000", before="2026-01-02T12:00:00.001", status=422) == ["[1]"]


def test_a_newer_version_that_is_delivered_supersedes_a_dead_letter(scene: Make) -> None:
    made = scene()
    refused(made, 1, 2)
    made.run("UPDATE {t} SET Name = N'newer' WHERE Id = 1")
    made.lease()

    deliver(Enriched(made.enrich(1)), an_outside(made.relay, changes=made.source, endpoint=FakeEndpoint()))

    assert keys(made) == ["[2]"]


def test_a_replay_sends_the_rows_current_state_and_settles_each_change_by_itself(scene: Make) -> None:
    made = scene()
    refused(made, 1, 2, 3)
    release_leases(made)
    made.run("UPDATE {t} SET Name = N'newer' WHERE Id = 1")
    sent: list[bytes] = []

    def answer(message: Message) -> Outcome:
        sent.append(message.body)
        return Rejected(422, "still no", "{}") if b'"Id":2,' in message.body else Delivered(200)

    result = send(made, answer)

    assert {name: result[name] for name in ("delivered", "rejected", "failed")} == {
        "delivered": 2, "rejected": 1, "failed": 0,
    }  # fmt: skip
    assert b'"Name":"newer"' in sent[0]
    assert [(row[0], row[2], row[3], row[5]) for row in made.ledger()] == [("[2]", "dead", 2, "still no")]


def test_a_row_whose_change_tracking_has_begun_anew_goes_out_under_the_version_of_that_however_often(
    scene: Make,
) -> None:
    made = scene()
    refused(made, 1)
    made.server.run(f"DELETE FROM {leases_of(made.relay)}")
    [(_, version, *_)] = made.ledger()
    sent: list[Message] = []

    def answer(message: Message) -> Outcome:
        sent.append(message)
        return Rejected(422, "still no", "{}")

    made.run("INSERT INTO {t} (Id) VALUES (2)")
    track_anew(made)
    for _ in range(2):
        send(made, answer)

    assert [json.loads(message.body)["version"] for message in sent] == [version + 1, version + 1]
    assert len({message.idempotency_key for message in sent}) == 1


def test_a_dead_letter_keeps_its_id_when_it_dies_again(scene: Make) -> None:
    made = scene()
    refused(made, 1)
    release_leases(made)
    _, last_id = dead_letters(made).count(Selection())

    send(made, lambda _: Rejected(422, "still no", "{}"))

    assert dead_letters(made).count(Selection()) == (1, last_id)


def test_what_fails_for_now_is_open_again_with_a_window_of_its_own_and_the_recoverys(scene: Make) -> None:
    made = scene()
    refused(made, 1)
    release_leases(made)
    failed_at(made, 1, "2026-01-02T03:04:05.678")

    send(made, lambda _: RetryLater(503, "the endpoint answered 503"))

    situation = made.store.take_stock()
    assert (situation.parked, situation.expired, situation.untold_dead) == (1, 0, 0)
    assert keys(made) == []
    made.let_time_pass(300)
    assert len(made.store.list_ids(10)) == 1


def test_what_somebody_has_settled_meanwhile_is_left_out_of_a_replay(scene: Make) -> None:
    made = scene()
    refused(made, 1, 2)
    found = dead_letters(made)
    ids = [letter.id for letter in found.page(Selection(), 10)]
    made.server.run("UPDATE relay.Ledger SET State = 'open' WHERE Relay = ? AND KeyText = N'[2]'", made.relay.name)

    assert [key.key_text for key in found.keys_of(ids)] == ["[1]"]


def test_a_discard_removes_what_is_meant_and_nothing_else(scene: Make) -> None:
    made = scene()
    refused(made, 1, 2)
    refused(made, 3, status=413)
    refused(made, 4, state=EntryState.OPEN)

    assert dead_letters(made).discard(Selection(status=422)) == 2

    assert [row[0] for row in made.ledger()] == ["[3]", "[4]"]
    assert dead_letters(made).discard(Selection(status=422)) == 0


def test_a_discarded_change_does_not_come_back_and_its_row_is_relayed_again(scene: Make) -> None:
    made = scene()
    refused(made, 1)
    made.lease(attempt=5)

    dead_letters(made).discard(Selection())

    assert [row[1:] for row in lease_rows(made.server, made.relay)] == [[0, 1]], "released: the next change is taken"
    assert made.store.take_stock().over


def test_a_newer_change_whose_attempts_are_used_up_goes_on_after_a_discard(scene: Make) -> None:
    made = scene()
    refused(made, 1)
    made.run("UPDATE {t} SET Name = N'newer' WHERE Id = 1")
    made.lease(attempt=5)

    dead_letters(made).discard(Selection())

    assert [row[1:] for row in lease_rows(made.server, made.relay)] == [[0, 0]], "the trigger tries it anew"


def test_dead_letters_can_be_looked_at_though_the_table_is_gone(scene: Make) -> None:
    made = scene()
    refused(made, 1)
    made.run("DROP TABLE {t}")

    assert keys(made) == ["[1]"]


@pytest.mark.parametrize("limit", [1, 500])
def test_no_more_than_the_limit_is_read(scene: Make, limit: int) -> None:
    made = scene()
    refused(made, 1, 2, 3)

    assert len(keys(made, limit)) == min(limit, 3)
