"""What goes wrong with the database: it is away, answers with errors, forgets, is altered, has another time."""

from collections.abc import Callable, Iterator, Mapping, Sequence

from tests.simulation.alterations import WIDER
from tests.simulation.generating.chance import Chance
from tests.simulation.generating.configuration import HOUR, MINUTE
from tests.simulation.plan import Event, RelayPlan

# Number and moment; see mssql_standin.faults. 0: the connection breaks.
ERRORS = ((1205, "during"), (40613, "after"), (40501, "before"), (0, "login"), (0, "during"), (0, "after"))


class DatabaseTroubles:
    """`verbs` yield what happens between two moments, by name."""

    def __init__(self, chance: Chance, relays: Sequence[RelayPlan]) -> None:
        self._chance = chance
        self._tables = sorted({relay.table.name for relay in relays})
        self.verbs: Mapping[str, Callable[[float, float], Iterator[Event]]] = {
            "away": self._away,
            "fails": self._fails,
            "sessions": self._sessions,
            "lock": self._lock,
            "truncate": self._truncate,
            "untrack": self._untrack,
            "forget": self._forget,
            "alter": self._alter,
            "time": self._time,
        }

    def _away(self, start: float, end: float) -> Iterator[Event]:
        lasts = self._chance.choice((2.0, MINUTE, HOUR))
        yield Event(self._chance.moment(start, end), "database_away", {"lasts_seconds": lasts})

    def _fails(self, start: float, end: float) -> Iterator[Event]:
        chance = self._chance
        for number, moment in chance.some(ERRORS, 3):
            at, lasts = chance.moment(start, end), chance.choice((30.0, 300.0))
            told = {"number": number, "moment": moment, "lasts_seconds": lasts}
            yield Event(
                at, "sql_fails", {**told, "skip": chance.choice((0, 1, 5, 20)), "times": chance.choice((1, 3, 9))}
            )
            if moment == "login":  # whoever has a connection needs no other
                yield Event(round(at + chance.choice((0.1, 20.0)), 1), "kill_sessions")

    def _sessions(self, start: float, end: float) -> Iterator[Event]:
        for _ in range(self._chance.choice((1, 3))):
            yield Event(self._chance.moment(start, end), "kill_sessions")

    def _lock(self, start: float, end: float) -> Iterator[Event]:
        """Yield times in which others have the triggers' lock, one soon after the other; some while a recovery has much to do."""
        chance = self._chance
        begins = (chance.moment(start, end), end - 30.0, end, end + 10.0, end + 40.0)
        at, lasts = chance.choice(begins), chance.choice((8.0, 25.0, 90.0, 300.0))
        for _ in range(chance.choice((1, 3, 12)) if lasts < 300 else 5):
            yield Event(round(at, 1), "hold_trigger_lock", {"lasts_seconds": lasts})
            at += lasts + chance.choice((2.0, 20.0))

    def _truncate(self, start: float, end: float) -> Iterator[Event]:
        for _ in range(self._chance.choice((1, 1, 2))):
            yield Event(self._chance.moment(start, end), "truncate", {"table": self._chance.choice(self._tables)})

    def _untrack(self, start: float, end: float) -> Iterator[Event]:
        told = {"table": self._chance.choice(self._tables), "lasts_seconds": self._chance.choice((5.0, 2 * MINUTE))}
        yield Event(self._chance.moment(start, end), "untrack", told)

    def _forget(self, start: float, end: float) -> Iterator[Event]:
        lasts = self._chance.choice((HOUR, 3 * HOUR))
        minutes = self._chance.choice((10, 60))
        yield Event(self._chance.moment(start, end), "forget_after", {"minutes": minutes, "lasts_seconds": lasts})

    def _alter(self, start: float, end: float) -> Iterator[Event]:
        chance, at = self._chance, self._chance.moment(start, end)
        table, column = chance.choice(self._tables), chance.choice(sorted(WIDER))
        match chance.choice(("add", "widen", "rename")):
            case "add":
                yield Event(at, "add_column", {"table": table})
            case "widen":
                yield Event(at, "widen_column", {"table": table, "column": column})
            case "rename":
                told = {"table": table, "column": column, "lasts_seconds": chance.choice((20.0, 10 * MINUTE))}
                yield Event(at, "rename_column", told)

    def _time(self, start: float, end: float) -> Iterator[Event]:
        ahead = self._chance.choice((-HOUR, -300.0, -5.0, 90.0, 4 * HOUR))
        yield Event(self._chance.moment(start, end), "database_clock_jumps", {"ahead_seconds": ahead})
