"""What a batch leaves behind, what it says of the endpoint, and when it counts as failed."""

import pytest

from relay.backoff import Backoff
from relay.changes.change import Change
from relay.changes.entry import EntryState, Why
from relay.delivery.filters import Filtered, Result
from relay.delivery.news import EndpointNews
from relay.delivery.outcomes import Delivered, Held, Rejected, RetryLater
from relay.delivery.settlement import Closing, settle
from relay.delivery.standing import Standing
from tests.fakes import a_change, an_entry

OK, BAD, LATER, SKIPPED = Delivered(200), Rejected(422, "no", "{}"), RetryLater(503, "busy"), Filtered("why")
HELD = Held("not sent: the endpoint asked for a longer pause", 300.0)
STEADY = Backoff(first_interval_seconds=60, coefficient=2, jitter=0, max_interval_seconds=3600)


def test_a_healthy_batch_writes_nothing() -> None:
    settlement = settle([(a_change(1), OK), (a_change(2), SKIPPED)])

    assert not settlement.writes


def test_a_delivered_key_closes_its_entry_up_to_the_delivered_version() -> None:
    settlement = settle([(a_change(1, entry=an_entry()), OK)])

    assert settlement.closings == [Closing("[1]", 11)]


def test_a_relay_that_enters_keys_closes_what_its_batch_began() -> None:
    results: list[tuple[Change, Result]] = [
        (a_change(1), OK),
        (a_change(2, relevant=False), SKIPPED),
        (a_change(3), SKIPPED),
        (a_change(4, echo=True), SKIPPED),
    ]

    settlement = settle(results, enters_keys=True)

    assert [closing.key_text for closing in settlement.closings] == ["[1]", "[3]"]


def test_a_failed_change_is_remembered_as_open_with_its_operation() -> None:
    [failure] = settle([(a_change(1), LATER), (a_change(2), OK)], backoff=STEADY).failures

    assert (failure.key_text, failure.version, failure.operation) == ("[1]", 11, "update")
    assert (failure.state, failure.why, failure.status, failure.reason) == (EntryState.OPEN, Why.PARKED, 503, "busy")
    assert (failure.sent, failure.next_seconds) == (True, 60.0)


def test_a_rejected_change_becomes_a_dead_letter_with_the_endpoints_answer() -> None:
    [failure] = settle([(a_change(1), BAD)]).failures

    assert (failure.state, failure.why, failure.status) == (EntryState.DEAD, Why.REFUSED, 422)
    assert (failure.reason, failure.problem) == ("no", "{}")


def test_what_was_not_tried_is_held_and_no_failure() -> None:
    settlement = settle([(a_change(1), HELD), (a_change(2), HELD)])

    assert [(f.state, f.sent, f.next_seconds) for f in settlement.failures] == [(EntryState.HELD, False, 300.0)] * 2
    assert (settlement.held, settlement.failed, settlement.endpoint_down) == (2, 0, False)
    assert (settlement.news.pause_seconds, settlement.news.away) == (300.0, None)


def test_a_pause_counts_for_at_most_the_longest_interval() -> None:
    settlement = settle([(a_change(1), Held("later", 1e9))], backoff=STEADY)

    assert settlement.news.pause_seconds == 3600


@pytest.mark.parametrize(("tries", "seconds"), [(0, 60), (1, 120), (3, 480), (50, 3600)])
def test_each_change_waits_longer_after_each_of_its_own_failures(tries: int, seconds: float) -> None:
    change = a_change(1, entry=an_entry(tries=tries, version=11))

    assert settle([(change, LATER)], backoff=STEADY).failures[0].next_seconds == seconds


def test_a_newer_version_begins_with_the_first_interval() -> None:
    change = a_change(1, version=12, entry=an_entry(tries=5, version=11))

    assert settle([(change, LATER)], backoff=STEADY).failures[0].next_seconds == 60


def test_a_change_that_fails_once_more_after_its_window_is_given_up() -> None:
    old, young = an_entry(open_seconds=3601), an_entry(open_seconds=3599)

    settlement = settle([(a_change(1, entry=old), LATER), (a_change(1, entry=young), LATER)], window_seconds=3600)

    assert [f.state for f in settlement.failures] == [EntryState.DEAD, EntryState.OPEN]
    assert settlement.failures[0].reason == "given up: the window is over; busy"


@pytest.mark.parametrize(
    "result", [HELD, RetryLater(None, "not sent", sent=False)], ids=["held", "not sent"]
)  # fmt: skip
def test_nothing_is_given_up_untried(result: Result) -> None:
    settlement = settle([(a_change(1, entry=an_entry(open_seconds=9e9)), result)], window_seconds=3600)

    assert settlement.failures[0].state is not EntryState.DEAD


