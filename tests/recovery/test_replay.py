"""Dead letters, end to end: a thousand of them replayed while the host is killed, and an operator's hands on a replay."""

import json
import os
import subprocess
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Literal

import pytest

from devstack.prove.fatal_request import KillOrder, give_order, taking_orders
from devstack.prove.world import versions_with_two_ids
from tests.e2e.relay_stack import ROOT, RelayStack, running
from tests.waiting import wait_until

pytestmark = pytest.mark.timeout(420)
DEAD_LETTERS = 1000
MANY_REFUSALS = 50  # of one status in a row
ALL = set(range(1, DEAD_LETTERS + 1))
DEATHS: list[tuple[str, int, Literal["before", "after"]]] = [  # at the host's n-th request to that part, counted anew
    ("demo_api", 30, "before"),
    ("sql_server", 5, "after"),
    ("demo_api", 75, "after"),
    ("sql_server", 8, "before"),
    ("demo_api", 120, "after"),
]
_PROVIDER = "AzureFunctionsJobHost__extensions__durableTask__storageProvider__"
SHORT = {  # a message that a killed host had taken comes back after a minute: 3 s here
    f"{_PROVIDER}{name}": "00:01:00" for name in ("controlQueueVisibilityTimeout", "workItemQueueVisibilityTimeout")
}


@pytest.fixture
def relay(tmp_path: Path) -> Iterator[RelayStack]:
    with running(tmp_path, batch_size=DEAD_LETTERS, settings=SHORT) as relay:
        yield relay


def ask(relay: RelayStack, method: str, path: str, body: Any = None) -> tuple[int, dict[str, Any]]:
    """Return status and answer of one of the app's routes; `path` may be a whole link."""
    url = path if path.startswith("http") else f"{relay.stack.host_url}/api/relays/orders/{path}"
    data = None if method == "GET" else json.dumps(body or {}).encode()
    try:
        with urllib.request.urlopen(urllib.request.Request(url, data, method=method), timeout=60) as answer:
            return answer.status, json.loads(answer.read())
    except urllib.error.HTTPError as error:
        kind, found = error.headers["Content-Type"], json.loads(error.read())
    assert kind.startswith("application/problem+json"), found
    return int(found["status"]), found


def make_dead_letters(relay: RelayStack, count: int) -> None:
    """Insert rows while the API refuses nearly everything, then change those that it took; all alike would be its own fault."""
    relay.mode("random", share=1 - 20 / count, status=422)
    relay.sql(
        "INSERT INTO dbo.Orders (OrderId, Status) "
        "SELECT CAST([value] AS int), N'new' FROM OPENJSON(?)", json.dumps(list(range(1, count + 1)))
    )  # fmt: skip
    wait_until(lambda: dead(relay) + len(delivered(relay)) == count, description="each is dead or taken")
    taken = delivered(relay)
    assert 0 < len(taken) < MANY_REFUSALS
    relay.mode("422")
    relay.sql(
        "UPDATE dbo.Orders SET Status = N'newer' WHERE OrderId IN (SELECT CAST([value] AS int) FROM OPENJSON(?))",
        json.dumps(sorted(taken)),
    )
    wait_until(lambda: dead(relay) == count, description=f"{count} dead letters")


def dead(relay: RelayStack) -> int:
    return int(relay.sql("SELECT COUNT(*) FROM relay.Ledger WHERE State = 'dead'")[0][0])


def delivered(relay: RelayStack) -> set[int]:
    """Return the rows that the endpoint has as the table has them."""
    rows = {row[0]: row[1] for row in relay.sql("SELECT OrderId, Status FROM dbo.Orders")}
    there = {json.loads(key)["OrderId"]: data for key, data in relay.endpoint_rows("orders").items()}
    return {order for order, data in there.items() if data and data["Status"] == rows[order]}


def replay(relay: RelayStack) -> dict[str, Any]:
    return ask(relay, "GET", "replay")[1]


def state_is(relay: RelayStack, state: str) -> bool:
    return bool(replay(relay)["state"] == state)


