"""Which changes reach the endpoint; anything odd does."""

import pytest

from relay.changes.change import EntryState
from relay.delivery.filters import decide
from relay.delivery.settlement import Filtered
from tests.fakes import a_change


def test_a_change_of_an_unwatched_column_is_filtered() -> None:
    assert decide(a_change(relevant=False)) is not None


def test_a_change_of_a_watched_column_is_sent() -> None:
    assert decide(a_change(relevant=True)) is None


def test_what_the_endpoint_wrote_itself_is_filtered() -> None:
    assert decide(a_change(echo=True)) is not None


@pytest.mark.parametrize("state", list(EntryState))
def test_a_key_with_a_ledger_entry_is_sent_whatever_was_changed_and_by_whom(state: EntryState) -> None:
    assert decide(a_change(relevant=False, echo=True, entry=state)) is None


@pytest.mark.parametrize("state", [None, *EntryState])
def test_a_row_that_does_not_meet_the_condition_stays_in_the_house(state: EntryState | None) -> None:
    assert decide(a_change(meets_condition=False, entry=state)) == Filtered("the row condition does not hold")
