"""People are told over their channels, and never twice of one thing."""

import asyncio
from collections.abc import Coroutine
from typing import Any

from adapters.durable.instances import DurableInstances
from relay.config.values import Channel, ChannelKind, Settings
from relay.notification.notice import News
from services.announce import announce
from tests.fakes import FakeDurableClient, a_relay

LOG = Channel(name="log", kind=ChannelKind.LOG)
OTHERS = Channel(name="others", kind=ChannelKind.LOG, relays=("customers",))
SETTINGS = Settings(
    app="shop", sql_connection_string="", relays=(a_relay(),), channels=(LOG, OTHERS), public_url="https://shop/api"
)
FACTS = {"relay": "orders", "occasion": "long_outage", "since": "2026-01-02T03:04:05Z", "rounds": 10, "changes": 3}


def done(work: Coroutine[Any, Any, Any]) -> Any:
    return asyncio.run(work)


def test_a_notice_goes_to_the_relays_channels_and_is_never_started_twice() -> None:
    client = FakeDurableClient()

    instance_id = done(announce(News.from_dict(FACTS), SETTINGS, DurableInstances(client)))
    [(name, started_id, told)] = client.started
    assert (name, started_id) == ("notification", instance_id)
    assert told["channels"] == ["log"]
    assert told["notice"]["act_url"] == "https://shop/api/relays/orders"

    client.statuses[instance_id] = "Completed"
    done(announce(News.from_dict(FACTS), SETTINGS, DurableInstances(client)))
    assert len(client.started) == 1

    done(announce(News.from_dict({**FACTS, "mark": "2026-01-02T03:05:00.000Z"}), SETTINGS, DurableInstances(client)))
    assert len(client.started) == 2, "another notice of the same round"
