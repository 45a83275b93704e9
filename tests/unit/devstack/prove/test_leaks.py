"""What the filters forbid is counted wherever it comes, and whether the API took it or not."""

import pytest

from devstack.demo.audit import Entry
from devstack.prove.leaks import FORBIDDEN, leaked


def entry(data: object, *, accepted: bool = True) -> Entry:
    return {"stream": "/orders", "key": {"order_id": 1}, "operation": "insert", "data": data, "accepted": accepted}


@pytest.mark.parametrize("column", ["InternalNote", "CardNumber", "Name"])
def test_a_forbidden_value_is_found_in_any_column(column: str) -> None:
    assert leaked([entry({"order_id": 1, column: f"{FORBIDDEN}1234"}, accepted=False)]) == 1


def test_what_may_be_sent_is_none() -> None:
    assert leaked([entry({"order_id": 1, "CardNumber": "***1234"}), entry(None), {"accepted": False}]) == 0
