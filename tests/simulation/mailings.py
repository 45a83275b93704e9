"""Verbs of mailings: people who order, stop and look, recipients who want no more, a provider that is unwell and tells things late."""

import asyncio
import random
from collections.abc import Mapping, Sequence
from typing import Any

from tests.simulation.asking import answered, asked
from tests.simulation.endpoint import Weather
from tests.simulation.mail_promises import GRACE_SECONDS, MailPromises, Ordered
from tests.simulation.provider import PROVIDER, WRONG, Letter, Provider, event_of
from tests.simulation.stage import Stage, Verb

BOUNCES = 0.1  # of the mails of which a provider tells later
ASKS = ("pause", "resume", "cancel")
REFUSALS = frozenset({301, 401, 404})


class Mailings:
    """Nothing happens in them if the plan has no account."""

    def __init__(self, stage: Stage) -> None:
        self._stage = stage
        self._promises = MailPromises(stage.plan, stage.oracle)
        self._chance = random.Random(f"mailings of {stage.plan.seed}")
        self._untold: list[Letter] = []
        if stage.plan.mail is not None:
            self._provider = Provider(stage.plan.seed, stage.plan.mail, stage.now, self._heard)
            stage.endpoints[PROVIDER] = self._provider

    @property
    def verbs(self) -> Mapping[str, Verb]:
        return {
            "order_mailing": self.order_mailing,
            "mailing_asked": self.mailing_asked,
            "look_at_mailing": self.look_at_mailing,
            "resolve_doubts": self.resolve_doubts,
            "suppress": self.suppress,
            "unsubscribe": self.unsubscribe,
            "mailer_weather": self.mailer_weather,
        }

    # --- people -------------------------------------------------------------------------------------------------

    def order_mailing(self, mailing: str, recipients: int, wrong: int = 0, twice: int = 0, **terms: Any) -> None:
        """Order a mailing, again until that is answered; of the recipients some are refused for good, some have one address."""
        keys = {f"k{n}": address(n % max(1, recipients - twice), wrong) for n in range(recipients)}
        self._promises.mailings[mailing] = ordered = Ordered(keys, terms)
        body = {
            "id": mailing, "account": "main", "from": "news@example.com", "subject": f"{mailing}/{{{{name}}}}", "text": "{{unsubscribe}}",
            "recipients": [{"to": to, "key": key, "fields": {"name": key}} for key, to in keys.items()], **terms,
        }  # fmt: skip
        self._stage.go_on(self._order(ordered, body))

    async def _order(self, ordered: Ordered, body: Mapping[str, Any]) -> None:
        answer = await answered(self._stage, "POST", "/api/mailings", body)
        self._stage.hits[f"mailing ordered {answer.status}"] += 1
        ordered.at = self._stage.now()
        if answer.status != 202:
            self._stage.oracle.broken(
                self._stage.now(), f"{body['id']}: the order got {answer.status}: {answer.body!r}"
            )

    async def mailing_asked(self, mailing: str, asks: str) -> None:
        """Pause, resume or cancel a mailing."""
        told = self._promises.mailings.get(mailing)
        if told is None:
            return
        told.asks += 1
        if asks == "resume":
            told.stopped_at = None
        before = told.asks
        answer = await asked(self._stage, "POST", f"/api/mailings/{mailing}/{asks}")
        self._stage.hits[f"mailing {asks} {answer.status if answer else None}"] += 1
        told.unsure |= answer is None or answer.status >= 500
        if answer is not None and answer.status == 202 and asks != "resume" and before == told.asks:
            told.stopped_at = self._stage.now()

    async def look_at_mailing(self, mailing: str) -> None:
        """Look how it stands."""
        answer = await asked(self._stage, "GET", f"/api/mailings/{mailing}")
        self._stage.hits[f"mailing looked at {answer.status if answer else None}"] += 1
        if answer is not None and answer.status == 200 and mailing in self._promises.mailings:
            self._promises.sees(self._stage.now(), mailing, answer.json())

    async def resolve_doubts(self, mailing: str) -> None:
        """Say of mails in doubt what the provider shows to people."""
        answer = await asked(self._stage, "GET", f"/api/mailings/{mailing}/recipients?status=in_doubt")
        if answer is None or answer.status != 200:
            return
        for each in answer.json()["recipients"][:5]:
            sent = (mailing, each["key"]) in self._provider.letters
            told = await asked(
                self._stage, "POST", f"/api/mailings/{mailing}/recipients/{each['key']}/resolve", {"sent": sent}
            )
            self._stage.hits[f"doubt resolved {told.status if told else None}"] += 1

    async def suppress(self, number: int) -> None:
        """Keep all mails from an address."""
        await self._suppressed(address(number), "/api/suppressions", {"address": address(number)})

    async def unsubscribe(self, mailing: str, number: int) -> None:
        """Let a recipient want no more, if he has had his mail."""
        letter = self._provider.letters.get((mailing, f"k{number}"))
        if letter is not None:
            await self._suppressed(letter.address, "/api/" + letter.link.partition("/api/")[2])

    async def _suppressed(self, to: str, path: str, body: Mapping[str, Any] | None = None) -> None:
        answer = await asked(self._stage, "POST", path, body)
        self._stage.hits[f"suppressed {answer.status if answer else None}"] += 1
        if answer is None or answer.status >= 500:  # it may have been done
            self._promises.suppressed.setdefault(to, float("inf"))
        elif answer.status == 200:
            self._promises.suppressed[to] = min(self._stage.now(), self._promises.suppressed.get(to, float("inf")))

    # --- the provider -------------------------------------------------------------------------------------------

    def mailer_weather(self, kind: str, lasts_seconds: float, retry_after: str | None = None) -> None:
        """Let the provider be unwell."""
        self._stage.hits[f"mailer {kind}"] += 1
        self._provider.change(Weather(kind, self._stage.now() + lasts_seconds, retry_after))

    def _heard(self, letter: Letter, status: int | None, goes_out: bool, asked_seconds: float | None) -> None:
        stage = self._stage
        stage.hits[f"mail {status}"] += 1
        self._promises.hears(stage.now(), letter, status, goes_out=goes_out)
        if asked_seconds is not None or status in REFUSALS:
            stage.go_on(self._see_recorded(letter.mailing, status, asked_seconds))
        if goes_out and stage.plan.mail is not None and stage.plan.mail.tells:
            if not self._untold:
                stage.go_on(self._tell())
            self._untold.append(letter)

    async def _see_recorded(self, mailing: str, status: int | None, asked_seconds: float | None) -> None:
        """See what became of an answer about the account, unless something dies before that is recorded."""
        stage, told = self._stage, self._promises.mailings[mailing]
        since, before = stage.now(), (stage.oracle.deaths, stage.oracle.jumped_seconds, told.asks)
        await asyncio.sleep(GRACE_SECONDS)
        after = (stage.oracle.deaths, stage.oracle.jumped_seconds, told.asks)
        if before != after or stage.unsafe_to_start or stage.world.sql.is_away:
            return
        if asked_seconds is not None:
            self._promises.recorded(since, asked_seconds)
        if status in REFUSALS and told.stopped_at is None and not told.unsure:
            if self._states()[mailing] == "running":
                stage.oracle.broken(stage.now(), f"{mailing}: it goes on though its provider refuses the account")
            told.refused_at = since

    async def _tell(self) -> None:
        await asyncio.sleep(self._chance.choice((5.0, 60.0, 3600.0)))
        letters, self._untold = self._untold, []
        bounced = {letter.mail for letter in letters if self._chance.random() < BOUNCES}
        self._promises.bounced |= bounced
        events = [event_of(letter, "bounce" if letter.mail in bounced else "delivered") for letter in letters]
        answer = await answered(self._stage, "POST", "/api/mail-events/main", events)
        self._stage.hits[f"mail events {answer.status}"] += 1

    # --- the end ------------------------------------------------------------------------------------------------

    async def heal(self) -> None:
        """Let people resume what has paused, when the hosts are back and the provider is well."""
        mailings = self._promises.mailings
        if not mailings:
            return
        await asyncio.sleep(120.0)
        while any(told.at is None for told in mailings.values()) and self._stage.lasting:
            await asyncio.sleep(60.0)
        for name, told in mailings.items():
            if self._states().get(name) == "paused":
                told.stopped_at = None
                await answered(self._stage, "POST", f"/api/mailings/{name}/resume")

    async def judge(self) -> None:
        """Judge when every bound has passed."""
        for name in self._promises.mailings:
            await self.look_at_mailing(name)
        rows = self._stage.world.sql.look("SELECT Mailing, [Key], Name, State FROM relay.Mail")
        mails: Sequence[Mapping[str, Any]] = [
            {"mailing": mailing, "key": key, "name": name, "state": state} for mailing, key, name, state in rows
        ]
        self._stage.hits.update(f"mail {mail['state']} in the end" for mail in mails)
        self._promises.judge(self._stage.now(), self._states(), mails)

    def _states(self) -> Mapping[str, str]:
        return dict(self._stage.world.sql.look("SELECT Mailing, State FROM relay.Mailing"))  # type: ignore[arg-type]


def address(number: int, wrong: int = 0) -> str:
    """Return a recipient's address; those below `wrong` the provider refuses for good."""
    return f"{WRONG if number < wrong else 'to'}-{number}@example.com"
