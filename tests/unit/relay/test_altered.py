"""Which keys of the SQL trigger's JSON are taken as they are, and which are looked for among its leases."""

import json
import random
from decimal import Decimal
from typing import Any

import pytest

from relay import exact_json
from relay.guard.altered import may_be_altered
from relay.guard.table import Column


def column(kind: str, precision: int = 0, scale: int = 0) -> Column:
    return Column("K", kind, 40, precision, scale, 1, computed=False)


@pytest.mark.parametrize(
    ("key", "value", "altered"),
    [
        (column("nvarchar"), "2026-01-02T03:04:05Z", True),
        (column("char"), "2026-01-02T03:04:05+00:00", True),
        (column("varchar"), "2026-01-02", False),
        (column("nvarchar"), "order T-1", False),
        (column("nvarchar"), 7, False),
        (column("datetime2"), "2026-01-02T03:04:05Z", False),
        (column("decimal", 20, 0), Decimal("1.234567890123E+19"), True),
        (column("decimal", 18, 0), Decimal("1E+15"), True),
        (column("decimal", 18, 0), Decimal("999999999999999.0"), False),
        (column("decimal", 18, 4), Decimal("12345678901.2"), False),
        (column("decimal", 18, 4), Decimal("123456789012.2"), True),
        (column("decimal", 38, 20), Decimal("0.1"), True),
        (column("decimal", 15, 15), Decimal("0.1"), False),
        (column("decimal", 10, 2), Decimal("5.0"), False),
        (column("numeric", 38, 38), Decimal("0.0"), False),
        (column("money", 19, 4), Decimal("99999999999.0"), False),
        (column("money", 19, 4), Decimal("-123456789012.5"), True),
        (column("smallmoney", 10, 4), Decimal("214748.3647"), False),
        (column("bigint", 19), 9223372036854775807, False),
        (column("decimal", 18, 0), None, False),
    ],
)
def test_a_key_that_another_one_may_lie_behind_is_told(key: Column, value: Any, altered: bool) -> None:
    assert may_be_altered(key, value) is altered


@pytest.mark.parametrize(("precision", "scale"), [(18, 0), (19, 0), (20, 0), (19, 4), (28, 14), (38, 0), (15, 3)])
def test_no_decimal_that_a_double_changes_passes_for_exact(precision: int, scale: int) -> None:
    """The payload's own way of writing: what SQL Server holds goes through a double."""
    chance = random.Random(precision * 100 + scale)
    key = column("decimal", precision, scale)

    for _ in range(3000):
        digits = chance.randint(1, precision)
        zeros = chance.choice([0, chance.randint(0, digits)])  # few digits that count tell nothing
        held = Decimal(chance.randrange(10**digits) // 10**zeros * 10**zeros + chance.randint(0, 1)).scaleb(-scale)
        seen = exact_json.loads(json.dumps(float(held)))
        assert may_be_altered(key, seen) or seen == held, held
