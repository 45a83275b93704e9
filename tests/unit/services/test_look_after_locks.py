"""The watchdog's look at locks: what is over is passed on, and orchestrations hear of their offers, again if need be."""

import asyncio
from typing import Any

from services.look_after_locks import look_after_locks
from tests.fake_tables import FakeTables
from tests.fakes import FakeDurableClient, an_app_outside

OFFER = {"instance": "nightly", "name": "ledger", "ticket": 12, "offers": 1, "execution": "2026-01-02T03:04:05Z"}


class Locks(FakeTables):
    """A lock whose lease has run out; passed on, it is offered to an orchestration."""

    def __init__(self) -> None:
        super().__init__()
        self.over = ["ledger"]
        self.offered: list[dict[str, Any]] = []

    def locks_over(self, limit: int) -> Any:
        assert limit
        return [[{"name": name} for name in self.over]]

    def locks_pass_on(self, name: str) -> Any:
        self.over.remove(name)
        self.offered.append(OFFER)
        return [self.offered]

    def locks_offered(self, limit: int) -> Any:
        assert limit
        return [self.offered]


def test_a_lease_that_ran_out_is_passed_on_and_who_gets_the_offer_is_told_until_it_is_taken() -> None:
    client, tables = FakeDurableClient(), Locks()

    asyncio.run(look_after_locks(an_app_outside(client, tables)))
    asyncio.run(look_after_locks(an_app_outside(client, tables)))

    assert client.raised == [("nightly", "lock-ledger-12-1")] * 2
    assert tables.asked.count("locks/pass_on") == 1


def test_where_nothing_is_over_nobody_is_told() -> None:
    client, tables = FakeDurableClient(), Locks()
    tables.over = []

    asyncio.run(look_after_locks(an_app_outside(client, tables)))

    assert client.raised == []
