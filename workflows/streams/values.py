"""A stream as configured: [[aggregate]] of workflows.toml with kind = "events", and the relays that carry what it comes to."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Annotated

from relay import exact_json
from relay.changes.conditions import Condition
from relay.config.values import RESULTS, Relay
from relay.delivery.results import COLUMNS
from relay.numbers import Between
from workflows.streams.names import late_relay

MOST_SPANS = 100  # that one event may be in, of hopping windows


class Function(StrEnum):
    """What is made of the values that events have under one name."""

    COUNT = "count"  # of the events; of a member: of those in which it is not null
    SUM = "sum"
    AVG = "avg"  # sum and count, for a quotient has no end
    MIN = "min"
    MAX = "max"
    DISTINCT = "distinct"  # how many different values, up to a bound
    FIRST = "first"  # by the events' time
    LAST = "last"
    TOP = "top"  # the greatest ones


@dataclass(frozen=True, slots=True)
class Measure:
    """One value of each group and window."""

    function: Function
    member: str = ""  # empty: the events themselves, which can only be counted
    most: int = 0  # of distinct and top: how many values are told apart, or told

    def __str__(self) -> str:
        """Return it as workflows.toml has it, such as top:amount:3."""
        parts = (self.function.value, self.member, str(self.most or ""))
        return ":".join(part for part in parts if part)


class Windows(StrEnum):
    """How the time of events is cut into windows."""

    TUMBLING = "tumbling"  # one after the other
    HOPPING = "hopping"  # they overlap: a new one begins at each hop
    SESSION = "session"  # as long as a group's events follow each other closely


@dataclass(frozen=True, slots=True, kw_only=True)
class Stream:
    """Events in groups and windows, what is measured of each, and where that goes."""

    name: str
    group_by: Sequence[str]
    measures: Mapping[str, Measure]
    results: Relay  # how results are delivered; whose rows they are, `relays` says
    window: Windows
    late_endpoint: str = ""  # what takes events that came too late for all their windows
    window_seconds: Annotated[float, Between(1, 2_678_400)] = (
        60.0  # how long one is; of a session the silence that ends it
    )
    hop_seconds: Annotated[float, Between(0, 2_678_400)] = 0.0  # from one hopping window's begin to the next one's
    lateness_seconds: Annotated[float, Between(0, 2_678_400)] = (
        60.0  # so long after its end a window takes events still
    )
    early_seconds: Annotated[float, Between(0, 86_400)] = (
        0.0  # a window that is open tells what it has so often; 0: never
    )
    close_count: Annotated[int, Between(0, 1_000_000_000)] = 0  # at so many events a window closes at once; 0: never
    settle_seconds: Annotated[float, Between(0, 3600)] = (
        5.0  # from a closed window's first late event on, others are awaited
    )
    shards: Annotated[int, Between(1, 64)] = 1  # workers among which the groups are divided
    max_waiting: Annotated[int, Between(1, 100_000_000)] = 100_000  # accepted and not applied: then no more are taken
    keep_days: Annotated[float, Between(1, 90)] = 7.0  # so long after the last one a window's result is kept

    @property
    def late_name(self) -> str:
        """Return the name of the relay of late events, empty if nobody wants them."""
        return late_relay(self.name) if self.late_endpoint else ""

    @property
    def size_ms(self) -> int:
        """Return how long a window is; of a session, the silence that ends it."""
        return round(self.window_seconds * 1000)

    @property
    def hop_ms(self) -> int:
        """Return how far the begins of two windows are apart."""
        return round(self.hop_seconds * 1000) or self.size_ms

    @property
    def lateness_ms(self) -> int:
        """Return how long after its end a window takes events still."""
        return round(self.lateness_seconds * 1000)

    def relays(self, app: str) -> tuple[Relay, ...]:
        """Return the relay that delivers the results, and that of late events if they are wanted."""
        results = replace(self.results, table=RESULTS, condition=_rows_of(app, self.name), send=COLUMNS)
        if not self.late_endpoint:
            return (results,)
        name = self.late_name
        late = replace(results, name=name, endpoint=self.late_endpoint, condition=_rows_of(app, name))
        return results, late

    @property
    def relay_names(self) -> tuple[str, ...]:
        """Return the names that its relays have."""
        return (self.name, self.late_name) if self.late_endpoint else (self.name,)

    @property
    def definition(self) -> str:
        """Return what states and windows are made of, which cannot change under the same name."""
        measures = [[name, str(measure)] for name, measure in self.measures.items()]
        cut = [self.window.value, self.size_ms, self.hop_ms]
        return exact_json.dumps(["events", list(self.group_by), measures, cut, self.shards])


def _rows_of(app: str, name: str) -> tuple[Condition, Condition]:
    """Return whose rows of the table of results, which is all aggregates' and all apps'."""
    return Condition("App", "equals", app), Condition("Aggregate", "equals", name)
