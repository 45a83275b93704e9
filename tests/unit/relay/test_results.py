"""The body of an aggregate's result: exact, and under one id for each revision."""

import json
from dataclasses import replace
from typing import Any

from relay.config.values import RESULTS
from relay.delivery import messages
from tests.fakes import a_change, a_relay

RELAY = a_relay(name="sales", table=RESULTS)
ROW = {
    "Aggregate": "sales",
    "Group": '{"Country":"DE","Year":2026}',
    "Measures": '{"orders":2,"total":10.50}',
    "Revision": 3,
    "Version": 17,
    "Empty": False,
}


def body(version: int = 99, **differences: Any) -> dict[str, Any]:
    message = messages.single(a_change(version=version, row={**ROW, **differences}), RELAY)
    found: dict[str, Any] = json.loads(message.body)
    assert found["id"] == message.idempotency_key
    return found


def test_it_says_group_measures_revision_and_version() -> None:
    found = body()
    del found["id"]

    assert found == {
        "aggregate": "sales",
        "group": {"Country": "DE", "Year": 2026},
        "measures": {"orders": 2, "total": 10.5},
        "revision": 3,
        "version": 17,
    }


def test_digits_stay_as_they_are() -> None:
    assert b'"total":10.50' in messages.single(a_change(row=ROW), RELAY).body


def test_a_revision_has_one_id_under_whatever_version_its_row_is_sent() -> None:
    assert body(version=99)["id"] == body(version=120)["id"]
    assert len({body()["id"], body(Revision=4)["id"], body(Group='{"Country":"AT","Year":2026}')["id"]}) == 3


def test_another_epoch_is_another_id() -> None:
    later = json.loads(messages.single(a_change(row=ROW), replace(RELAY, epoch=1)).body)

    assert later["epoch"] == 1
    assert later["id"] != body()["id"]


def test_a_group_without_rows_says_so() -> None:
    assert body(Empty=True)["empty"] is True
