"""Adds an aggregate to one seed in six, with rows that move, come and go; its draws are its own."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

from tests.simulation.generating.chance import Chance
from tests.simulation.generating.configuration import HOUR, MINUTE
from tests.simulation.generating.database import ERRORS
from tests.simulation.generating.troubles import RETRY_AFTERS
from tests.simulation.plan import AggregatePlan, Event, Plan
from tests.simulation.tables import NUMBERS, Table

SHARE = 1 / 6
NAME = "sales"
MEASURES = (
    "count",
    "count:Note",
    "sum:Total",
    "min:Total",
    "max:Total",
    "avg:Total",
    "distinct:Region",
    "distinct:Status",
)
# Which a row meets that was just inserted, or that much is written to.
CONDITIONS: Sequence[Sequence[Mapping[str, Any]]] = (
    [{"column": "Region", "in": ["SE", "NO"]}],
    [{"column": "Status", "not_equals": "new"}],
    [{"column": "Total", "at_least": 1}],
    [{"column": "Note", "is_null": True}],
)
WEATHERS = ("500", "503", "422", "429", "hang", "taken and lost", "flaky", "unreachable")
CRASH_POINTS = (
    "call begun: aggregate", "call ended: aggregate", "call begun: relay_sales", "call ended: relay_sales",
    "app sql after: Makes dirty", "app sql after: Computes those", "app sql after: Writes results", "app sql after: What is next",
)  # fmt: skip
_FAILING = ("[relay].[AggregateGroup]", "[relay].[AggregateResult]", "Computes those groups", "Writes results down")
_REGIONS = ("SE", "NO", "DE")
_FIRST_COMPUTED_SECONDS, _FIRST_LOOKS = 200.0, 4


def with_aggregates(plan: Plan) -> Plan:
    """Return the plan, in one case of six with an aggregate."""
    chance = Chance(f"aggregates {plan.seed}")
    if not chance.maybe(SHARE):
        return plan
    aggregate = _aggregate(chance, plan)
    events: Sequence[Event] = [*plan.events, *_events(chance, plan, aggregate)]
    if not aggregate.moves:
        events = [
            _unmoved(event) if event.arguments.get("table") == aggregate.table.name else event for event in events
        ]
        plan = replace(plan, goes_on=False)  # who goes on writes what he likes
    events = sorted(events, key=lambda event: event.seconds)
    end = max([plan.end_seconds, *(e.seconds + e.arguments.get("lasts_seconds", 0.0) for e in events)])
    return replace(plan, aggregates=[aggregate], events=events, end_seconds=end)


def _aggregate(chance: Chance, plan: Plan) -> AggregatePlan:
    table, moves = chance.choice(plan.tables), chance.maybe(0.75)
    measures = {"rows": "count", **{what.replace(":", "_"): what for what in chance.some(MEASURES, 4)}}
    options: dict[str, Any] = {"settle_seconds": chance.choice((0, 5, 60)), "moves": moves}
    if chance.maybe(0.4):
        options["condition"] = chance.choice(CONDITIONS)
    return AggregatePlan(NAME, table, _group_by(chance, table) if moves else ["Region"], measures, options)


def _group_by(chance: Chance, table: Table) -> Sequence[str]:
    of_key = {"pair": ["Country"], "three": ["B"]}.get(table.kind, ["Region"])
    return chance.choice((["Region"], ["Status"], ["Status", "Region"], of_key))


def _unmoved(event: Event) -> Event:
    """Return an event after which each row is where it was: the number of its key says in which group that is."""
    told = dict(event.arguments)
    if event.verb == "rekey":
        same_place = 3 * (told["to"] // 3) + told["key"] % 3
        told["to"] = same_place if same_place in NUMBERS else same_place - 3
    if event.verb == "set_many":
        told["keys"] = [key for key in told["keys"] if key % 3 == told["keys"][0] % 3]
    if "values" in told:
        number = told["keys"][0] if "keys" in told else told["key"]
        told["values"] = {**told["values"], "Region": _REGIONS[number % 3]}
    return replace(event, arguments=told)


def _events(chance: Chance, plan: Plan, aggregate: AggregatePlan) -> Iterator[Event]:
    # Before some looks of the watchdog nothing is computed, and all that is written comes to one result.
    computed_at = _FIRST_COMPUTED_SECONDS + _FIRST_LOOKS * plan.seconds_between_looks
    moments = [computed_at, *(event.seconds for event in plan.events if event.seconds > computed_at)]

    def moment() -> float:
        apart = chance.choice((1.0, 20.0, 150.0, 600.0)) * chance.random()
        return round(chance.choice(moments) + apart, 1)

    yield from _writes(chance, aggregate.table.name, chance.uniform(1.0, computed_at))
    for _ in range(chance.choice((1, 2, 3))):
        yield from _writes(chance, aggregate.table.name, moment())
    for _ in range(chance.choice((0, 1, 1, 2))):
        told: dict[str, Any] = {"relay": NAME, "kind": chance.choice(WEATHERS)}
        told["lasts_seconds"] = chance.choice((20.0, 2 * MINUTE, HOUR))
        if told["kind"] in {"429", "503"}:
            told["retry_after"] = chance.choice(RETRY_AFTERS)
        yield Event(moment(), "weather", told)
    troubles = (_crash, _crash, _fault, _gone)
    for trouble in chance.choices(troubles, k=chance.choice((0, 1, 1, 2, 3))):
        yield from trouble(chance, moment(), aggregate.table.name)
    if chance.maybe(0.3):
        yield Event(moment(), "recompute", {"aggregate": NAME})


def _writes(chance: Chance, table: str, at: float) -> Iterator[Event]:
    """Yield writes to a few rows that are there then, soon after each other: most move one, some delete it, or give it another key."""
    rows, apart = chance.sample(NUMBERS[:38], chance.choice((2, 3, 5))), chance.choice((0.2, 3.0, 30.0, 200.0))
    yield Event(round(at, 1), "set_many", {"table": table, "keys": sorted(rows), "values": _values(chance)})
    for n in range(1, chance.choice((3, 5, 8))):
        told: dict[str, Any] = {"table": table, "key": chance.choice(rows)}
        verb = chance.choice(("set", "set", "set", "set", "delete", "rekey"))
        if verb == "set":
            told["values"] = _values(chance)
        if verb == "rekey":
            told["to"] = chance.choice(NUMBERS[:38])
        yield Event(round(at + n * apart, 1), verb, told)


def _values(chance: Chance) -> Mapping[str, Any]:
    drawn: Mapping[str, Any] = {
        "Region": chance.choice(("SE", "se", "NO", "DE")),
        "Status": chance.choice(("new", "paid", None)),
        "Total": chance.choice((None, -7, 49, 50, 1000)),
        "Note": chance.choice((None, "seen")),
    }
    of_groups = {"Region", "Status"} if chance.maybe(0.7) else set()
    return {column: drawn[column] for column in sorted({*chance.some(drawn, 3), *of_groups})}


def _crash(chance: Chance, at: float, table: str) -> Iterator[Event]:
    del table
    told: dict[str, Any] = {"at": chance.choice(CRASH_POINTS), "times": chance.choice((1, 1, 2, 5))}
    if kills := chance.maybe(0.5):
        told["down_seconds"] = chance.choice((1.0, 30.0, 400.0))
    yield Event(at, "kill" if kills else "crash_worker", told)


def _fault(chance: Chance, at: float, table: str) -> Iterator[Event]:
    del table
    number, moment = chance.choice([each for each in ERRORS if each[1] != "login"])
    told = {"number": number, "moment": moment, "text": chance.choice(_FAILING), "skip": chance.choice((0, 1, 5))}
    yield Event(
        at, "sql_fails", {**told, "times": chance.choice((1, 9, 1000)), "lasts_seconds": chance.choice((MINUTE, HOUR))}
    )


def _gone(chance: Chance, at: float, table: str) -> Iterator[Event]:
    """Yield what nobody is told of: every row is gone at once, or the task hub."""
    if chance.maybe(0.5):
        yield Event(at, "lose_hub")
    else:
        yield Event(at, "truncate", {"table": table})