def test_a_thousand_dead_letters_are_all_delivered_though_the_host_is_killed_in_their_replay(
    relay: RelayStack, tmp_path: Path
) -> None:
    make_dead_letters(relay, DEAD_LETTERS)
    orders = {part: tmp_path / f"kill-order-{part}" for part in ("demo_api", "sql_server")}
    for part, order in orders.items():
        relay.stack.restart(part, env=taking_orders(order))
    relay.mode("slow", delay_seconds=0.02)
    status, begun = ask(relay, "POST", "dead-letters/replay")
    assert (status, begun["count"]) == (202, DEAD_LETTERS)

    for part, number, when in DEATHS:
        give_order(orders[part], KillOrder(relay.stack.pids("functions_host"), number, when))
        wait_until(lambda: not relay.stack.is_running("functions_host"), description=f"{part} kills the host")
        assert delivered(relay) < ALL, "it dies in the middle of the replay"
        relay.start_host()

    wait_until(lambda: state_is(relay, "done"), description="the replay is done")
    assert delivered(relay) == ALL
    assert relay.ledger() == []
    assert versions_with_two_ids(relay.log()) == 0
    assert relay.control("summary")["conflicting"] == 0
    found = replay(relay)
    assert (found["status"], found["total"], found["done"]) == ("Completed", DEAD_LETTERS, DEAD_LETTERS)
    assert found["delivered"] + found["gone"] == DEAD_LETTERS


def test_an_operator_lists_shows_replays_pauses_cancels_and_discards(relay: RelayStack) -> None:
    make_dead_letters(relay, 120)

    page = ask(relay, "GET", "dead-letters?limit=100&status=422")[1]
    rest = ask(relay, "GET", page["next"])[1]
    assert (page["count"], len(page["dead_letters"]), len(rest["dead_letters"]), rest["next"]) == (120, 100, 20, None)
    first = page["dead_letters"][0]
    shown = ask(relay, "GET", f"dead-letters/{first['id']}")[1]
    assert json.loads(shown["problem"])["status"] == 422
    assert ask(relay, "GET", "dead-letters?status=teapot")[0] == 400

    relay.mode("ok")
    assert ask(relay, "POST", f"dead-letters/{first['id']}/replay")[0] == 202
    wait_until(lambda: state_is(relay, "done"), description="the replay of one is done")
    assert delivered(relay) == {json.loads(first["key"])[0]}

    relay.mode("hang")
    assert ask(relay, "POST", "dead-letters/replay")[1]["count"] == 119
    status, conflict = ask(relay, "POST", "dead-letters/replay")
    assert status == 409
    assert ask(relay, "GET", conflict["follow"])[1]["relay"] == "orders"
    assert ask(relay, "POST", "replay/pause")[0] == 202
    assert replay(relay)["state"] == "paused"
    assert ask(relay, "POST", "replay/resume")[0] == 202
    wait_until(lambda: state_is(relay, "delivering"), description="the replay goes on")
    assert ask(relay, "POST", "replay/pause")[0] == 202
    assert ask(relay, "POST", "replay/cancel")[0] == 202
    wait_until(lambda: state_is(relay, "cancelled"), description="the replay is cancelled")
    relay.mode("422")

    last = rest["dead_letters"][-1]
    assert ask(relay, "POST", f"dead-letters/{last['id']}/discard")[1]["discarded"] == 1
    assert ask(relay, "GET", f"dead-letters/{last['id']}")[0] == 404
    relay.mode("ok")
    [order] = json.loads(last["key"])
    relay.sql("UPDATE dbo.Orders SET Status = N'paid' WHERE OrderId = ?", order)
    wait_until(lambda: order in delivered(relay), description="the discarded change's row is relayed again")


def test_every_command_of_the_document_works(relay: RelayStack) -> None:
    text = (ROOT / "docs" / "dead-letters.md").read_text(encoding="utf-8")
    commands = [line for line in text.splitlines() if line.startswith("curl ")]
    assert len(commands) > 8
    make_dead_letters(relay, 120)
    relay.mode("hang")
    [[there]] = relay.sql("SELECT MAX(Id) FROM relay.Ledger WHERE State = 'dead'")  # what was taken at once leaves gaps

    for command in (each.replace("dead-letters/17/", f"dead-letters/{there}/") for each in commands):
        environment = {**os.environ, "API": f"{relay.stack.host_url}/api"}
        done = subprocess.run(["bash", "-c", command], env=environment, capture_output=True, text=True, check=True)
        found = json.loads(done.stdout)
        understood = "relay" in found or "a replay runs already" in found["title"].lower()
        assert understood, f"{command}: {found}"
