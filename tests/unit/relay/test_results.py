"""The body of an aggregate's result: exact, and under one id for each revision."""

import json
from collections.abc import Mapping
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


WINDOW: Mapping[str, Any] = {
    **ROW,
    "Window": '{"origin":5,"start":"2026-01-02T03:00:00.000Z","end":"2026-01-02T04:00:00.000Z","at_least":["users"]}',
    "Closed": True,
}


def test_a_windows_result_says_its_time_and_has_one_name_over_all_its_revisions() -> None:
    found, revised = body(**WINDOW), body(**{**WINDOW, "Revision": 4})

    assert (found["result"], found["id"]) != (revised["result"], revised["id"])
    assert found["result"] == revised["result"]
    assert (
        found["result"] != body(**{**WINDOW, "Window": WINDOW["Window"].replace('"origin":5', '"origin":6')})["result"]
    )
    assert {key: found[key] for key in ("window", "events", "closed", "at_least", "revision")} == {
        "window": {"start": "2026-01-02T03:00:00.000Z", "end": "2026-01-02T04:00:00.000Z"},
        "events": 17,
        "closed": True,
        "at_least": ["users"],
        "revision": 3,
    }


def test_an_event_that_came_too_late_is_sent_as_it_was_posted() -> None:
    late = {**WINDOW, "Window": '{"late":"0123"}', "Measures": '{"id":"1","data":{"amount":10.50}}'}

    assert body(**late)["late"] == {"id": "1", "data": {"amount": 10.5}}
    assert body(**late)["id"] != body(**{**late, "Window": '{"late":"0124"}'})["id"]
