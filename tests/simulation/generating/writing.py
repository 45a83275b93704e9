"""What people and programs write, and when: to few rows, again and again, most of it while something is wrong."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from tests.simulation.generating.chance import Chance
from tests.simulation.generating.theme import Theme
from tests.simulation.plan import Event, RelayPlan
from tests.simulation.tables import COLUMNS, NUMBERS

VERBS = ("set", "delete", "rekey", "burst", "many", "long", "steady")


class Writers:
    """The writers of a seed, with the verbs, rows and columns that they use."""

    def __init__(self, chance: Chance, relays: Sequence[RelayPlan], theme: Theme) -> None:
        self._chance = chance
        self._tables = list(dict.fromkeys(relay.table.name for relay in relays))
        self._verbs = ["set"] * chance.choice((1, 3)) + list(chance.some(VERBS, 3))
        self._rows = chance.some(NUMBERS[:38], 4)
        self._others = chance.choice((0.0, 0.0, 0.2, 0.6))  # the share of writes to other rows
        self._statuses = ["new", "paid", "sent", "gone", None] + ["poison", "sick", "sick"] * chance.maybe(
            1.0 if theme is Theme.SICK else 0.3
        )
        filters = {
            test["column"] for relay in relays for test in relay.options.get("condition", ())
        } | {column for relay in relays for column in relay.options.get("watch", ())}  # fmt: skip
        self._columns = [*chance.some(COLUMNS, 3), *sorted(filters) * 2]
        self._marks = ["", "", *(["shop", "else"] * chance.maybe(0.3))]
        self._marks += ["shop"] * any("ignore_contexts" in relay.options for relay in relays)

    def writes(self, start: float, end: float, count: int, close_to: Sequence[float] = ()) -> Iterator[Event]:
        """Yield writes between two moments, half of them close to one of these: soon after it, or just before."""
        chance = self._chance
        for _ in range(count):
            at = chance.moment(start, end)
            if close_to and chance.maybe(0.5):
                apart = chance.choice((-200.0, -20.0, 1.0, 20.0, 150.0, 1200.0)) * chance.random()
                at = max(1.0, round(chance.choice(close_to) + apart, 1))
            verb = chance.choice(self._verbs)
            yield from getattr(self, "_" + verb)(at)
            if verb == "steady":
                self._verbs = [each for each in self._verbs if each != verb] or ["set"]  # once shows all that it can

    # --- verbs: each yields its events ------------------------------------------------------------------------

    def _set(self, at: float) -> Iterator[Event]:
        yield Event(at, "set", {**self._row(), **self._values(), **self._mark()})

    def _delete(self, at: float) -> Iterator[Event]:
        yield Event(at, "delete", {**self._row(), **self._mark()})
        if self._chance.maybe(0.4):
            yield Event(self._chance.moment(at, at + 200.0), "set", {**self._row(), **self._values()})

    def _rekey(self, at: float) -> Iterator[Event]:
        yield Event(at, "rekey", {**self._row(), "to": self._number()})

    def _burst(self, at: float) -> Iterator[Event]:
        row, apart, one = self._row(), self._chance.choice((0.0, 0.2, 3.0, 70.0)), self._chance.maybe(0.5)
        for n in range(self._chance.randrange(2, 6)):
            yield Event(round(at + n * apart, 1), "set", {**(row if one else self._row()), **self._values()})

    def _steady(self, at: float) -> Iterator[Event]:
        apart = self._chance.choice((5.0, 20.0, 70.0, 200.0))
        for n in range(self._chance.choice((6, 12, 30))):
            yield Event(round(at + n * apart, 1), "set", {**self._row(), **self._values()})

    def _many(self, at: float) -> Iterator[Event]:
        keys = sorted(self._chance.sample(NUMBERS, self._chance.randrange(5, 16)))
        yield Event(at, "set_many", {"table": self._chance.choice(self._tables), "keys": keys, **self._values()})

    def _long(self, at: float) -> Iterator[Event]:
        lasts = self._chance.choice((2.0, 20.0, 90.0))  # the database has one writer at a time
        yield Event(at, "set_slowly", {**self._row(), "lasts_seconds": lasts, **self._values()})

    # --- what is written --------------------------------------------------------------------------------------

    def _row(self) -> Mapping[str, Any]:
        return {"table": self._chance.choice(self._tables), "key": self._number()}

    def _number(self) -> int:
        return (
            self._chance.choice(NUMBERS[:39]) if self._chance.maybe(self._others) else self._chance.choice(self._rows)
        )

    def _values(self) -> Mapping[str, Any]:
        chance = self._chance
        makers: dict[str, Callable[[], Any]] = {
            "Status": lambda: chance.choice(self._statuses),
            "Region": lambda: chance.choice(("SE", "se", "NO", "XX", "DE")),
            "Total": lambda: chance.choice((0, 49, 50, 90, 91, 1000)),
            "Note": lambda: chance.choice((None, None, "seen", "é𝄞")),
            "Secret": lambda: f"secret-{chance.randrange(1000)}",
        }
        columns = {chance.choice(self._columns) for _ in range(chance.choice((1, 1, 2, 5)))}
        return {"values": {column: makers[column]() for column in sorted(columns)}}

    def _mark(self) -> Mapping[str, Any]:
        mark = self._chance.choice(self._marks)
        return {"mark": mark} if mark else {}
