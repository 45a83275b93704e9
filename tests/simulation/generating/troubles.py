"""What goes wrong, and what people do about it: everything in an episode, which has a beginning and an end."""

from collections.abc import Callable, Iterator, Sequence
from typing import Any

from tests.simulation.generating.chance import Chance
from tests.simulation.generating.configuration import DAY, HOUR, MINUTE, steady_seconds
from tests.simulation.generating.database import DatabaseTroubles
from tests.simulation.generating.theme import Theme
from tests.simulation.plan import Event, RelayPlan

LONGEST_SECONDS = 12 * DAY  # below the 14 days for which change tracking remembers
MOST_ROUNDS = 30  # of a recovery in an outage: more cost time and show nothing else
CRASH_POINTS = (
    "app sql before", "app sql after", "app request before", "app request after", "storage there", "storage back", "sql before",
    "sql after", "call begun", "call ended",
)  # fmt: skip
# Where a release dies that is broken: again and again, until somebody mends it.
LOOP_POINTS = (
    "app sql before",
    "app sql after",
    "app request before",
    "app request after",
    "call begun",
    "call begun: relay_",
)
# How an endpoint answers while it is not well; see endpoint.py.
SLOW = ("hang", "drip", "unreachable")
WEATHERS = (
    "500", "503", "502 garbage", "404", "401", "301", "400", "422", "429", "408", "hang", "refused", "unreachable", "garbage", "early",
    "cut", "drip", "flaky", "limit", "taken and lost", "endless head",
)  # fmt: skip
ASKING = ("429", "503", "500", "408", "limit", "404", "301")
RETRY_AFTERS = ("0", "1", "20", "300", "7200", "1000000", "-5", "soon", "Fri, 02 Jan 2026 00:00:00 GMT")
SOON = frozenset(
    {"0", "1", "20"}
)  # who asks for so little is asked three times a minute, which for hours shows nothing else
VERBS_OF_OPERATORS = (
    "retry-now", "give-up", "close-breaker", "backfill", "backfill-some", "pause", "resume", "cancel", "replay", "discard",
)  # fmt: skip


