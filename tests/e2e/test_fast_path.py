"""A row changes in SQL Server, the API knows: the whole way, through real processes."""

import json
from collections.abc import Iterator
from typing import Any

import pytest

from tests.e2e.relay_stack import RelayStack, running
from tests.waiting import wait_until

pytestmark = pytest.mark.timeout(300)


@pytest.fixture(scope="module")
def relay(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RelayStack]:
    with running(tmp_path_factory.mktemp("e2e"), batch_size=500) as relay:
        yield relay


def order_key(number: int) -> str:
    return json.dumps({"OrderId": number})


def arrives(relay: RelayStack, stream: str, key: str) -> dict[str, Any]:
    return wait_until(lambda: relay.endpoint_rows(stream).get(key) or {}, description=f"{key} arrives at {stream}")


def test_an_insert_an_update_and_a_delete_arrive(relay: RelayStack) -> None:
    relay.sql("INSERT INTO dbo.Orders (OrderId, Status, Total) VALUES (1, N'new', 12.5)")
    arrives(relay, "orders", order_key(1))

    relay.sql("UPDATE dbo.Orders SET Status = N'paid' WHERE OrderId = 1")
    wait_until(
        lambda: relay.endpoint_rows("orders")[order_key(1)]["Status"] == "paid", description="the update arrives"
    )

    relay.sql("DELETE FROM dbo.Orders WHERE OrderId = 1")
    wait_until(lambda: relay.endpoint_rows("orders")[order_key(1)] is None, description="the delete arrives")

    operations = [entry["operation"] for entry in relay.accepted("orders") if entry["key"] == {"OrderId": 1}]
    assert list(dict.fromkeys(operations)) == ["insert", "update", "delete"]


def test_an_update_of_an_unwatched_column_is_not_sent(relay: RelayStack) -> None:
    relay.sql("INSERT INTO dbo.Orders (OrderId, Status) VALUES (10, N'new')")
    arrives(relay, "orders", order_key(10))

    relay.sql("UPDATE dbo.Orders SET Note = N'internal' WHERE OrderId = 10")
    relay.sql("INSERT INTO dbo.Orders (OrderId, Status) VALUES (11, N'after it')")
    arrives(relay, "orders", order_key(11))

    assert len([entry for entry in relay.accepted("orders") if entry["key"] == {"OrderId": 10}]) == 1


def test_values_that_are_easily_damaged_arrive_as_they_are_stored(relay: RelayStack) -> None:
    text = 'It\'s "quoted" \\ 😀 <b>&amp;</b> \u2028 2026-01-02T03:04:05.000Z'
    relay.sql(
        "INSERT INTO dbo.Orders (OrderId, Status, Total, PlacedAt) "
        "VALUES (20, ?, 123456789012345678.0123456789, '2026-01-02T03:04:05.1234567+05:30')",
        text,
    )
    relay.sql("INSERT INTO dbo.Orders (OrderId, Status) VALUES (21, ?)", "2026-01-02T03:04:05.000Z")
    relay.sql("INSERT INTO dbo.Orders (OrderId, Status) VALUES (22, ?)", "x😀" * 350_000)
    relay.sql("INSERT INTO dbo.Orders (OrderId) VALUES (23)")

    arrives(relay, "orders", order_key(23))
    row = arrives(relay, "orders", order_key(20))

    assert row["Status"] == text
    assert row["PlacedAt"] == "2026-01-02T03:04:05.1234567+05:30"
    raw = (relay.stack.data_dir / "demo_api" / "received.jsonl").read_text(encoding="utf-8")
    assert "123456789012345678.0123456789" in raw
    assert arrives(relay, "orders", order_key(21))["Status"] == "2026-01-02T03:04:05.000Z"
    assert arrives(relay, "orders", order_key(22))["Status"] == "x😀" * 350_000
    assert arrives(relay, "orders", order_key(23))["Status"] is None


def test_a_text_key_that_looks_like_a_date_arrives(relay: RelayStack) -> None:
    relay.sql("INSERT INTO dbo.[Order Lines] VALUES (1, N'2026-01-02T03:04:05.000Z', 7)")

    row = arrives(relay, "lines", json.dumps({"Line": "2026-01-02T03:04:05.000Z", "OrderId": 1}))

    assert row["Quantity"] == 7


