"""Locks as values: which names there may be, how an event is called."""

import pytest

from relay.errors import InputError
from workflows.locks.names import hint
from workflows.locks.request import parse_name


@pytest.mark.parametrize("name", ["ledger", "a", "nightly.run-7_b", "a" * 100])
def test_a_name_that_can_be_used(name: str) -> None:
    assert parse_name(name) == name


@pytest.mark.parametrize("name", ["", "7up", ".a", "Ledger", "a b", "a/b", "a" * 101, "ä", "a\n"])
def test_a_name_that_cannot_be_used_is_refused_with_the_rule(name: str) -> None:
    with pytest.raises(InputError, match=r"small letters, digits, _ \. and -, a letter first, at most 100"):
        parse_name(name)


def test_each_offer_has_an_event_of_its_own() -> None:
    names = {hint("a", 12, 1), hint("a", 12, 2), hint("a", 11, 1), hint("b", 12, 1)}

    assert len(names) == 4
