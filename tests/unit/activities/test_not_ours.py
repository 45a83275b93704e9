"""An orchestration of another app, or of a relay that is no more, ends and says why: two apps may share a task hub by mistake."""

import json
from typing import Any

import pytest

import wiring
from activities.recovery import recovery_check
from activities.shell import for_relay
from functions_standin.testing.durable import Engine
from orchestrators.backfill import backfill_steps
from orchestrators.recovery import recovery_steps
from orchestrators.replay import replay_steps
from relay.config.values import Settings
from relay.dead_letters.names import LIST
from relay.dead_letters.replay import Replay
from relay.dead_letters.values import Selection
from relay.recovery.names import CHECK
from tests.fakes import a_relay

pytestmark = pytest.mark.filterwarnings("ignore:azure.functions:DeprecationWarning")
SETTINGS = Settings(app="shop", sql_connection_string="", relays=(a_relay(),))
STRANGERS = [{"app": "other-shop", "relay": "orders"}, {"app": "shop", "relay": "gone"}, {"relay": "gone"}]
NOT_OURS = {"not_ours": "app shop has nothing to do for relay orders of app other-shop"}


@pytest.fixture(autouse=True)
def settings(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(wiring, "settings", lambda: SETTINGS)
    monkeypatch.setattr(wiring, "outside", lambda relay, _: f"outside of {relay}")


@pytest.mark.parametrize("request_", STRANGERS)
def test_an_activity_does_nothing_for_strangers_and_says_so(
    request_: dict[str, str], caplog: pytest.LogCaptureFixture
) -> None:
    answer = for_relay(request_, lambda _: pytest.fail("it must not work"))

    assert request_["relay"] in answer["not_ours"]
    assert "docs/moving.md" in caplog.text


@pytest.mark.parametrize("request_", [{"app": "shop", "relay": "orders"}, {"relay": "orders"}])
def test_an_activity_works_for_its_own_app_and_for_who_names_none(request_: dict[str, str]) -> None:
    assert for_relay(request_, lambda outside: outside) == "outside of orders"


def test_every_activity_of_a_relay_looks_first_whose_it_is() -> None:
    assert recovery_check.build().get_user_function()(STRANGERS[0]) == NOT_OURS


def ended(name: str, steps: Any, activity: str, request: dict[str, Any]) -> Any:
    """Return the output of an instance of the app other-shop."""
    asked = []

    def answer(told: dict[str, Any]) -> dict[str, Any]:
        asked.append(told)
        return NOT_OURS

    engine = Engine({name: steps}, {activity: answer})
    instance_id = f"{name}-other-shop-orders"
    engine.start(name, request, instance_id=instance_id)
    engine.run()
    assert [(each["app"], each["relay"]) for each in asked] == [("other-shop", "orders")], "it asks once and ends"
    return json.loads(engine.instances[instance_id].output)


def test_a_strangers_recovery_ends_and_tells_nobody() -> None:
    output = ended("recovery", recovery_steps, CHECK, {"relay": "orders"})

    assert output == {"over": True, **NOT_OURS}


def test_a_strangers_backfill_ends() -> None:
    assert ended("backfill", backfill_steps, "backfill_pages", {"relay": "orders"}) == NOT_OURS


def test_a_strangers_replay_ends_with_what_it_had_done() -> None:
    replay = Replay(relay="orders", selection=Selection(upto=9), total=9, done=3, delivered=3)

    output = ended("replay", replay_steps, LIST, {"replay": replay.to_dict()})

    assert (output["state"], output["delivered"]) == ("not_ours", 3)
    assert output["last_error"] == NOT_OURS["not_ours"]
