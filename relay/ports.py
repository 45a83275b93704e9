"""What services need of the outside, one protocol for each seam; adapters and the tests' fakes satisfy them.

What asks SQL Server raises DatabaseError if it does not answer, and ConfigError if the relay does not fit its table. A method
that enters rows by looking is called `take_stock`; one called `peek` writes nothing.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol, TypeVar

from relay.backfill.values import Backfill, BackfillOrder, BackfillState
from relay.changes.conditions import Condition
from relay.changes.enriched import Enriched
from relay.changes.entry import EnteredKey
from relay.changes.payload import Key
from relay.config.values import Channel
from relay.dead_letters.replay import Replay
from relay.dead_letters.values import DeadLetter, Selection
from relay.dead_letters.work import ReplayOrder, ReplayState
from relay.delivery.filters import Result
from relay.delivery.messages import Message
from relay.delivery.outcomes import Outcome
from relay.delivery.settlement import Settlement
from relay.guard.outlook import Outlook
from relay.notification.notice import Telling
from relay.recovery.situation import Command, Record, Situation

ExactKey = Sequence[Any]  # a key's exact values in its order, as JSON has them
T = TypeVar("T")
U = TypeVar("U")


@dataclass(frozen=True, slots=True)
class PageRow:
    """A row that a backfill comes to."""

    key: ExactKey
    meets_condition: bool  # the order's; the relay's own is judged when the row is read


class Changes(Protocol):
    """One relay's changes in SQL Server: its table, the trigger's leases, the failure ledger."""

    def enrich(self, items: Sequence[Key]) -> Enriched:
        """Return what SQL Server knows of the payload's keys; enters unsettled and begun work into the ledger.

        Raises PayloadError if fewer keys can be found than were named.
        """

    def enrich_exactly(self, keys: Sequence[ExactKey], *, since: int = 0) -> Enriched:
        """Return what SQL Server knows of these keys, nothing of unknown ones; writes nothing.

        Inserts are told from updates from the version `since` on.
        """

    def claim_first_try(self) -> bool:
        """Tell, after a pause of the endpoint's, whether it is the caller who tries one change before all are let through."""

    def record(self, settlement: Settlement) -> None:
        """Write failures into the ledger, close what is settled, and remember how the endpoint stands."""


class Endpoint(Protocol):
    """One relay's external HTTP API, or what its changes start."""

    def send(self, message: Message, *, timeout_seconds: float) -> Result:
        """Post the message and return what came of it; never raises for trouble of the network."""


class Recoveries(Protocol):
    """What one relay's recovery reads and writes: its entries, its own row, the trigger's exhausted leases."""

    def take_stock(self, *, works: bool = False) -> Situation:
        """Return what is not settled; enters lease rows whose batch died, and begins the recovery's row.

        `works`: it is the recovery that looks; its sign of life is written down.
        """

    def all_entered(self) -> AbstractContextManager[None]:
        """Enclose a batch of the trigger: whatever earlier batches left behind when they died is entered before it begins.

        For a batch that succeeds may let the trigger forget lease rows that are used up. Raises DatabaseError.
        """

    def peek(self) -> Situation:
        """Return what is not settled, and write nothing."""

    def list_ids(self, limit: int, *, for_probe: bool = False) -> Sequence[int]:
        """Return ids of entries that may be delivered, whose time has come, least recently tried first; for a probe any."""

    def keys_of(self, ids: Sequence[int]) -> Sequence[EnteredKey]:
        """Return the keys of those entries that are still unsettled and in no batch; a sign of life."""

    def parse_key(self, key: EnteredKey) -> ExactKey:
        """Return the key's exact values; its text must be whole."""

    def reset(self) -> int:
        """Give the trigger a slice of its exhausted lease rows back; return how many."""

    def give_up(self, *, everything: bool, reason: str) -> int:
        """Make dead letters of what is older than the window, or of everything; return how many."""

    def record(self, record: Record) -> bool:
        """Write down what a round came to; tell whether another command waits."""

    def close(self, telling: Telling | None = None) -> bool:
        """End the recovery if nothing is open, and enter what people are told then; tell whether it is over, also if it was before."""

    def let_through(self) -> None:
        """Forget that the endpoint asked for time, and that the breaker is open."""

    def command(self, command: Command) -> bool:
        """Write an operator's command; tell whether there is a recovery to carry it out."""


