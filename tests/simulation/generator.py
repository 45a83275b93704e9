"""From a seed to a plan: one generator, without settings."""

import random
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from tests.simulation.plan import Event, Plan, RelayPlan
from tests.simulation.tables import COLUMNS, KEY_KINDS, NUMBERS, Table

MINUTE, HOUR, DAY = 60.0, 3600.0, 86_400.0
LONGEST_SECONDS = 12 * DAY  # below the 14 days for which change tracking remembers
CRASH_POINTS = (
    "app sql before", "app sql after", "app request before", "app request after", "storage there", "storage back", "sql before",
    "sql after", "call begun", "call ended",
)  # fmt: skip
# How an endpoint answers while it is not well; see endpoint.py.
WEATHERS = (
    "500", "503", "502 garbage", "404", "401", "301", "400", "422", "429", "408", "hang", "refused", "unreachable", "garbage", "early",
    "cut", "drip", "flaky", "limit", "taken and lost", "endless head",
)  # fmt: skip
RETRY_AFTERS = ("0", "1", "20", "300", "7200", "1000000", "-5", "soon", "Fri, 02 Jan 2026 00:00:00 GMT")
VERBS_OF_OPERATORS = (
    "retry-now",
    "give-up",
    "close-breaker",
    "backfill",
    "backfill-some",
    "pause",
    "resume",
    "cancel",
    "replay",
    "discard",
)


def plan_of(seed: int) -> Plan:
    """Return the plan of a seed."""
    return _Generator(random.Random(f"plan {seed}")).plan(seed)


