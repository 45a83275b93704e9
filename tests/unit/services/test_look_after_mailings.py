"""The watchdog sees that mailings that run are worked at, and no others."""

import asyncio
from typing import Any

from services.look_after_mailings import look_after_mailings, start_mailing
from tests.fake_tables import FakeTables
from tests.fakes import FakeDurableClient, an_app_outside

INSTANCE = "mailing-shop-spring"
STARTED = ("mailing", INSTANCE, {"mailing": "spring"})


def look(client: FakeDurableClient, *rows: dict[str, Any]) -> FakeTables:
    tables = FakeTables()
    tables.answers["mailing/running"] = [list(rows)]
    asyncio.run(look_after_mailings(an_app_outside(client, tables)))
    return tables


def row(late_ms: int = -1000, name: str = "spring") -> dict[str, Any]:
    return {"id": name, "slices": 3, "late_ms": late_ms}


def test_whose_worker_is_lost_is_started_anew_and_counted_at_its_mark() -> None:
    client = FakeDurableClient()

    tables = look(client, row())

    assert client.started == [STARTED]
    assert tables.restarts[INSTANCE]["mark"] == "3"


def test_a_worker_that_is_late_is_woken() -> None:
    client = FakeDurableClient(**{INSTANCE: "Running"})

    look(client, row(late_ms=300_000))

    assert client.raised == [(INSTANCE, "wake")]


def test_what_runs_is_left_alone() -> None:
    client = FakeDurableClient(**{INSTANCE: "Running"})

    look(client, row())
    asyncio.run(start_mailing("spring", an_app_outside(client)))

    assert (client.started, client.raised) == ([], [])


def test_a_mailing_whose_worker_ends_again_and_again_is_told_with_where_to_look() -> None:
    client = FakeDurableClient(**{INSTANCE: "Failed"})
    tables = FakeTables()
    tables.answers["mailing/running"] = [[row()]]
    for _ in range(4):
        asyncio.run(look_after_mailings(an_app_outside(client, tables)))
        tables.now += 7200

    [fact] = tables.facts()
    assert (fact["occasion"], fact["relay"]) == ("stuck", "mailing spring")
    assert fact["act_url"] == "https://shop/api/mailings/spring"


def test_one_that_cannot_be_looked_after_keeps_no_other_waiting() -> None:
    client = FakeDurableClient()
    stands = client.get_status

    async def get_status(instance_id: str, **more: Any) -> Any:
        if instance_id.endswith("broken"):
            raise RuntimeError("the task hub says no")
        return await stands(instance_id, **more)

    client.get_status = get_status  # type: ignore[method-assign]

    look(client, row(name="broken"), row())

    assert client.started == [STARTED]
