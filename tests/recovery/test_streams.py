"""An aggregate over events whose processes are killed wherever they work, and whose task hub is lost: its windows come to what one
computation over all events says, and each revision of a window is one body under one id."""

import json
import random
import urllib.error
import urllib.request
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from functions_standin.worker.fatal_call import SETTING as DIES_AT
from tests.e2e.relay_stack import RelayStack, running
from tests.recovery.receiver import Receiver
from tests.storage_accounts import new_account
from tests.waiting import wait_until

pytestmark = pytest.mark.timeout(420)
HOST = "functions_host"
CLICKS = """
[[aggregate]]
name = "clicks"
kind = "events"
group_by = ["page"]
measures = { views = "count", spent = "sum:amount" }
window = "tumbling"
window_seconds = 3600
lateness_seconds = 86400
settle_seconds = 0
shards = 2
endpoint = "%RECEIVER%"
"""
# Where a worker dies when it is given this call: at what takes events, at what applies and tells, at what delivers.
STRUCK = ("stream_events", "stream_apply", "relay_clicks")


class Shop:
    """A stack with a stream, the events that were posted to it, and the endpoint that takes the results."""

    def __init__(self, relay: RelayStack, receiver: Receiver, dies_at: Path) -> None:
        self.relay = relay
        self._receiver = receiver
        self._dies_at = dies_at
        self._hour = datetime.now(UTC).replace(minute=0, second=0, microsecond=0)
        self._chance = random.Random(7)
        self.events: list[dict[str, Any]] = []

    def make(self, step: int) -> list[dict[str, Any]]:
        """Events of the last hours, in no order, some of them for the second time."""
        fresh = [
            {
                "source": "/shop",
                "id": f"{step}-{n}",
                "time": (self._hour - timedelta(minutes=self._chance.randint(1, 300))).isoformat(),
                "data": {"page": self._chance.choice("abc"), "amount": self._chance.randint(1, 99) / 4},
            }
            for n in range(20)
        ]
        again = self._chance.sample(self.events, min(5, len(self.events)))
        self.events += fresh
        return [*fresh, *again]

    def post(self, events: list[dict[str, Any]]) -> None:
        """Send a batch until it is taken, as who sends events has to."""

        def taken() -> bool:
            request = urllib.request.Request(
                f"{self.relay.stack.host_url}/api/aggregates/clicks/events",
                data=json.dumps(events).encode(),
                headers={"Content-Type": "application/json"},
            )
            try:
                with urllib.request.urlopen(request, timeout=30) as answer:
                    return bool(answer.status == 202)
            except (urllib.error.URLError, ConnectionError, TimeoutError):
                return False

        wait_until(taken, description="the events are taken", patience_seconds=60)

    def strike(self, function: str) -> None:
        self._dies_at.write_text(function, encoding="utf-8")

    def struck(self) -> None:
        wait_until(lambda: not self._dies_at.exists(), description="a worker dies")

    def lose_the_task_hub(self) -> None:
        """Kill the host, and start it on a storage account that knows of nothing."""
        self.relay.stack.kill(HOST)
        self.relay.start_host(settings={"AzureWebJobsStorage": new_account()})

    def told(self) -> dict[tuple[str, float], tuple[int, Decimal]]:
        """What the newest revisions say of each page and hour."""
        newest: dict[str, dict[str, Any]] = {}
        for body in list(self._receiver.notices):
            if body["revision"] > newest.get(body["result"], {"revision": 0})["revision"]:
                newest[body["result"]] = body
        return {
            (body["group"]["page"], datetime.fromisoformat(body["window"]["start"]).timestamp()): (
                body["measures"]["views"],
                Decimal(str(body["measures"]["spent"])),
            )
            for body in newest.values()
        }

    def computed(self) -> dict[tuple[str, float], tuple[int, Decimal]]:
        """What all events come to, each once."""
        found: dict[tuple[str, float], tuple[int, Decimal]] = {}
        for event in self.events:
            key = (event["data"]["page"], datetime.fromisoformat(event["time"]).timestamp() // 3600 * 3600)
            views, spent = found.get(key, (0, Decimal(0)))
            found[key] = views + 1, spent + Decimal(str(event["data"]["amount"]))
        return found

    def wait_until_exact(self, after: str) -> None:
        """Wait for the picture, and let the watchdog look in the meantime as it does every minute."""

        def exact() -> bool:
            if self.told() != self.computed():
                self.relay.run_watchdog()
            return self.told() == self.computed()

        wait_until(exact, description=f"the picture is exact after {after}", patience_seconds=120)

    def revisions(self) -> dict[tuple[str, int], set[str]]:
        """What came of each window and revision."""
        found: dict[tuple[str, int], set[str]] = {}
        for body in self._receiver.notices:
            found.setdefault((body["result"], body["revision"]), set()).add(json.dumps(body))
        return found


@pytest.fixture
def shop(tmp_path: Path, receiver: Receiver) -> Iterator[Shop]:
    (tmp_path / "workflows.toml").write_text(CLICKS, encoding="utf-8")
    dies_at = tmp_path / "dies-at"
    settings = {"WORKFLOWS_FILE": str(tmp_path / "workflows.toml"), "RECEIVER": receiver.url, DIES_AT: str(dies_at)}
    with running(tmp_path, batch_size=10, settings=settings) as relay:
        yield Shop(relay, receiver, dies_at)


def test_every_event_is_counted_once_though_every_part_is_killed_at_its_work(shop: Shop) -> None:
    shop.post(shop.make(0))
    shop.wait_until_exact("the first events")

    for step, function in enumerate(STRUCK, start=1):
        shop.relay.stack.restart(HOST)  # which ends by itself at the third worker that it loses
        shop.strike(function)
        shop.post(shop.make(step))
        shop.struck()
        shop.wait_until_exact(f"a death at {function}")

    shop.post(shop.make(8))
    shop.relay.stack.kill(HOST)
    shop.relay.start_host()
    shop.post(shop.make(9))
    shop.lose_the_task_hub()
    shop.wait_until_exact("the host's death, and the loss of the task hub")

    assert {len(bodies) for bodies in shop.revisions().values()} == {1}
    stands = shop.relay.ask("aggregates/clicks")
    assert (stands["accepted"], stands["waiting"], stands["problem"]) == (len(shop.events), 0, "")
    assert stands["duplicates"] >= 20
    windows = shop.relay.ask("aggregates/clicks/windows")["windows"]
    assert sum(window["events"] for window in windows) == len(shop.events)
