"""JSON that loses nothing: not a digit, and not half a character."""

from decimal import Decimal
from typing import Any

import pytest

from relay import exact_json


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (Decimal("1.50"), "1.50"),
        (Decimal("0E-8"), "0.00000000"),
        (Decimal("1.5E+300"), "15" + "0" * 299),
        (Decimal("1.50E+999999999"), "1.50E+999999999"),
        (Decimal("-1E-999999999"), "-1E-999999999"),
        (Decimal("0E-999999999"), "0E-999999999"),
        ("😀 é", '"😀 é"'),
        ("a\ud83d", r'"a\ud83d"'),
        ("\udc00\ud800", r'"\udc00\ud800"'),
        ({"k\ud83d": ["\ud83d", None]}, r'{"k\ud83d":["\ud83d",null]}'),
        (True, "true"),
    ],
)
def test_what_is_written_is_read_back_and_goes_over_the_wire(value: Any, text: str) -> None:
    assert exact_json.dumps(value) == text
    assert exact_json.loads(text.encode()) == value
