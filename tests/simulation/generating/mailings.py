"""Mailings, in one seed of six: an account and its provider, what is ordered, and what people and the provider do meanwhile.

They draw from a chance of their own: what else a seed has is the same with them and without. They begin near the troubles.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Any

from tests.simulation.endpoint import START
from tests.simulation.generating.chance import Chance
from tests.simulation.generating.configuration import HOUR, MINUTE
from tests.simulation.plan import Event, MailPlan, Plan

SHARE = 1 / 6
TROUBLES = frozenset({
    "kill", "crash_worker", "crash_loop", "stop", "lose_hub", "database_away", "kill_sessions", "sql_fails", "storage_away", "clock_jumps",
    "database_clock_jumps",
})  # fmt: skip
KINDS = (
    "429",
    "429",
    "429",
    "503",
    "500",
    "502 garbage",
    "hang",
    "refused",
    "taken and lost",
    "taken and lost",
    "flaky",
    "limit",
    "401",
    "301",
    "cut",
)
ASKING = frozenset({"429", "503", "500"})
RETRY_AFTERS = ("0", "20", "300", "7200", "-5", "soon")


def with_mailings(plan: Plan) -> Plan:
    """Return a plan with mailings in it, or as it is."""
    chance = Chance(f"mailings {plan.seed}")
    if not chance.maybe(SHARE):
        return plan
    mail = _account(chance)
    kinds = chance.some(KINDS, 3)
    events = list(plan.events)
    troubles = [event.seconds for event in plan.events if event.verb in TROUBLES] or [
        event.seconds for event in plan.events
    ]
    for number in range(chance.choice((1, 1, 2))):
        at = round(max(1.0, chance.choice(troubles) - chance.choice((5.0, 20.0, MINUTE)) * chance.random()), 1)
        events += _mailing(chance, f"m{number}", at, kinds)
    end = max(plan.end_seconds, *(e.seconds + e.arguments.get("lasts_seconds", 0.0) for e in events))
    return replace(plan, mail=mail, events=sorted(events, key=lambda e: e.seconds), end_seconds=end)


def _account(chance: Chance) -> MailPlan:
    options: dict[str, Any] = {
        "rate_per_second": chance.choice((0.2, 1, 1, 10)),
        "max_concurrency": chance.choice((1, 3, 8)),
        "timeout_seconds": chance.choice((5, 30)),
    }
    match chance.choice(("", "", "", "header", "body")):
        case "header":
            options |= {"idempotency_header": "Idempotency-Key", "idempotency_minutes": chance.choice((1, 15, 1440))}
        case "body":
            options |= {"idempotent_body": True, "idempotency_minutes": chance.choice((1, 15, 1440))}
    if chance.maybe(0.4):
        options |= {"look_up_url": "http://mailer/mails/{{mail}}", "doubt_hours": chance.choice((0, 1, 24))}
    return MailPlan(options, quota=chance.choice((0, 0, 0, 15)), tells=chance.maybe(0.5))


def _mailing(chance: Chance, name: str, at: float, kinds: Sequence[str]) -> Iterator[Event]:
    recipients = chance.randint(20, 60)
    told: dict[str, Any] = {
        "mailing": name,
        "recipients": recipients,
        "wrong": chance.choice((0, 0, 2)),
        "twice": chance.choice((0, 3)),
    }
    yield Event(at, "order_mailing", {**told, **_terms(chance, at)})

    def soon(latest: float = HOUR) -> float:
        return round(at + min(latest, chance.choice((10.0, MINUTE, 5 * MINUTE, HOUR))) * chance.random(), 1)

    for _ in range(chance.choice((0, 1, 2))):
        kind = chance.choice(kinds)
        weather = {"kind": kind, "lasts_seconds": chance.choice((2.0, 20.0, 20.0, 10 * MINUTE))}
        if kind in ASKING and chance.maybe(0.7):
            weather["retry_after"] = chance.choice(RETRY_AFTERS)
        yield Event(soon(MINUTE), "mailer_weather", weather)
    for _ in range(chance.choice((1, 3))):
        yield Event(soon(), "look_at_mailing", {"mailing": name})
    for _ in range(chance.choice((0, 1))):
        first = soon()
        yield Event(first, "mailing_asked", {"mailing": name, "asks": "pause"})
        yield Event(
            round(first + 5 * MINUTE * chance.random(), 1), "mailing_asked", {"mailing": name, "asks": "resume"}
        )
    if chance.maybe(0.1):
        yield Event(soon(), "mailing_asked", {"mailing": name, "asks": "cancel"})
    for _ in range(chance.choice((0, 2))):
        yield Event(soon(), "suppress", {"number": chance.randrange(recipients)})
        yield Event(soon(), "unsubscribe", {"mailing": name, "number": chance.randrange(recipients // 2)})
    for _ in range(chance.choice((0, 2))):
        yield Event(round(soon() + 10 * MINUTE, 1), "resolve_doubts", {"mailing": name})


def _terms(chance: Chance, at: float) -> Mapping[str, Any]:
    terms: dict[str, Any] = {}
    if chance.maybe(0.3):
        terms["on_doubt"] = "resend"
    if chance.maybe(0.2):
        terms["window"] = {"hours": chance.choice((1, 48))}
    if chance.maybe(0.2):
        terms["rate_per_second"] = chance.choice((0.1, 0.5))
    if chance.maybe(0.1):
        terms["paused"] = True
    if chance.maybe(0.3):  # that begin while it is sent
        begin = START + timedelta(seconds=at + 3 * MINUTE * chance.random())
        begin = begin.replace(second=0) + timedelta(minutes=1)
        end = begin + timedelta(minutes=chance.choice((10, 600)))
        terms["not_between"] = [f"{begin:%H:%M}", f"{end:%H:%M}", "UTC"]
    return terms
