"""Which changes reach the endpoint; anything odd does."""

import pytest

from relay.changes.change import Change, Operation
from relay.changes.entry import EntryState
from relay.config.values import RESULTS
from relay.delivery.filters import Filtered, forgotten, shown, unneeded
from tests.fakes import a_change, a_relay, an_entry


def decide(change: Change) -> Filtered | None:
    found = unneeded(change) or shown(change)
    return found if isinstance(found, Filtered) else None


def test_a_change_of_an_unwatched_column_is_filtered() -> None:
    assert decide(a_change(relevant=False)) is not None


def test_a_change_of_a_watched_column_is_sent() -> None:
    assert decide(a_change(relevant=True)) is None


def test_what_the_endpoint_wrote_itself_is_filtered() -> None:
    assert decide(a_change(echo=True)) is not None


@pytest.mark.parametrize("state", list(EntryState))
def test_a_key_with_a_ledger_entry_is_sent_though_unwatched_or_an_echo(state: EntryState) -> None:
    assert decide(a_change(relevant=False, echo=True, entry=an_entry(state))) is None


@pytest.mark.parametrize("state", list(EntryState))
def test_no_ledger_entry_lets_a_row_past_the_condition(state: EntryState) -> None:
    change = a_change(meets_condition=False, entry=an_entry(state, tried_version=None))

    assert isinstance(shown(change), Filtered)


def test_a_row_that_was_tried_and_has_left_the_condition_since_is_withdrawn() -> None:
    change = a_change(version=12, meets_condition=False, entry=an_entry(tried_version=11))

    seen = shown(change)

    assert isinstance(seen, Change)
    assert (seen.operation, seen.row, seen.version) == (Operation.DELETE, None, 12)


@pytest.mark.parametrize("state", [None, *EntryState])
def test_a_row_that_does_not_meet_the_condition_stays_in_the_house(state: EntryState | None) -> None:
    entry = None if state is None else an_entry(state, tried_version=None)

    assert decide(a_change(meets_condition=False, entry=entry)) == Filtered("the row condition does not hold")


def test_of_a_result_that_the_app_has_forgotten_nobody_hears() -> None:
    results = a_relay(table=RESULTS)

    assert forgotten(a_change(row=None), results) == Filtered("the result is forgotten")
    assert forgotten(a_change(row=None, entry=an_entry(tries=0, tried_version=None)), results) is not None
    assert forgotten(a_change(row=None, entry=an_entry()), results) is None
    assert forgotten(a_change(), results) is None
    assert forgotten(a_change(row=None), a_relay()) is None
