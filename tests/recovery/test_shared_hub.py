"""Two apps in one task hub by mistake: the hub is the first one's, the other delivers, starts nothing there, and says so."""

import json
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from relay.names import task_hub
from tests.e2e.relay_stack import RelayStack, running
from tests.recovery.receiver import Receiver
from tests.waiting import wait_until

pytestmark = pytest.mark.timeout(600)
FIRST, SECOND, SECOND_HOST = "e2e-app", "e2e-other", "functions_host_2"
RELAY = """
[[relay]]
name = "orders"
table = "dbo.Orders"
endpoint = "%API_URL%/{stream}"
"""
CHANNEL = """
[[channel]]
name = "people"
kind = "webhook"
url = "{url}"
"""
HOST_ID = (
    "AzureFunctionsWebHost__hostid"  # in Azure each app has one; of one folder on one machine it would be the same
)
HUB = "AzureFunctionsJobHost__extensions__durableTask__hubName"


@pytest.fixture
def relay(tmp_path: Path, receiver: Receiver) -> Iterator[RelayStack]:
    with running(tmp_path, relays_text=RELAY.format(stream="orders")) as relay:
        relay.run_watchdog()
        others = tmp_path / "other.toml"
        others.write_text(RELAY.format(stream="other") + CHANNEL.format(url=receiver.url), encoding="utf-8")
        relay.mode("500", stream="/other")
        relay.start_host(
            SECOND_HOST,
            {"WEBSITE_SITE_NAME": SECOND, HOST_ID: SECOND, HUB: task_hub(FIRST), "RELAYS_FILE": str(others)},
        )
        yield relay


def arrived(relay: RelayStack, stream: str) -> list[int]:
    return [e["key"]["OrderId"] for e in relay.log() if e["accepted"] and e["stream"].strip("/") == stream]


def ask(url: str) -> Any:
    with urllib.request.urlopen(url, timeout=30) as answer:
        return json.loads(answer.read())


def test_the_second_app_is_told_and_starts_nothing_in_the_firsts_hub(relay: RelayStack, receiver: Receiver) -> None:
    second = relay.stack.url(SECOND_HOST)
    wait_until(
        lambda: receiver.occasions() == ["anothers_hub"], description="its people are told", patience_seconds=150
    )
    relay.sql("INSERT INTO dbo.Orders (OrderId, Status) VALUES (1, N'new')")
    wait_until(
        lambda: relay.sql("SELECT 1 FROM relay.Ledger WHERE App = ?", SECOND), description="a change of it has failed"
    )
    used_up = f"SELECT 1 FROM az_func.[Leases_{SECOND}_orders] WHERE _az_func_AttemptCount = 5"
    wait_until(lambda: relay.sql(used_up), description="its recovery is due", patience_seconds=120)
    relay.run_watchdog()

    health = ask(f"{second}/api/health")
    assert health["status"] == "degraded"
    assert f"belongs to app {FIRST}" in health["reasons"]["task hub"]
    instances = [each["instanceId"] for each in ask(f"{second}/runtime/webhooks/durabletask/instances")]
    assert [instance for instance in instances if SECOND in instance] == []
    assert receiver.occasions() == ["anothers_hub"], "once"
    assert "task hub" not in relay.ask("health").get("reasons", {}), "the first one's is its own"

    relay.mode("ok", stream="/other")
    relay.stack.restart(SECOND_HOST, env={HUB: task_hub(SECOND)})

    wait_until(
        lambda: arrived(relay, "other") == [1], description="in a hub of its own it recovers", patience_seconds=120
    )
    wait_until(lambda: "reasons" not in ask(f"{second}/api/health"), description="nothing is left to say")
