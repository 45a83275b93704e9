"""Bodies and idempotency keys: the same version gives the same bytes, another version another key."""

import json
from decimal import Decimal
from typing import Any

import pytest

from relay import exact_json
from relay.changes.change import Operation
from relay.config.values import Mask
from relay.delivery import messages
from tests.fakes import a_change, a_relay


def test_a_change_is_sent_with_its_version_key_and_data() -> None:
    message = messages.single(a_change(7), a_relay())

    assert json.loads(message.body) == {
        "id": message.idempotency_key,
        "relay": "orders",
        "operation": "update",
        "version": 17,
        "key": {"OrderId": 7},
        "data": {"OrderId": 7, "Status": "paid", "Total": 12.5},
    }


def test_a_delete_has_no_data() -> None:
    content = json.loads(messages.single(a_change(row=None), a_relay()).body)

    assert (content["operation"], content["data"]) == ("delete", None)


@pytest.mark.parametrize(
    ("created", "operation"), [(11, "insert"), (9, "update"), (None, "update")], ids=["now", "earlier", "unknown"]
)
def test_insert_means_created_in_this_version(created: int | None, operation: str) -> None:
    change = a_change(1, created_version=created)

    assert json.loads(messages.single(change, a_relay()).body)["operation"] == operation


def test_only_the_columns_to_send_leave_renamed_and_masked() -> None:
    relay = a_relay(
        send=("OrderId", "Card", "Mail", "Note"),
        rename={"OrderId": "order_id", "Card": "card"},
        mask={"Card": Mask.LAST4, "Mail": Mask.SHA256, "Note": Mask.REDACT},
    )
    row = {"OrderId": 1, "Card": "4111111111111111", "Mail": None, "Note": "private", "Country": "SE"}

    content = json.loads(messages.single(a_change(row=row), relay).body)

    assert content["key"] == {"order_id": 1}
    assert content["data"] == {"order_id": 1, "card": "***1111", "Mail": None, "Note": "***"}


def test_a_digest_with_a_secret_stays_equal_for_equal_values_and_cannot_be_found_without_it() -> None:
    row = {"OrderId": 1, "Card": "4111", "Other": "4111", "None": None}
    mask = dict.fromkeys(("Card", "Other", "None"), Mask.HMAC)

    def data(key: str) -> dict[str, Any]:
        relay = a_relay(mask=mask, mask_key=key)
        found: dict[str, Any] = json.loads(messages.single(a_change(row=row), relay).body)["data"]
        return found

    first = data("0123456789abcdef")
    assert first["Card"] == "39144a52075d1ce812fc02528a8ee14344335b60fba9f88bb89280e082236793"
    assert (first["Other"], first["None"]) == (first["Card"], None)
    assert data("another secret key")["Card"] != first["Card"]


def test_a_message_knows_the_operations_of_its_changes() -> None:
    insert, update, delete = a_change(1, created_version=11), a_change(2), a_change(3, row=None)

    assert messages.single(delete, a_relay()).operations == {Operation.DELETE}
    assert messages.batch([insert, update, insert], a_relay()).operations == {Operation.INSERT, Operation.UPDATE}


def test_an_epoch_is_shown_once_it_was_raised() -> None:
    bodies = [json.loads(messages.single(a_change(), a_relay(epoch=epoch)).body) for epoch in (0, 3)]

    assert [body.get("epoch") for body in bodies] == [None, 3]


def test_the_idempotency_key_depends_on_relay_epoch_key_and_version_only() -> None:
    key = messages.idempotency_key(a_change(), a_relay())

    assert key == messages.idempotency_key(a_change(attempt=4, row=None), a_relay(mode="batch"))
    assert key != messages.idempotency_key(a_change(version=99), a_relay())
    assert key != messages.idempotency_key(a_change(key_text="[2]"), a_relay())
    assert key != messages.idempotency_key(a_change(), a_relay(epoch=1))
    assert key != messages.idempotency_key(a_change(), a_relay(name="other"))


def test_the_same_changes_in_one_batch_have_the_same_key() -> None:
    changes = [a_change(1), a_change(2)]

    assert messages.batch(changes, a_relay()) == messages.batch(changes, a_relay())
    assert messages.batch(changes, a_relay()).idempotency_key != messages.batch(changes[:1], a_relay()).idempotency_key


@pytest.mark.parametrize(
    "value",
    [
        Decimal("1234567890123456789012345678.0123456789"),
        Decimal("5.00"),
        "\"'\\ \u2028 😀",
        2**63 - 1,
        None,
        True,
        [1],
    ],
)
def test_values_cross_json_exactly(value: object) -> None:
    assert repr(exact_json.loads(exact_json.dumps({"v": value}))["v"]) == repr(value)