@pytest.mark.parametrize(
    ("results", "down"),
    [
        pytest.param([LATER, LATER], True, id="nothing got through"),
        pytest.param([LATER, SKIPPED], True, id="filtered ones do not count"),
        pytest.param([LATER, OK], False, id="something was delivered"),
        pytest.param([LATER, BAD], False, id="something was rejected, so the endpoint is up"),
        pytest.param([LATER, HELD], False, id="the rest is safe in the ledger"),
        pytest.param([OK, SKIPPED], False, id="healthy"),
        pytest.param([], False, id="empty"),
    ],
)
def test_the_batch_fails_only_if_nothing_got_through(results: list[Result], down: bool) -> None:
    pairs = [(a_change(n), result) for n, result in enumerate(results)]

    assert settle(pairs).endpoint_down is down


OPEN = an_entry(version=11)
FRESH, AGAIN = a_change(1), a_change(1, entry=OPEN)
DIED = a_change(1, entry=an_entry(version=11, why=Why.DIED, tries=4))  # whose batches died, sent or not


@pytest.mark.parametrize(
    ("results", "standing", "away", "why"),
    [
        pytest.param([(FRESH, LATER)], Standing(), True, Why.FAILED, id="fresh changes fail: it is away"),
        pytest.param([(FRESH, LATER)], Standing(away=True), None, Why.FAILED, id="it was away already"),
        pytest.param([(AGAIN, LATER)], Standing(), None, Why.PARKED, id="one that failed before says nothing of the endpoint"),
        pytest.param([(DIED, LATER)], Standing(), True, Why.FAILED, id="one whose batches have died has not failed before"),
        pytest.param([(AGAIN, LATER)] * 10, Standing(), True, Why.FAILED, id="ten of them do"),
        pytest.param([(AGAIN, LATER)], Standing(away=True), None, Why.FAILED, id="while it is away it may be the endpoint"),
        pytest.param([(FRESH, LATER), (FRESH, OK)], Standing(), None, Why.PARKED, id="its neighbour got through"),
        pytest.param([(FRESH, OK)], Standing(away=True), False, None, id="it is back"),
        pytest.param([(FRESH, BAD)], Standing(away=True), False, Why.REFUSED, id="it answers for a change again"),
        pytest.param([(FRESH, HELD)], Standing(away=True), None, Why.HELD, id="nothing was tried"),
        pytest.param([(FRESH, SKIPPED)], Standing(away=True), None, None, id="nothing was to be sent"),
    ],
)  # fmt: skip
def test_whether_the_endpoint_is_away(
    results: list[tuple[Change, Result]], standing: Standing, away: bool | None, why: Why | None
) -> None:
    settlement = settle(results, standing=standing)

    assert settlement.news.away is away
    assert {failure.why for failure in settlement.failures} == ({why} if why else set())


def test_fifty_refusals_in_a_row_are_the_endpoints_fault() -> None:
    standing = Standing(refusal_status=422, refusals=48)

    before = settle([(a_change(1), BAD)], standing=standing)
    after = settle([(a_change(1), BAD), (a_change(2), BAD)], standing=standing)

    assert [f.state for f in before.failures] == [EntryState.DEAD]
    assert (before.news.refusals, before.news.refuses_all, before.endpoint_down) == (49, False, False)
    assert [f.state for f in after.failures] == [EntryState.OPEN] * 2
    assert (after.news.refusals, after.news.refuses_all, after.endpoint_down) == (50, True, True)


def test_a_delivery_or_another_status_ends_the_row_of_refusals() -> None:
    standing = Standing(refusal_status=422, refusals=48)

    assert settle([(a_change(1), OK)], standing=standing).news.refusals == 0
    other = settle([(a_change(1), Rejected(400, "no"))], standing=standing).news
    assert (other.refusal_status, other.refusals) == (400, 1)
    assert settle([(a_change(1), OK)]).news == EndpointNews()


def test_what_failed_before_is_held_back_after_a_batch_of_which_nothing_got_through() -> None:
    assert settle([(FRESH, LATER)], breaker_seconds=50).news.hold_back_seconds == 50
    assert settle([(FRESH, LATER), (FRESH, OK)], breaker_seconds=50).news.hold_back_seconds is None
    unsent = RetryLater(None, "not sent: busy", sent=False)
    assert settle([(AGAIN, unsent)], breaker_seconds=50).news.hold_back_seconds is None, "it learned nothing new"


def test_used_up_leases_of_what_is_settled_are_let_go() -> None:
    results: list[tuple[Change, Result]] = [
        (a_change(1, attempt=5, entry=an_entry()), OK),
        (a_change(2, attempt=5), BAD),
        (a_change(3, attempt=5), LATER),
        (a_change(4, attempt=4, entry=an_entry()), OK),
    ]

    assert settle(results).to_let_go == ["[1]", "[2]"]
    assert settle(results, by_trigger=False).to_let_go == ["[1]", "[2]", "[4]"], "nobody else releases them"
