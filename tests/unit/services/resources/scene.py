"""A task and what resources have outside, as far as a test needs it: what it does not name cannot be asked."""

from dataclasses import replace
from typing import Any, cast

from relay.config.values import Settings
from services.resources.outside import ResourceOutside
from tests.fakes import FakeClock, a_relay
from workflows.config.file import Workflows
from workflows.resources.values import Task

TASK = Task(
    execution="order-7", definition="shop_order", resource="relay:http/shop", arguments={}, place="Charge#1", attempt=0, epoch=1,
    idempotency_key="k" * 32,
)  # fmt: skip
SETTINGS = Settings(
    app="app", sql_connection_string="", relays=(a_relay(name="orders"),), public_url="https://app.example/api"
)


def a_task(resource: str, arguments: Any = None, **differences: Any) -> Task:
    return replace(TASK, resource=resource, arguments={} if arguments is None else arguments, **differences)


def an_outside(**seams: Any) -> ResourceOutside:
    nothing = cast(Any, None)
    given = {
        "settings": SETTINGS, "workflows": Workflows(), "tables": nothing, "apis": nothing, "statements": nothing,
        "endpoint": nothing, "mail": nothing, "channels": nothing, "clock": FakeClock(), **seams,
    }  # fmt: skip
    return ResourceOutside(**given)
