from datetime import UTC, datetime, timedelta
from itertools import permutations

import pytest

from functions_standin.durable.entity_messages import Request, SendOrder
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

    taken = [each for place in (*places, *places) for each in order.received(requests[place], NOW)]

    assert taken == requests


def test_the_order_survives_as_json() -> None:
    first, second = sent(2)
    order = ReceiveOrder()
    assert order.received(second, NOW) == []

    kept = ReceiveOrder.from_object(order.to_object())

    assert kept.received(first, NOW) == [first, second]


def test_a_request_whose_predecessor_is_older_than_the_window_waits_no_more() -> None:
    _, second = sent(2)

    assert ReceiveOrder().received(second, NOW + timedelta(minutes=31)) == [second]


def test_requests_of_clients_have_no_order() -> None:
    request = Request("op", "id", True)
    order = ReceiveOrder()

    assert order.received(request, NOW) + order.received(request, NOW) == [request, request]