def test_after_three_failed_attempts_every_change_arrives_under_the_same_keys(relay: RelayStack) -> None:
    before = len(relay.log())
    relay.mode("500")
    relay.sql("INSERT INTO dbo.Orders (OrderId, Status) VALUES (30, N'a'), (31, N'b'), (32, N'c')")

    def failed_tries() -> int:
        tries = [e for e in relay.log()[before:] if e["key"] == {"OrderId": 30} and not e["accepted"]]
        return len(tries)

    wait_until(lambda: failed_tries() >= 3, description="three attempts fail")
    relay.mode("ok")
    for number in (30, 31, 32):
        arrives(relay, "orders", order_key(number))

    for number in (30, 31, 32):
        tries = [entry for entry in relay.log()[before:] if entry["key"] == {"OrderId": number}]
        assert len({entry["id"] for entry in tries}) == 1
        assert len({json.dumps(entry["data"]) for entry in tries}) == 1
    wait_until(lambda: relay.ledger() == [], description="the ledger is empty again")


def test_a_rejected_row_holds_up_nobody_and_becomes_a_dead_letter(relay: RelayStack) -> None:
    relay.mode("reject-one-row", key={"OrderId": 40})
    relay.sql("INSERT INTO dbo.Orders (OrderId, Status) VALUES (39, N'a'), (40, N'bad'), (41, N'c')")

    arrives(relay, "orders", order_key(39))
    arrives(relay, "orders", order_key(41))
    wait_until(
        lambda: ("orders", "[40]", "dead", 422) in relay.ledger(), description="the rejected row is a dead letter"
    )

    relay.mode("ok")
    relay.sql("UPDATE dbo.Orders SET Status = N'better' WHERE OrderId = 40")
    arrives(relay, "orders", order_key(40))
    wait_until(lambda: relay.ledger() == [], description="the newer delivery supersedes the dead letter")


def test_mode_batch_finds_the_one_bad_row_among_500(relay: RelayStack) -> None:
    relay.mode("reject-one-row", key={"OrderId": 9, "Line": "L321"})
    values = ", ".join(f"(9, N'L{n}', {n})" for n in range(500))
    relay.sql(f"INSERT INTO dbo.[Order Lines] VALUES {values}")

    def arrived() -> bool:
        rows = relay.endpoint_rows("lines")
        return sum('"OrderId": 9' in key for key in rows) == 499

    wait_until(arrived, description="499 of 500 rows arrive")
    wait_until(
        lambda: [row[:3] for row in relay.ledger()] == [("lines", '[9,"L321"]', "dead")],
        description="the bad row is a dead letter",
    )
    relay.mode("ok")
    relay.sql("UPDATE dbo.[Order Lines] SET Quantity = -1 WHERE OrderId = 9 AND Line = N'L321'")
    wait_until(lambda: relay.ledger() == [], description="the dead letter is superseded")


def test_a_pause_that_the_api_asks_for_is_kept(relay: RelayStack) -> None:
    relay.mode("fail-next-n", n=1, status=429, retry_after_seconds=1, stream="/orders")
    relay.sql("INSERT INTO dbo.Orders (OrderId, Status) VALUES (50, N'a')")

    arrives(relay, "orders", order_key(50))

    statuses = [entry["status"] for entry in relay.log() if entry["key"] == {"OrderId": 50}]
    assert statuses == [429, 200]


def test_the_host_lists_the_functions_and_never_shows_the_password(relay: RelayStack) -> None:
    log = relay.stack.log_text("functions_host")

    assert "relay_orders: sqlTrigger" in log
    assert "relay_lines: sqlTrigger" in log
    password = relay.stack.sql_connection_string.split("Password=")[1].split(";")[0]
    assert password not in log


def test_nothing_was_refused_as_malformed_and_no_key_came_with_two_bodies(relay: RelayStack) -> None:
    summary = relay.control("summary")

    assert summary["conflicting"] == 0
    assert not [entry for entry in relay.log() if entry["status"] == 400]


def test_the_parts_leave_their_state_to_their_successors(relay: RelayStack) -> None:
    relay.sql("INSERT INTO dbo.Orders (OrderId, Status) VALUES (61, N'before the restart')")
    arrives(relay, "orders", order_key(61))
    relay.wait_until_taken_up()  # what was not released would come again

    for part in ("sql_server", "demo_api", "functions_host"):
        relay.stack.restart(part)
    relay.sql("INSERT INTO dbo.Orders (OrderId, Status) VALUES (60, N'after the restart')")

    arrives(relay, "orders", order_key(60))

    assert relay.endpoint_rows("orders")[order_key(61)]["Status"] == "before the restart"
    assert len([entry for entry in relay.accepted("orders") if entry["key"] == {"OrderId": 61}]) == 1
