"""What a batch leaves behind, and when it counts as failed."""

import pytest

from relay.changes.change import Change, EntryState
from relay.delivery.outcomes import Delivered, Rejected, RetryLater
from relay.delivery.settlement import Closing, Failure, Filtered, Result, settle
from tests.fakes import a_change

OK, BAD, LATER, SKIPPED = Delivered(200), Rejected(422, "no", "{}"), RetryLater(503, "busy"), Filtered("why")


def test_a_healthy_batch_writes_nothing() -> None:
    settlement = settle([(a_change(1), OK), (a_change(2), SKIPPED)], enters_keys=False)

    assert not settlement.closings
    assert not settlement.failures


def test_a_delivered_key_closes_its_entry_up_to_the_delivered_version() -> None:
    settlement = settle([(a_change(1, entry=EntryState.OPEN), OK)], enters_keys=False)

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


def test_a_failed_change_is_remembered_as_open() -> None:
    settlement = settle([(a_change(1), LATER), (a_change(2), OK)], enters_keys=False)

    assert settlement.failures == [Failure("[1]", 11, EntryState.OPEN, 503, "busy", "")]


def test_a_rejected_change_becomes_a_dead_letter_with_the_endpoints_answer() -> None:
    settlement = settle([(a_change(1), BAD)], enters_keys=False)

    assert settlement.failures == [Failure("[1]", 11, EntryState.DEAD, 422, "no", "{}")]


@pytest.mark.parametrize(
    ("results", "down"),
    [
        pytest.param([LATER, LATER], True, id="nothing got through"),
        pytest.param([LATER, SKIPPED], True, id="filtered ones do not count"),
        pytest.param([LATER, OK], False, id="something was delivered"),
        pytest.param([LATER, BAD], False, id="something was rejected, so the endpoint is up"),
        pytest.param([OK, SKIPPED], False, id="healthy"),
        pytest.param([], False, id="empty"),
    ],
)
def test_the_batch_fails_only_if_nothing_got_through(results: list[Result], down: bool) -> None:
    pairs = [(a_change(n), result) for n, result in enumerate(results)]

    assert settle(pairs, enters_keys=False).endpoint_down is down
