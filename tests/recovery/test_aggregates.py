"""An aggregate whose processes are killed wherever it works: at rest the endpoint's picture is what SELECT ... GROUP BY says, and a
revision is one body under one id."""

import json
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from functions_standin.worker.fatal_call import SETTING as DIES_AT
from tests.e2e.relay_stack import RelayStack, running
from tests.recovery.receiver import Receiver
from tests.waiting import wait_until

pytestmark = pytest.mark.timeout(600)
HOST = "functions_host"
AGGREGATE = """
[[aggregate]]
name = "sales"
table = "dbo.Orders"
group_by = ["Note"]
measures = { orders = "count", total = "sum:Total", last = "max:PlacedAt" }
condition = [{ column = "Total", at_least = 2 }]
settle_seconds = 0
endpoint = "%RECEIVER%"
"""
# Where a worker dies when it is given this call: at what marks, at what computes, at what delivers.
STRUCK = ("relay_sales_rows", "aggregate_recompute", "relay_sales")


class Shop:
    """A stack with an aggregate over its orders, and the endpoint that takes the results."""

    def __init__(self, relay: RelayStack, receiver: Receiver, dies_at: Path) -> None:
        self.relay = relay
        self._receiver = receiver
        self._dies_at = dies_at

    def write(self, step: int) -> None:
        """Insert, move, change and delete some rows."""
        self.relay.sql(
            "INSERT INTO dbo.Orders (OrderId, Status, Total, PlacedAt, Note) "
            f"SELECT {step * 10} + n, N'x', n, '2026-01-02T03:04:05+00:00', CHAR(65 + (n + {step}) % 4) "
            "FROM (VALUES (0), (1), (2), (3), (4), (5), (6), (7), (8), (9)) AS t (n)"
        )
        self.relay.sql(f"UPDATE dbo.Orders SET Note = CHAR(65 + (OrderId + {step}) % 5) WHERE OrderId % 3 = {step % 3}")
        self.relay.sql(f"UPDATE dbo.Orders SET Total = Total + 0.1 WHERE OrderId % 4 = {step % 4}")
        self.relay.sql(f"DELETE FROM dbo.Orders WHERE OrderId % 7 = {step % 7}")

    def strike(self, function: str) -> None:
        self._dies_at.write_text(function, encoding="utf-8")

    def struck(self) -> None:
        wait_until(lambda: not self._dies_at.exists(), description="a worker dies")

    def picture(self) -> dict[str, dict[str, Any]]:
        """The newest result of each group that has rows."""
        newest: dict[str, dict[str, Any]] = {}
        for body in list(self._receiver.notices):
            group = body["group"]["Note"]
            if group not in newest or newest[group]["revision"] < body["revision"]:
                newest[group] = body
        return {group: body["measures"] for group, body in newest.items() if "empty" not in body}

    def told(self) -> dict[str, tuple[int, Decimal]]:
        rows = self.relay.sql("SELECT Note, COUNT(*), SUM(Total) FROM dbo.Orders WHERE Total >= 2 GROUP BY Note")
        return {note: (count, total) for note, count, total in rows}

    def wait_until_exact(self, after: str) -> None:
        """Wait for the picture, and let the watchdog look in the meantime as it does every minute."""

        def exact() -> bool:
            if not self.at_rest():
                self.relay.run_watchdog()
            return self.at_rest()

        wait_until(exact, description=f"the picture is exact after {after}", patience_seconds=120)

    def at_rest(self) -> bool:
        found = self.picture()
        return self.told() == {
            group: (measures["orders"], Decimal(str(measures["total"])).quantize(Decimal("1e-10")))
            for group, measures in found.items()
        }

    def wait_until_nothing_is_left(self) -> None:
        """Wait for the ledger, for as long as two rounds of a recovery may take: the first is due a minute after the failure."""

        def nothing_left() -> bool:
            self.relay.run_watchdog()
            stands = self.relay.ask("aggregates/sales")
            return not any(stands[which] for which in ("dirty", "failing", "dead_letters", "untaken"))

        wait_until(nothing_left, description="the ledger has nothing of it any more", patience_seconds=240)

    def bodies(self) -> dict[str, set[str]]:
        """What came under each id."""
        found: dict[str, set[str]] = {}
        for body in self._receiver.notices:
            found.setdefault(body["id"], set()).add(json.dumps(body))
        return found


@pytest.fixture
def shop(tmp_path: Path, receiver: Receiver) -> Iterator[Shop]:
    (tmp_path / "workflows.toml").write_text(AGGREGATE, encoding="utf-8")
    dies_at = tmp_path / "dies-at"
    settings = {"WORKFLOWS_FILE": str(tmp_path / "workflows.toml"), "RECEIVER": receiver.url, DIES_AT: str(dies_at)}
    with running(tmp_path, batch_size=10, settings=settings) as relay:
        yield Shop(relay, receiver, dies_at)


def test_the_picture_is_exact_though_every_part_is_killed_at_its_work(shop: Shop) -> None:
    shop.write(0)
    shop.wait_until_exact("all rows were looked through")

    for step, function in enumerate(STRUCK, start=1):
        shop.relay.stack.restart(HOST)  # which ends by itself at the third worker that it loses
        shop.strike(function)
        shop.write(step)
        shop.struck()
        shop.wait_until_exact(f"a death at {function}")

    shop.write(8)
    shop.relay.stack.kill(HOST)
    shop.write(9)
    shop.relay.start_host()
    shop.wait_until_exact("the host's death")

    assert {len(bodies) for bodies in shop.bodies().values()} == {1}
    shop.wait_until_nothing_is_left()
