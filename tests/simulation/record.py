"""What an oracle has seen by now, and what it found broken."""

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from tests.simulation.history import History, State
from tests.simulation.plan import RelayPlan, clock
from tests.simulation.tables import Key

CHANNEL_SECONDS = 3 * 86_400.0  # a channel that is away for longer gives notices up
Version = tuple[Key, int]  # of a row
Excuse = Callable[[RelayPlan, Key, State], bool]  # tells whether a state may never come, for nobody was told of it


@dataclass
class Seen:
    """What was seen of one relay."""

    bodies: dict[Version, tuple[str, str]] = field(default_factory=dict)  # (key, version) -> id, content
    requested: dict[Key, int] = field(default_factory=dict)  # the highest version that it was asked with
    first_asked: dict[Version, float] = field(default_factory=dict)  # when it was asked first with a version
    batches: dict[str, float] = field(default_factory=dict)  # when those began that run, by host
    batch_began: dict[Version, float] = field(
        default_factory=dict
    )  # the one that it was asked first in, at the earliest
    failed: set[Key] = field(default_factory=set)  # asked with, and not taken at once
    # First asked with after others had failed: it may be in the ledger unsent, and then the trigger and a recovery take it up, each for itself.
    held_back: set[Version] = field(default_factory=set)
    taken: set[Version] = field(default_factory=set)  # and said so
    kept: dict[Key, int] = field(default_factory=dict)  # the highest version that the endpoint has
    own_trouble: set[Version] = field(default_factory=set)  # failed first in a batch in which others got through
    refused: set[Key] = field(default_factory=set)
    in_vain_since: float | None = None  # since when nothing has got through
    failures: int = 0  # in a row
    is_away: bool = False  # something that it could bear has failed since something got through
    may_have_failed_unasked: bool = False  # in this outage: a change whose content the endpoint never got
    seemed_away_at: float = float(
        "-inf"
    )  # when so many had failed in a row last that the rest of a batch may wait for its next try
    outages: list[tuple[float, float]] = field(default_factory=list)  # earlier ones in which one may
    asked_since: float | None = None  # since when it has asked for time, without anything through
    is_held: bool = False  # in which nothing counts as failed
    last_in_vain: float = 0.0  # when something was tried in vain
    got_through_at: float = float("-inf")  # something, last
    fails_anew: bool = (
        False  # whether something failed since then that had never been tried: that shows an outage of its own
    )
    away_since: float | None = (
        None  # when something failed first since then, or since people had heard of it in another way
    )
    away_until: float = 0.0  # when something failed last
    long_pause_since: float | None = None  # since when it asks for longer pauses than are obeyed
    died_before_pause: float = 0.0  # the record's `died_seconds` then
    asked_while_away: bool = False  # whether it has asked for time meanwhile
    died_before: float = 0.0  # the record's `died_seconds` when that began
    was_unreached: bool = False  # once at least: of which change, nobody knows
    last_try: dict[Version, float] = field(default_factory=dict)  # in vain
    tried_in_vain: dict[Version, int] = field(default_factory=dict)  # how often each change since then
    extra_tries: float = 0  # that people and crashes may cause, of each change
    failed_since: dict[Version, float] = field(default_factory=dict)  # when the window of a version may have begun
    died: dict[Version, float] = field(default_factory=dict)  # when a version was first seen to be a dead letter
    excused: dict[Key, int] = field(default_factory=dict)  # up to which version an operator has discarded it
    # By the version at which backfills began, what else they asked of a row; nothing if one of them wanted every row.
    backfills: dict[int, Sequence[Mapping[str, Any]]] = field(default_factory=dict)
    given_up: bool = False  # by an operator, once at least
    paused: tuple[float, float] | None = None  # from, until: it asked for time, and nobody let requests through since


class Record:
    """`violations` are sentences, each promise that was broken with its moment."""

    def __init__(self, relays: Sequence[RelayPlan], histories: Mapping[str, History]) -> None:
        self.relays = {relay.name: relay for relay in relays}
        self.histories = histories  # by table
        self.seen = {relay.name: Seen() for relay in relays}
        self.notices: dict[str, list[tuple[float, str]]] = defaultdict(list)  # by relay: when, occasion
        self.violations: list[str] = []
        self.has_no_leases = False  # no trigger has ever started: whatever needs its leases cannot work
        self.crashed = False
        self.deaths = 0
        self.forgotten: dict[str, int] = {}  # up to which version change tracking has forgotten, by table
        self.untracked: set[str] = set()  # tables whose change tracking is off
        self.jumped_seconds = 0.0  # by how much the database's clock was set, there and back
        self.was_set_back = False  # once at least
        self.excuse: Excuse = lambda _relay, _key, _state: False
        self.died_seconds = 0.0  # for which the app may not have worked, by everything that died
        self.channel_away_seconds = 0.0  # for how long, in all
        self.outlasted = False  # whether a lease may have run out while its batch waited for somebody's lock

    @property
    def channel_was_away(self) -> bool:
        """Whether people may have missed something."""
        return self.channel_away_seconds > 0

    def states(self, relay: RelayPlan, key: Key) -> Sequence[State]:
        """Return what was committed of a row, the oldest first."""
        return self.histories[relay.table.name].states(key)

    def broken(self, seconds: float, what: str) -> None:
        """Note that a promise was broken."""
        self.violations.append(f"{clock(seconds)}  {what}")
