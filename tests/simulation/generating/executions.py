"""Adds a relay whose changes start workflows to one seed in six, and what people do about executions; its draws are its own."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

from tests.simulation.generating.chance import Chance
from tests.simulation.generating.configuration import HOUR, MINUTE, options_of
from tests.simulation.generating.database import ERRORS
from tests.simulation.generating.theme import Theme
from tests.simulation.generating.troubles import RETRY_AFTERS
from tests.simulation.plan import Event, Plan, RelayPlan
from tests.simulation.tables import NUMBERS

SHARE = 1 / 6
NAME = "w0"
ON_NEWER = ("queue", "replace", "replace", "ignore")
# Without effect, and refused, if nothing is sent.
_OF_HTTP = ("mode", "rejecting_statuses", "delivered_statuses", "read_timeout_seconds")
_RECOVERY = {
    "first_interval_seconds": 60,
    "coefficient": 2,
    "max_interval_seconds": 1800,
    "window_hours": 168,
    "notify_after_rounds": 3,
    "dead_letters_every_minutes": 60,
}
WEATHERS = ("500", "503", "422", "429", "hang", "taken and lost", "flaky", "unreachable", "cut", "drip")
# Where an execution's host or worker dies: before and after what is written down, and what is asked for.
CRASH_POINTS = (
    "call begun: errand", "call ended: errand", "call begun: execution_", "call ended: execution_", "app request after",
    "app sql after: Claims a step", "app sql after: Writes down", "app sql after: Registers", "app sql after: COMMIT TRANSACTION",
)  # fmt: skip
# Which statements fail: those that contain it.
_FAILING = (
    "[relay].[Execution]",
    "[relay].[ExecutionStep]",
    "The first thing that an orchestration does",
    "Writes down",
)


def with_executions(plan: Plan) -> Plan:
    """Return the plan, in one case of six with executions."""
    chance = Chance(f"executions {plan.seed}")
    if not chance.maybe(SHARE):
        return plan
    relay = _relay(chance, plan)
    events = sorted([*plan.events, *_events(chance, plan, relay)], key=lambda event: event.seconds)
    end = max([plan.end_seconds, *(e.seconds + e.arguments.get("lasts_seconds", 0.0) for e in events)])
    return replace(plan, relays=[*plan.relays, relay], events=events, end_seconds=end)


def _relay(chance: Chance, plan: Plan) -> RelayPlan:
    table = chance.choice(plan.tables)
    drawn = options_of(chance, table, Theme.NONE) if chance.maybe(0.5) else {}
    options = {name: value for name, value in drawn.items() if name not in _OF_HTTP}
    return RelayPlan(NAME, table, {**options, "on_newer": chance.choice(ON_NEWER)}, _RECOVERY)


def _events(chance: Chance, plan: Plan, relay: RelayPlan) -> Iterator[Event]:
    moments = [event.seconds for event in plan.events]

    def moment() -> float:
        apart = chance.choice((-200.0, 1.0, 20.0, 150.0, 600.0)) * chance.random()
        return max(1.0, round(chance.choice(moments) + apart, 1))

    for _ in range(chance.choice((1, 2, 3))):
        yield from _writes(chance, relay, moment())
    kinds = chance.some(WEATHERS, 2)
    for _ in range(chance.choice((0, 1, 1, 2))):
        told: dict[str, Any] = {"relay": relay.name, "kind": chance.choice(kinds)}
        told["lasts_seconds"] = chance.choice((20.0, 2 * MINUTE, 20 * MINUTE))
        if told["kind"] in {"429", "503"}:
            told["retry_after"] = chance.choice(RETRY_AFTERS)
        yield Event(moment(), "weather", told)
    for verb in chance.choices((_crash, _crash, _fault, _hub), k=chance.choice((0, 1, 1, 2, 3))):
        yield from verb(chance, moment())
    for _ in range(chance.choice((0, 1, 2))):
        yield Event(moment(), "start_by_hand", {"relay": relay.name, "number": chance.randrange(8)})
    for number in range(chance.choice((0, 2, 6))):
        yield Event(moment(), "post_event", {"number": 100 * number + chance.randrange(100)})
    for _ in range(chance.choice((0, 0, 1, 3))):
        asks = chance.choice(("stop", "stop", "resume"))
        yield Event(moment(), "operate_execution", {"asks": asks, "number": chance.randrange(100)})


def _writes(chance: Chance, relay: RelayPlan, at: float) -> Iterator[Event]:
    """Yield writes to one or two rows, each soon after the one before: newer versions while a workflow runs."""
    rows, apart = chance.some(NUMBERS[:38], 2), chance.choice((2.0, 8.0, 30.0, 200.0))
    for n in range(chance.choice((2, 4, 6))):
        values: Mapping[str, Any] = {"Total": 50 + n, "Region": "SE", "Note": None, "Status": f"at {n}"}
        told = {"table": relay.table.name, "key": chance.choice(rows), "values": values}
        yield Event(round(at + n * apart, 1), "set", told)


def _crash(chance: Chance, at: float) -> Iterator[Event]:
    for n in range(chance.choice((1, 1, 3))):
        told: dict[str, Any] = {"at": chance.choice(CRASH_POINTS), "times": chance.choice((1, 2, 5, 12))}
        if verb_kills := chance.maybe(0.5):
            told["down_seconds"] = chance.choice((1.0, 30.0, 400.0))
        yield Event(round(at + 100.0 * n, 1), "kill" if verb_kills else "crash_worker", told)


def _fault(chance: Chance, at: float) -> Iterator[Event]:
    errors: Sequence[tuple[int, str]] = [each for each in ERRORS if each[1] != "login"]
    number, moment = chance.choice(errors)
    told = {"number": number, "moment": moment, "text": chance.choice(_FAILING), "skip": chance.choice((0, 1, 5))}
    yield Event(
        at, "sql_fails", {**told, "times": chance.choice((1, 9, 1000)), "lasts_seconds": chance.choice((60.0, HOUR))}
    )


def _hub(chance: Chance, at: float) -> Iterator[Event]:
    del chance
    yield Event(at, "lose_hub")
