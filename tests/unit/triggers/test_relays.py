"""The routes that monitors ask: they answer in time, whatever the database does."""

import asyncio
import json
from typing import Any

import azure.functions as func
import pytest

from tests.fakes import a_relay, an_outside
from triggers.http import relays
from triggers.http.answers import answered
from triggers.http.relays import judge, list_relays


class Silent:
    """Never comes back."""

    async def run(self, *_: Any) -> Any:
        await asyncio.Event().wait()


@pytest.mark.parametrize("route", [judge, list_relays])
def test_a_database_that_is_silent_is_told_in_time(route: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("wiring.settings", lambda: type("Settings", (), {"app": "shop", "relays": [a_relay()]}))
    monkeypatch.setattr("wiring.outside", lambda *_: an_outside(a_relay(), threads=Silent()))
    monkeypatch.setattr(relays, "PATIENCE_SECONDS", 0.01)

    response: func.HttpResponse = asyncio.run(answered(route()))

    assert response.status_code == 503
    assert "no answer within" in json.loads(response.get_body())["detail"]
