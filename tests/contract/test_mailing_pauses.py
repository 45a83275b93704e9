"""A mailing that has to wait for long costs nothing meanwhile: its worker and the watchdog together, in virtual time."""

import asyncio
from collections import Counter
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from types import SimpleNamespace
from typing import Any, cast

import pytest

from functions_standin.durable.messages import Outgoing
from orchestrators.mailing import mailing_steps
from relay.config.values import Settings
from relay.instances import Instance
from relay.names import WAKE
from relay.ports import Clock
from services.app_outside import AppOutside
from services.look_after_mailings import look_after_mailings, start_mailing
from services.mail_outside import MailOutside
from services.mail_send import send
from services.mailing import order
from services.mailing_worker import take
from tests.contract.machine_world import now
from tests.contract.mailing_scene import ACCEPTED, ACCOUNT, FakeMail, a_body, at_once
from tests.fakes import LOG, FakeClock, InlineThreads, a_relay
from tests.locks.database import HostTables, LockDatabase
from tests.unit.orchestrators.world import Clocked
from workflows.mailing.answers import Answer, Answered
from workflows.mailing.names import MAILING, SEND, TAKE
from workflows.mailing.ports import RecipientQueries
from workflows.mailing.request import parse_mailing

pytestmark = [
    pytest.mark.filterwarnings("ignore:azure.functions:DeprecationWarning"),
    pytest.mark.filterwarnings("ignore:Potential duplicate Task completion"),
]


class Days:
    """A mailing, its provider, and a watchdog who looks every minute."""

    def __init__(self) -> None:
        self.database = LockDatabase(1)
        self.provider = FakeMail()
        self.calls: Counter[str] = Counter()
        self.hours = 0.0
        self._clock = FakeClock()
        tables = HostTables(self.database)
        settings = Settings(
            app="shop", sql_connection_string="", relays=(a_relay(),), channels=(LOG,), public_url="https://shop/api"
        )
        self.outside = MailOutside(
            settings=settings,
            accounts=(ACCOUNT,),
            tables=tables,
            api=self.provider,
            queries=cast(RecipientQueries, None),
            clock=cast(Clock, SimpleNamespace(now=self._clock.now, pause=self._pause)),
            threads=InlineThreads(),
        )
        self.engine = Clocked(
            {MAILING: mailing_steps},
            {
                TAKE: self._counted(TAKE, lambda told: take(told["mailing"], told["further"], self.outside).to_dict()),
                SEND: self._counted(SEND, lambda told: at_once(send(told["mailing"], told["key"], self.outside))),
            },
            {},
        )
        self._began = self._synchronised = self.engine.time
        self.app = cast(AppOutside, _App(tables=tables, settings=settings, instances=_Instances(self)))

    def order(self, *keys: str, **differences: Any) -> None:
        order(parse_mailing(a_body(*keys, **differences)), self.outside)
        now(start_mailing("spring", self.app))

    def pass_until(self, hours: float) -> None:
        while self.hours < hours:
            self.hours += 1 / 60
            minute = self._began + timedelta(hours=self.hours)
            while any(self._is_due(each, minute) for each in self.engine.pending):
                asyncio.run(self.engine._deliver(self.engine._next_batch()))
            self.engine._time = max(self.engine.time, minute)
            self._synchronise()
            now(look_after_mailings(self.app))

    @staticmethod
    def _is_due(message: Outgoing, moment: datetime) -> bool:
        visible_at = getattr(message, "visible_at", None)
        return visible_at is None or visible_at <= moment

    def _counted(self, name: str, work: Callable[[Any], Any]) -> Callable[[Any], Any]:
        def done(request: Any) -> Any:
            self._synchronise()
            self.calls[name] += 1
            return work(request)

        return done

    def _synchronise(self) -> None:
        passed = (self.engine.time - self._synchronised).total_seconds()
        if passed > 0:
            self.database.clock.advance(passed)
            self._clock.seconds += passed
            self._synchronised = self.engine.time

    async def _pause(self, seconds: float) -> None:
        self.engine._time += timedelta(seconds=seconds)
        self._synchronise()


class _App(SimpleNamespace):
    async def ask(self, statement: str, **values: Any) -> Any:
        return self.tables.ask(statement, **values)


class _Instances:
    def __init__(self, days: Days) -> None:
        self._days = days

    async def look(self, instance_id: str) -> Instance | None:
        found = self._days.engine.instances.get(instance_id)
        return None if found is None else Instance(found.status.name)

    async def start_unless_running(self, orchestration: str, instance_id: str, request: Mapping[str, Any]) -> bool:
        self._days.engine.start(orchestration, dict(request), instance_id)
        return True

    async def wake(self, instance_id: str) -> None:
        self._days.calls[WAKE] += 1
        self._days.engine.raise_event(WAKE, None, instance_id=instance_id)


@pytest.fixture
def days() -> Days:
    return Days()


def test_a_quota_that_returns_in_a_day_costs_no_execution_in_between(days: Days) -> None:
    def quota(_: str) -> Answer:
        return ACCEPTED if days.hours > 24 else Answered(429, {"retry-after": "86400"})

    days.provider.answer = quota
    days.order(*"abcd")
    days.pass_until(0.1)
    before = Counter(days.calls)

    days.pass_until(23.9)

    assert days.calls == before
    assert before[WAKE] == 0
    days.pass_until(24.5)
    assert sorted(days.provider.addresses[-4:]) == [f"{key}@example.com" for key in "abcd"]
    assert days.calls[WAKE] == 0


def test_a_rate_of_a_few_mails_a_day_costs_no_execution_in_between(days: Days) -> None:
    days.order(*"abc", rate_per_second=1 / 21_600)

    days.pass_until(13)

    assert [posted["personalizations"][0]["to"][0]["email"][0] for _, posted in days.provider.posts] == list("abc")
    assert days.calls[WAKE] == 0
    assert days.calls[TAKE] + days.calls[SEND] < 20


def test_who_is_paused_longer_than_a_day_asks_once_a_day(days: Days) -> None:
    days.provider.answer = lambda _: ACCEPTED if days.hours > 60 else Answered(429, {"retry-after": str(60 * 3600)})
    days.order("a", "b")
    days.pass_until(0.1)
    before = days.calls[TAKE]

    days.pass_until(59.9)

    assert days.calls[TAKE] == before + 2
    assert days.calls[WAKE] == 0