class _Generator:
    def __init__(self, chance: random.Random) -> None:
        self._chance = chance

    def plan(self, seed: int) -> Plan:
        chance = self._chance
        tables = [
            Table(name, chance.choice(list(KEY_KINDS))) for name in ("Orders", "Parcels")[: chance.choice((1, 1, 2))]
        ]
        length = chance.choice((10 * MINUTE, 10 * MINUTE, HOUR, HOUR, HOUR, 6 * HOUR, 6 * HOUR, DAY, 3 * DAY))
        relays = [self._relay(f"r{n}", chance.choice(tables), length) for n in range(chance.choice((1, 1, 1, 2, 3)))]
        if any(table not in [relay.table for relay in relays] for table in tables):
            tables = list(dict.fromkeys(relay.table for relay in relays))
        events: list[Event] = []
        for relay in relays:
            events += self._weathers(relay, length)
        events += self._people(length)
        events += self._crashes(length)
        events += self._writes(tables, length, [event.seconds for event in events])
        events += self._operators(relays, length)
        end = max([length, *(e.seconds + e.arguments.get("lasts_seconds", 0.0) for e in events)])
        return Plan(seed, relays, chance.choice((1, 1, 2, 3)), sorted(events, key=lambda e: e.seconds), end)

    def _maybe(self, share: float) -> bool:
        return self._chance.random() < share

    def _moment(self, length: float) -> float:
        return round(self._chance.uniform(5.0, length), 1)

    # --- configuration ---------------------------------------------------------------------------------------

    def _relay(self, name: str, table: Table, length: float) -> RelayPlan:
        chance, options = self._chance, dict[str, Any]()
        if self._maybe(0.35):
            options["watch"] = sorted(chance.sample(COLUMNS, chance.choice((1, 2))))
        if self._maybe(0.25):
            options["ignore_contexts"] = ["shop"]
        if self._maybe(0.45):
            options["condition"] = chance.choice((
                [{"column": "Region", "in": ["SE", "NO"]}],
                [{"column": "Region", "not_equals": "XX"}],
                [{"column": "Total", "at_least": 50}],
                [{"column": "Note", "is_null": True}],
                [{"column": "Region", "equals": "SE"}, {"column": "Total", "at_most": 90}],
            ))  # fmt: skip
        if self._maybe(0.4):
            options["mode"] = "batch"
        if self._maybe(0.3):
            options["send"] = [*table.keys.columns, *sorted(chance.sample(COLUMNS, 3))]
        if self._maybe(0.3) and "Secret" in options.get("send", COLUMNS):
            options["mask"] = {"Secret": chance.choice(("redact", "last4", "sha256"))}
        if self._maybe(0.3):
            options["breaker_seconds"] = chance.choice((0, 10, 600))
        if self._maybe(0.2):
            options["delivered_statuses"] = chance.choice(([409], [404, 410]))
        if self._maybe(0.2):
            is_free = 404 not in options.get("delivered_statuses", ())  # a status means one thing
            options["rejecting_statuses"] = chance.choice(([400, 422], [422, 404] if is_free else [422]))
        if self._maybe(0.2):
            options["epoch"] = chance.randrange(1, 9)
        if self._maybe(0.3):
            options["read_timeout_seconds"] = chance.choice((1, 10))
        if self._maybe(0.2):
            options["batch_deadline_seconds"] = chance.choice((2, 30))
        if self._maybe(0.2):
            options["max_concurrency"] = chance.choice((1, 2))
        # No more than some dozens of rounds a story: more cost time and show nothing else.
        first = chance.choice([each for each in (20, 60, 60, 300) if each * 1000 >= length])
        recovery = {
            "first_interval_seconds": first,
            "coefficient": chance.choice((1, 2, 2, 5) if first * 60 >= length else (2, 5)),
            "max_interval_seconds": chance.choice([each for each in (300, 1800, 7200, 43_200) if each * 60 >= length]),
            "window_hours": chance.choice((0.25, 2, 24, 168, 168)),
            "notify_after_rounds": chance.choice((1, 3, 10)),
            "dead_letters_every_minutes": chance.choice((0, 60, 600)),
        }
        return RelayPlan(name, table, options, recovery)

    # --- writers ---------------------------------------------------------------------------------------------

    def _writes(self, tables: Sequence[Table], length: float, troubles: Sequence[float]) -> Iterator[Event]:
        """Most happen soon after the beginning of some trouble, and to few rows."""
        chance = self._chance
        for _ in range(chance.choice((8, 15, 25, 40))):
            table = chance.choice(tables)
            at, key = self._moment(length), chance.choice((*NUMBERS[:3], chance.choice(NUMBERS)))
            if troubles and self._maybe(0.6):
                at = round(chance.choice(troubles) + chance.choice((1.0, 20.0, 150.0, 1200.0)) * chance.random(), 1)
            match chance.choice(("set",) * 6 + ("delete",) * 2 + ("rekey", "burst", "many", "long")):
                case "set":
                    yield Event(at, "set", {"table": table.name, "key": key, **self._values(), **self._mark()})
                case "delete":
                    yield Event(at, "delete", {"table": table.name, "key": key, **self._mark()})
                case "rekey":
                    yield Event(at, "rekey", {"table": table.name, "key": key, "to": chance.choice(NUMBERS)})
                case "burst":
                    for n in range(chance.randrange(3, 9)):
                        yield Event(
                            at + n * chance.choice((0.0, 0.4, 3.0)),
                            "set",
                            {"table": table.name, "key": key, **self._values()},
                        )
                case "many":
                    keys = sorted(chance.sample(NUMBERS, chance.randrange(5, 20)))
                    yield Event(at, "set_many", {"table": table.name, "keys": keys, **self._values()})
                case "long":
                    lasts = chance.choice((2.0, 20.0, 90.0))  # the database has one writer at a time
                    yield Event(
                        at, "set_slowly", {"table": table.name, "key": key, "lasts_seconds": lasts, **self._values()}
                    )

    def _values(self) -> Mapping[str, Any]:
        chance = self._chance
        makers: dict[str, Callable[[], Any]] = {
            "Status": lambda: chance.choice(
                ("new", "paid", "sent", "gone", None, *(("poison", "sick") if self._maybe(0.3) else ()))
            ),
            "Region": lambda: chance.choice(("SE", "NO", "XX", "DE")),
            "Total": lambda: chance.choice((0, 49, 50, 90, 91, 1000)),
            "Note": lambda: chance.choice((None, None, "seen", "é𝄞")),
            "Secret": lambda: f"secret-{chance.randrange(1000)}",
        }
        columns = chance.sample(COLUMNS, chance.choice((1, 1, 2, 5)))
        return {"values": {column: makers[column]() for column in sorted(columns)}}

    def _mark(self) -> Mapping[str, Any]:
        return {"mark": self._chance.choice(("shop", "else"))} if self._maybe(0.2) else {}

    # --- trouble ---------------------------------------------------------------------------------------------

    def _lasts(self, length: float) -> float:
        longest = min(self._chance.choice((MINUTE, 10 * MINUTE, HOUR, 8 * HOUR, 2 * DAY, 8 * DAY)), length * 4)
        return round(self._chance.uniform(1.0, longest), 1)

    def _weathers(self, relay: RelayPlan, length: float) -> Iterator[Event]:
        chance = self._chance
        for _ in range(chance.choice((0, 1, 1, 2, 4))):
            kind = chance.choice(WEATHERS)
            told: dict[str, Any] = {"relay": relay.name, "kind": kind, "lasts_seconds": self._lasts(length)}
            if kind in {"500", "503", "429", "408", "limit", "404", "301"} and self._maybe(0.5):
                told["retry_after"] = chance.choice(RETRY_AFTERS)
            yield Event(self._moment(length), "weather", told)
        if self._maybe(0.1):
            yield Event(
                self._moment(length),
                "weather",
                {"relay": relay.name, "kind": "conflict", "lasts_seconds": self._lasts(length)},
            )

    def _people(self, length: float) -> Iterator[Event]:
        if self._maybe(0.2):
            kind = self._chance.choice(("500", "refused", "hang", "429"))
            yield Event(
                self._moment(length), "weather", {"relay": "people", "kind": kind, "lasts_seconds": self._lasts(length)}
            )

    def _crashes(self, length: float) -> Iterator[Event]:
        chance = self._chance
        for _ in range(chance.choice((0, 0, 1, 2, 5, 10))):
            verb = chance.choice(("kill", "kill", "crash_worker"))
            told: dict[str, Any] = {
                "at": chance.choice(CRASH_POINTS),
                "times": chance.choice((1, 2, 5, chance.randrange(1, 60))),
            }
            if verb == "kill":
                told["down_seconds"] = chance.choice((1.0, 30.0, 600.0))
            yield Event(self._moment(length), verb, told)
        if self._maybe(0.15):
            yield Event(self._moment(length), "stop", {"lasts_seconds": min(self._lasts(length), LONGEST_SECONDS)})
        if self._maybe(0.15):
            ahead = chance.choice((-3600.0, -90.0, -5.0, 5.0, 90.0, 3600.0))
            yield Event(self._moment(length), "clock_jumps", {"host": chance.choice((0, 0, 1)), "ahead_seconds": ahead})
        if self._maybe(0.1):
            yield Event(self._moment(length), "lose_hub", {})
        if self._maybe(0.2):
            yield Event(
                self._moment(length), "database_away", {"lasts_seconds": self._chance.choice((2.0, 60.0, HOUR))}
            )
        if self._maybe(0.1):
            yield Event(self._moment(length), "storage_away", {"lasts_seconds": self._chance.choice((20.0, 300.0))})

    def _operators(self, relays: Sequence[RelayPlan], length: float) -> Iterator[Event]:
        chance = self._chance
        for _ in range(chance.choice((0, 0, 1, 3, 6))):
            yield Event(
                self._moment(length * 2),
                "operator",
                {"relay": chance.choice(relays).name, "asks": chance.choice(VERBS_OF_OPERATORS)},
            )
