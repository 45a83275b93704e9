import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import permutations

import pytest

from functions_standin.durable.entity_messages import Request, SendOrder, request_to_text
from functions_standin.durable.entity_order import ReceiveOrder

NOW = datetime(2026, 1, 1, tzinfo=UTC)


def sent(count: int) -> list[Request]:
    order = SendOrder()
    labels = [order.label("@c@k", NOW) for _ in range(count)]
    return [
        Request(f"op{number}", "id", True, None, "parent", "e", timestamp, predecessor)
        for number, (timestamp, predecessor) in enumerate(labels)
    ]


@pytest.mark.parametrize("places", list(permutations(range(3))))
def test_requests_are_taken_as_they_were_sent_each_once(places: tuple[int, ...]) -> None:
    order = ReceiveOrder()
    requests = sent(3)

    taken = [each for place in (*places, *places) for each in order.received(requests[place])]

    assert taken == requests


def test_the_order_survives_as_json() -> None:
    first, second, third = sent(3)
    order = ReceiveOrder()
    assert order.received(first) == [first]
    assert order.received(third) == []

    kept = ReceiveOrder.from_object(json.loads(json.dumps(order.to_object())))

    assert kept.to_object() == order.to_object()
    assert kept.received(second) == [second, third]


def test_the_json_is_that_of_the_extension() -> None:
    order = ReceiveOrder()
    first, *_ = sent(1)
    order.received(first)

    assert order.to_object() == {
        "ReceivedFromInstance": {"parent": {"Last": "2026-01-01T00:00:00.0000001Z", "ExecutionId": "e"}},
        "ReceiveHorizon": "2025-12-31T23:30:00.0000001Z",
    }


def test_the_order_that_release_0_1_wrote_is_read() -> None:
    first, second = sent(2)
    old = {"parent": {"last": "0001-01-01T00:00:00.000000Z", "waiting": [request_to_text(second)]}}

    assert ReceiveOrder.from_object(old).received(first) == [first, second]


def test_a_request_whose_predecessor_is_older_than_the_window_waits_no_more() -> None:
    _, second = sent(2)
    later = replace(second, timestamp=NOW + timedelta(minutes=31))

    assert ReceiveOrder().received(second) == []
    assert ReceiveOrder().received(later) == [later]


def test_a_new_execution_of_the_sender_begins_anew_and_what_waited_is_taken() -> None:
    _, second = sent(2)
    other = replace(sent(1)[0], parent_execution_id="e2")
    order = ReceiveOrder()
    order.received(second)

    assert order.received(other) == [second, other]


def test_requests_of_clients_have_no_order() -> None:
    request = Request("op", "id", True)
    order = ReceiveOrder()

    assert order.received(request) + order.received(request) == [request, request]
