"""A setting's default and bounds stand in one place; relays.toml's comments say the same."""

import re
from dataclasses import fields
from decimal import Decimal
from pathlib import Path

import pytest

from relay.backfill.values import BackfillOrder
from relay.backoff import Backoff
from relay.config.values import REJECTING_STATUSES, Channel, Mode, RecoveryPolicy, Relay
from relay.numbers import Number, numbers_of

COMMENTS = "\n".join(
    line.removeprefix("#")
    for line in (Path(__file__).parents[3] / "relays.toml").read_text(encoding="utf-8").splitlines()
    if line.startswith("#")
)
OF_RELAYS, OF_CHANNELS = COMMENTS.split("Each [[channel]]")


def said_of(key: str, text: str) -> str:
    """Return what the comments say of a key: its line, and those that follow until the next key."""
    found = re.search(rf"^ {{2,5}}(?:to, )?{key}\b(.*(?:\n {{20,}}.*)*)", text, re.MULTILINE)
    assert found, f"relays.toml does not explain {key}"
    return found[1]


@pytest.mark.parametrize("kind", [Relay, Backoff, RecoveryPolicy, Channel])
def test_relays_toml_names_every_number_with_its_bounds_and_default(kind: type) -> None:
    text = OF_CHANNELS if kind is Channel else OF_RELAYS
    numbers = numbers_of(kind)

    assert numbers
    for number in numbers.values():
        assert f"{number.least:.10g} to {number.most:.10g} ({number.default:.10g})" in said_of(number.name, text)


def test_relays_toml_names_every_other_key_and_default() -> None:
    for field in fields(Relay):
        said_of(field.name, OF_RELAYS)
    for field in fields(Channel):
        said_of("from" if field.name == "sender" else field.name, OF_CHANNELS)
    assert f'"{Mode.EACH.value}" (default)' in said_of("mode", OF_RELAYS)
    assert f"({sorted(REJECTING_STATUSES)})" in said_of("rejecting_statuses", OF_RELAYS)
    assert "(true)" in said_of("backfill_after_gap", OF_RELAYS)


@pytest.mark.parametrize("kind", [Relay, Backoff, RecoveryPolicy, Channel, BackfillOrder])
def test_every_default_is_within_its_bounds(kind: type) -> None:
    assert [number.name for number in numbers_of(kind).values() if number.problem(number.default)] == []


@pytest.mark.parametrize(
    ("value", "whole", "usable"),
    [
        (1, True, True),
        (64, True, True),
        (0, True, False),
        (65, True, False),
        (1.5, True, False),
        (Decimal("1.5"), False, True),
        (Decimal(65), False, False),
        (True, True, False),
        ("8", False, False),
        (None, False, False),
        (float("nan"), False, False),
    ],
)
def test_a_number_is_of_its_kind_and_within_its_bounds(value: object, whole: bool, usable: bool) -> None:
    assert (Number("n", 8, 1, 64, whole).problem(value) is None) is usable


@pytest.mark.parametrize(
    ("value", "usable"),
    [("0.1", True), ("0.09", False), ("60", True), ("60.01", False), ("NaN", False), ("Infinity", False)],
)
def test_the_bounds_themselves_are_allowed_as_the_file_writes_them(value: str, usable: bool) -> None:
    assert (Number("n", 5, 0.1, 60, whole=False).problem(Decimal(value)) is None) is usable