class DeadLetters(Protocol):
    """One relay's dead letters; reading them needs nothing of its table."""

    def count(self, selection: Selection) -> tuple[int, int]:
        """Return how many are meant, and the last id of them."""

    def page(self, selection: Selection, limit: int) -> Sequence[DeadLetter]:
        """Return the first of those that are meant, along their ids."""

    def keys_of(self, ids: Sequence[int]) -> Sequence[EnteredKey]:
        """Return the keys of those that are still dead letters."""

    def discard(self, selection: Selection) -> int:
        """Remove them for good, and what the trigger remembers of them; return how many."""


class Replays(Protocol):
    """One relay's replay of dead letters: what is to do, and how far it has come."""

    def begin(self, selection: Selection, total: int) -> bool:
        """Order one; tell whether it was ordered: not if one is under way."""

    def state(self) -> ReplayOrder | None:
        """Return the last one, None if there never was one."""

    def advance(self, number: int, before: Replay, after: Replay, due_in_seconds: float) -> None:
        """Write down what a slice came to. One that was written already stays."""

    def command(self, state: ReplayState) -> bool:
        """Pause, resume or cancel; tell whether there was one to do that with."""


class Backfills(Protocol):
    """One relay's backfill: its row, its pages, the keys whose rows are gone."""

    def begin(self, order: BackfillOrder) -> bool:
        """Begin one; tell whether it was begun: not if one is under way. Raises InputError for a condition that does not fit."""

    def state(self) -> Backfill | None:
        """Return the last one, None if there never was one."""

    def page(self, cursor: str, limit: int, condition: Sequence[Condition]) -> Sequence[PageRow]:
        """Return the next rows after the cursor, in the key's order."""

    def gone(self, cursor: str, limit: int) -> Sequence[ExactKey]:
        """Return the next keys after the cursor that the trigger still knows and that have no row any more."""

    def advance(self, backfill: Backfill, cursor: str, counts: Sequence[int], *, over: bool) -> None:
        """Write down a page: rows looked at, delivered, filtered, rejected, failed. A page that was written already stays."""

    def beat(self, number: int, due_in_seconds: float) -> None:
        """Show that somebody works at it, and until when the next sign of life is due."""

    def command(self, state: BackfillState) -> bool:
        """Pause, resume or cancel; tell whether there was one to do that with."""


class Guard(Protocol):
    """Where one relay stands in change tracking, and whether its trigger has started."""

    def take_stock(self) -> Outlook:
        """Look, and remember what was seen."""

    def peek(self) -> Outlook:
        """Look, and write nothing."""

    def remember_told(self, told: Sequence[str]) -> None:
        """Remember what people need not be told again."""


class Tables(Protocol):
    """Named statements over the app's own tables, for a workflow that needs no port of its own."""

    def ask(self, statement: str, **values: Any) -> Sequence[Sequence[Mapping[str, Any]]]:
        """Run sql/<statement>.sql with the values that it declares, and the app's name; return its result sets, rows by column."""


class Channels(Protocol):
    """The receivers of notices."""

    def send(self, channel: Channel, body: Mapping[str, Any], notice_id: str) -> Outcome:
        """Post the body as JSON; never raises for trouble of the network."""


class Clock(Protocol):
    """Time. Orchestrators have their own, which a replay finds again; chance they draw from it too."""

    def now(self) -> datetime:
        """Return the moment, aware, in UTC."""

    def monotonic_seconds(self) -> float:
        """Return a number that only grows, for durations."""

    def sleep(self, seconds: float) -> None:
        """Hold this thread."""

    async def pause(self, seconds: float) -> None:
        """Hold this coroutine."""


class Threads(Protocol):
    """Where blocking work is done."""

    def each(self, work: Callable[[T], U], items: Iterable[T]) -> Iterable[U]:
        """Do the work for every item, several at a time; return the results in the items' order."""

    async def run(self, work: Callable[..., T], *arguments: Any) -> T:
        """Do blocking work off the event loop, beside all else: work that may take long is for `run_on_pool`."""

    async def run_on_pool(self, work: Callable[[], T]) -> T:
        """Do blocking work on threads that nothing else waits for."""
