"""The happy path makes no durable traffic: what Azurite's own log shows while changes flow, beside what it shows at rest."""

import re
import shutil
from collections import Counter
from pathlib import Path

from devstack.workflows.example import copy_of_the_app
from tests.e2e.relay_stack import ROOT, RelayStack, running
from tests.waiting import wait_until

CHANGES = 1000
ROWS_PER_STATEMENT = 250
REQUEST = re.compile(r'"(?P<method>[A-Z]+) /devstoreaccount1/(?P<target>[^ ?"]*)')
# What an idle host does all the time: it looks for messages, renews its share of the partitions and the timer's lease.
AT_REST = re.compile(
    r"GET \w+-(control-\d+|workitems)/messages"
    r"|(GET|PUT|MERGE|PATCH|POST) \w+Partitions"
    r"|(GET|PUT|HEAD) azure-webjobs-hosts/.*"
)


def requests_of(relay: RelayStack, after: int = 0) -> tuple[Counter[str], int]:
    """Count the requests in Azurite's log behind a position by method and target; return also where the log ends."""
    log = relay.stack.log("azurite").read_bytes()
    found: Counter[str] = Counter()
    for match in REQUEST.finditer(log[after:].decode(errors="replace")):
        target = re.sub(r"\(.*", "", match["target"])
        found[f"{match['method']} {re.sub(r'/messages/.*', '/messages/<id>', target)}"] += 1
    return found, len(log)


def beyond_rest(found: Counter[str]) -> dict[str, int]:
    return {request: count for request, count in found.items() if not AT_REST.fullmatch(request)}


def let_changes_flow(relay: RelayStack, count: int) -> None:
    """Insert rows and wait until all of them have arrived."""
    before = len(relay.accepted("orders"))
    for first in range(before, before + count, ROWS_PER_STATEMENT):
        numbers = range(first, min(first + ROWS_PER_STATEMENT, before + count))
        rows = ", ".join(f"({number}, N'new')" for number in numbers)
        relay.sql(f"INSERT INTO dbo.Orders (OrderId, Status) VALUES {rows}")
    wait_until(lambda: len(relay.accepted("orders")) >= before + count, description="all changes arrived")


def at_rest(relay: RelayStack) -> int:
    """Wait until the host has taken its partitions and polls, and the app its hub with every message that takes; return where
    the log ends then."""
    let_changes_flow(relay, 1)
    relay.run_watchdog()

    def rests() -> bool:
        found, _ = requests_of(relay)
        sent, worked_off = (
            sum(count for request, count in found.items() if re.match(rf"{method} \S+-control-\d+/messages", request))
            for method in ("POST", "DELETE")
        )
        return (
            0 < sent == worked_off
            and any("Partitions" in request for request in found)
            and any("workitems" in request for request in found)
        )

    wait_until(rests, description="the host is at rest")
    return requests_of(relay)[1]


def test_a_thousand_changes_cost_no_storage_traffic_beyond_rest(tmp_path: Path) -> None:
    with running(tmp_path, own_azurite=True) as relay:
        start = at_rest(relay)

        let_changes_flow(relay, CHANGES)
        let_changes_flow(relay, 1)  # a batch begins when all that follows the one before it is done

        found, _ = requests_of(relay, start)
        assert beyond_rest(found) == {}


def test_an_instance_that_is_looked_at_for_every_batch_would_be_seen(tmp_path: Path) -> None:
    app = copy_of_the_app(tmp_path / "app")
    shutil.copy(ROOT / "local.settings.json", app)
    batch = app / "services" / "follow_up.py"
    text = batch.read_text(encoding="utf-8")
    planted = text.replace("    try:\n", "    try:\n        await instances.look(recovery_instance(app, relay))\n")
    assert planted != text
    batch.write_text(planted, encoding="utf-8")

    with running(tmp_path, own_azurite=True, app=app) as relay:
        start = at_rest(relay)

        let_changes_flow(relay, 10)

        wait_until(
            lambda: any("Instances" in request for request in beyond_rest(requests_of(relay, start)[0])),
            description="what follows the batch is seen",
        )