class Troubles:
    """The troubles of a seed: of each kind few, which come again."""

    def __init__(self, chance: Chance, relays: Sequence[RelayPlan], theme: Theme) -> None:
        self._chance = chance
        self._relays = relays
        self._theme = theme
        is_slow = theme in {Theme.SLOW, Theme.PAUSES, Theme.CROWD}
        self._kinds = list(chance.some(SLOW, 2) if is_slow else chance.some(WEATHERS, 2))
        self._asks = chance.some(RETRY_AFTERS, 2) if chance.maybe(0.5) else ()
        if theme is Theme.PAUSES:
            self._asks = ("1", "20", "300")
        if self._asks and not is_slow:
            self._kinds += chance.some(ASKING, 1)
        self._points = chance.some(CRASH_POINTS, 2)
        self._calm = (
            0.7 if theme is Theme.SICK else 0.2 if chance.maybe(0.3) else 0.0
        )  # the share of episodes in which nothing is wrong
        self._times = chance.choice((1, 3, 20, 60))  # a crash comes at one of the next so many moments
        self._of_database = DatabaseTroubles(chance, relays)
        self._database = chance.some(self._of_database.verbs, 2)
        self._operators = chance.some(VERBS_OF_OPERATORS, 3)
        always: Sequence[str] = ()
        match theme:
            case Theme.SLOW:
                always = ("stop",)
            case Theme.FORGETTING:
                always, self._database = ("database",), ["truncate", *self._database[:1]]
            case Theme.CROWD:
                always, self._database = ("database",), ["lock"]
            case Theme.BACKFILLS:
                always, self._operators = ("operators",), ["backfill-some", *self._operators[:1]]
        verbs = {
            "crashes": self._crashes,
            "loop": self._loop,
            "stop": self._stop,
            "bar": self._bar,
            "clock": self._clock,
            "hub": self._hub,
            "database": self._database_suffers,
            "storage": self._storage,
            "operators": self._people_act,
            "channel": self._channel,
        }  # beside an endpoint's weather
        weighed = [*verbs, "crashes", "loop", "stop", "database", "database", "operators", "operators"]
        self._verbs: Sequence[Callable[[float, float], Iterator[Event]]] = [
            verbs[name]
            for name in dict.fromkeys(
                [*always, *chance.choices(weighed, k=0 if theme is Theme.CROWD else chance.choice((0, 1, 1, 2, 3)))]
            )
        ]

    def length(self) -> float:
        """Draw how long an episode lasts: some moments, some intervals of a recovery, or around its window's end."""
        chance, relay = self._chance, self._chance.choice(self._relays)
        if self._theme is Theme.SLOW:
            return round(chance.uniform(0.6, 2.0) * chance.choice((8 * HOUR, DAY)), 1)
        if self._theme is Theme.CROWD:  # long enough for the trigger's attempts to run out
            return round(chance.uniform(0.6, 2.0) * chance.choice((10 * MINUTE, 30 * MINUTE)), 1)
        window, most = relay.recovery["window_hours"] * HOUR, MOST_ROUNDS * min(map(steady_seconds, self._relays))
        lengths = (
            10.0,
            MINUTE,
            10 * MINUTE,
            HOUR,
            relay.max_interval_seconds,
            window,
            window,
            8 * HOUR,
            2 * DAY,
            8 * DAY,
        )
        possible = sorted(each for each in lengths if each <= most)
        return round(
            chance.uniform(0.6, 2.0) * chance.choice(possible[-3:] if self._theme is Theme.PAUSES else possible),
            1,
        )

    def episode(self, start: float, end: float) -> Iterator[Event]:
        """Yield what goes wrong between two moments."""
        if self._chance.maybe(self._calm):
            return
        for relay in self._relays:
            if self._theme in {Theme.SLOW, Theme.CROWD} or self._chance.maybe(0.85):
                yield from self._weather(relay, start, end)
        for verb in self._verbs:
            if self._chance.maybe(0.8):
                yield from verb(start, end)

    # --- of endpoints -----------------------------------------------------------------------------------------

    def _weather(self, relay: RelayPlan, start: float, end: float) -> Iterator[Event]:
        """An endpoint is unwell, and sometimes in another way before that is over."""
        chance, at = self._chance, start
        if self._theme is Theme.PAUSES:
            lasts = min(chance.choice((MINUTE, 10 * MINUTE)), 0.3 * (end - start))
            asking = {
                "relay": relay.name,
                "kind": chance.choice(("429", "503")),
                "retry_after": chance.choice(self._asks),
            }
            yield Event(start, "weather", {**asking, "lasts_seconds": round(lasts, 1)})
            at = round(start + lasts, 1)
        while at < end:
            kind = chance.choice(self._kinds)
            told: dict[str, Any] = {"relay": relay.name, "kind": kind, "lasts_seconds": round(end - at, 1)}
            if kind in ASKING and self._asks and chance.maybe(0.8):
                told["retry_after"] = chance.choice(self._asks)
            if told.get("retry_after") in SOON or kind == "limit":
                told["lasts_seconds"] = min(told["lasts_seconds"], 20 * MINUTE)
            if chance.maybe(0.05):
                told["kind"] = "conflict"
            yield Event(at, "weather", told)
            at = end if self._theme is Theme.SLOW or chance.maybe(0.6) else chance.moment(at, end) + 1.0

    def _channel(self, start: float, end: float) -> Iterator[Event]:
        kind = self._chance.choice(("500", "refused", "hang", "429"))
        yield Event(start, "weather", {"relay": "people", "kind": kind, "lasts_seconds": round(end - start, 1)})

    # --- of the app -------------------------------------------------------------------------------------------

    def _crashes(self, start: float, end: float) -> Iterator[Event]:
        chance = self._chance
        for _ in range(chance.choice((1, 2, 4))):
            verb = chance.choice(("kill", "crash_worker"))
            told: dict[str, Any] = {"at": chance.choice(self._points), "times": chance.randint(1, self._times)}
            if verb == "kill":
                told["down_seconds"] = chance.choice((1.0, 30.0, 600.0))
            yield Event(chance.moment(start, end), verb, told)

    def _loop(self, start: float, end: float) -> Iterator[Event]:
        lasts = self._chance.choice((3 * MINUTE, 10 * MINUTE, 20 * MINUTE))
        at = self._chance.choice((start, self._chance.moment(start, end)))
        yield Event(at, "crash_loop", {"at": self._chance.choice(LOOP_POINTS), "lasts_seconds": lasts})

    def _stop(self, start: float, end: float) -> Iterator[Event]:
        """Yield a stop: for some time, or within an episode that goes on for long when it is over."""
        chance, lasts = self._chance, end - start
        if chance.maybe(0.5):
            told = {"lasts_seconds": round(lasts * chance.uniform(0.1, 0.4), 1)}
            yield Event(round(start + lasts * chance.uniform(0.1, 0.3), 1), "stop", told)
            return
        longest = min(LONGEST_SECONDS, chance.choice((10 * MINUTE, HOUR, 2 * self.length(), lasts)))
        told = {"lasts_seconds": round(longest * chance.uniform(0.3, 1.0), 1)}
        yield Event(chance.moment(start, end), "stop", told)

    def _bar(self, start: float, end: float) -> Iterator[Event]:
        at = self._chance.choice((0.0, self._chance.moment(start, end)))
        yield Event(at, "bar_triggers", {"lasts_seconds": self._chance.choice((20 * MINUTE, 4 * HOUR, 4 * HOUR))})

    def _clock(self, start: float, end: float) -> Iterator[Event]:
        chance = self._chance
        ahead = chance.choice((-3600.0, -90.0, -5.0, 5.0, 90.0, 3600.0))
        yield Event(
            chance.moment(start, end), "clock_jumps", {"host": chance.choice((0, 0, 1)), "ahead_seconds": ahead}
        )

    def _hub(self, start: float, end: float) -> Iterator[Event]:
        yield Event(self._chance.moment(start, end), "lose_hub")

    def _database_suffers(self, start: float, end: float) -> Iterator[Event]:
        for verb in self._database:
            yield from self._of_database.verbs[verb](start, end)

    def _storage(self, start: float, end: float) -> Iterator[Event]:
        yield Event(
            self._chance.moment(start, end), "storage_away", {"lasts_seconds": self._chance.choice((20.0, 300.0))}
        )

    # --- of people --------------------------------------------------------------------------------------------

    def _people_act(self, start: float, end: float) -> Iterator[Event]:
        chance = self._chance
        for _ in range(chance.choice((1, 2, 4))):
            relay = chance.choice(self._relays)
            at = chance.choice((chance.moment(start, end), chance.moment(start, end), end + chance.uniform(1.0, 600.0)))
            asks = chance.choice(self._operators)
            yield Event(round(at, 1), "operator", {"relay": relay.name, "asks": asks})
            if asks.startswith("backfill") and chance.maybe(0.6):  # which ends soon, unless something is wrong
                for then in chance.some(("pause", "resume", "cancel"), 3):
                    at += chance.choice((0.2, 5.0, 60.0)) * chance.random()
                    yield Event(round(at, 1), "operator", {"relay": relay.name, "asks": then})
