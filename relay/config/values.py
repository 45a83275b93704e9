"""A relay as configured: frozen values, read once from relays.toml."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from enum import StrEnum
from typing import Annotated, Any

from relay.backoff import Backoff
from relay.changes.conditions import Condition
from relay.config.statuses import Statuses
from relay.identifiers import TableName
from relay.numbers import Between
from relay.wire import known

EVERY_MINUTE = "0 * * * * *"
WORKFLOW = "workflow:"  # an endpoint that begins so
DEFINITION = "definition:"  # one that begins so starts a workflow that is data in SQL Server
AGGREGATE = "aggregate:"  # one that the app makes itself: the changes make groups of an aggregate dirty
RESULTS = TableName("relay", "AggregateResult")  # of aggregates; its rows have a form of their own over the wire
REJECTING_STATUSES = frozenset({400, 413, 415, 422})  # the change is wrong; a default that a relay may replace


class Mode(StrEnum):
    """How the changes of one batch are sent."""

    EACH = "each"  # one POST per change
    BATCH = "batch"  # one POST per batch, halved when it is rejected


class OnNewer(StrEnum):
    """What becomes of a change whose row has a workflow that runs for an earlier one."""

    QUEUE = "queue"  # it is started when that has ended
    REPLACE = "replace"  # it takes over
    IGNORE = "ignore"  # it starts nothing


class Mask(StrEnum):
    """What the endpoint sees instead of a column's value; NULL stays null."""

    REDACT = "redact"  # ***
    LAST4 = "last4"  # ***1234
    SHA256 = "sha256"  # hexadecimal digest: equal values stay equal. Whoever has all possible values finds them out
    HMAC = "hmac"  # the same with a secret, `mask_key`, without which nobody does


@dataclass(frozen=True, slots=True, kw_only=True)
class RecoveryPolicy:
    """How long and how often the recovery tries, once the trigger's own attempts are used up."""

    backoff: Backoff = field(default_factory=Backoff)
    window_hours: Annotated[float, Between(0.01, 720)] = 168.0  # after it a change becomes a dead letter
    notify_after_rounds: Annotated[int, Between(1, 1000)] = 10
    # People are told of new ones at once, then at most so often.
    dead_letters_every_minutes: Annotated[float, Between(0, 10_080)] = 60.0

    @property
    def window_seconds(self) -> int:
        """Return the window in seconds."""
        return round(self.window_hours * 3600)

    def to_dict(self) -> dict[str, Any]:
        """Return it as JSON has it."""
        return asdict(self)

    @classmethod
    def from_dict(cls, stored: Mapping[str, Any]) -> "RecoveryPolicy":
        """Read it back."""
        return cls(**{**known(cls, stored), "backoff": Backoff(**known(Backoff, stored["backoff"]))})


class ChannelKind(StrEnum):
    """How people are told."""

    WEBHOOK = "webhook"  # JSON to a URL: Slack, anything
    EMAIL = "email"  # a mail API in SendGrid's form
    LOG = "log"  # the app's own log: an error, or information if trouble is over
    TEAMS = "teams"  # an Adaptive Card, as the workflows of Teams take it


@dataclass(frozen=True, slots=True, kw_only=True)
class Channel:
    """One way to tell people; every notice goes to every channel of its relay."""

    name: str
    kind: ChannelKind
    url: str = field(default="", repr=False)  # may hold a secret
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)  # may hold secrets
    to: Sequence[str] = ()  # e-mail addresses
    sender: str = ""
    relays: Sequence[str] = ()  # empty: every relay
    timeout_seconds: Annotated[float, Between(1, 60)] = 15.0
    proxy: str = field(default="", repr=False)  # URL; may hold a secret. Empty: none, whatever the environment says
    allow_hosts: Sequence[str] = ()  # as a relay's

    def concerns(self, relay: str) -> bool:
        """Tell whether the channel takes notices of the relay."""
        return not self.relays or relay in self.relays


@dataclass(frozen=True, slots=True, kw_only=True)
class Relay:
    """One table feeding one endpoint."""

    name: str
    table: TableName
    endpoint: str = field(repr=False)  # URL; may hold a secret in its query. Or workflow:NAME, or definition:NAME
    on_newer: OnNewer = OnNewer.QUEUE  # only for a workflow
    watch: Sequence[str] = ()  # empty: every column
    ignore_contexts: Sequence[bytes] = ()  # what the endpoint marks its own writes with; they are not sent back to it
    send: Sequence[str] = ()  # empty: every column
    rename: Mapping[str, str] = field(default_factory=dict)
    mask: Mapping[str, Mask] = field(default_factory=dict)
    mask_key: str = field(default="", repr=False)  # the secret of the mask hmac
    condition: Sequence[Condition] = ()
    mode: Mode = Mode.EACH
    max_concurrency: Annotated[int, Between(1, 64)] = 8
    connect_timeout_seconds: Annotated[float, Between(0.1, 60)] = 5.0
    read_timeout_seconds: Annotated[float, Between(0.1, 120)] = 30.0
    batch_deadline_seconds: Annotated[float, Between(1, 140)] = 120.0
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)  # may hold secrets
    epoch: Annotated[int, Between(0, 2**31 - 1)] = 0
    rejecting_statuses: Statuses = REJECTING_STATUSES
    delivered_statuses: Statuses = frozenset()  # these mean that the endpoint has the change
    proxy: str = field(default="", repr=False)  # URL; may hold a secret. Empty: none, whatever the environment says
    allow_hosts: Sequence[
        str
    ] = ()  # names or addresses that are meant although they are link-local or a metadata service's
    recovery: RecoveryPolicy = field(default_factory=RecoveryPolicy)
    # People are told of a trigger that takes nothing up for so long (0: never), and when change tracking will forget something.
    silent_after_minutes: Annotated[float, Between(0, 10_080)] = 15.0
    warn_retention_hours: Annotated[float, Between(0, 2160)] = 48.0
    backfill_after_gap: bool = True
    # A little less than the trigger's pause, so that each of its attempts asks anew.
    breaker_seconds: Annotated[float, Between(0, 3600)] = 50.0

    @property
    def workflow(self) -> str:
        """Return the workflow that its changes start, as the register of executions calls it; empty: they go to an HTTP API."""
        if self.endpoint.startswith(DEFINITION):
            return self.endpoint
        return self.endpoint.removeprefix(WORKFLOW) if self.endpoint.startswith(WORKFLOW) else ""

    @property
    def definition(self) -> str:
        """Return the definition that its changes start; empty: none."""
        return self.endpoint.removeprefix(DEFINITION) if self.endpoint.startswith(DEFINITION) else ""

    @property
    def aggregate(self) -> str:
        """Return the aggregate whose groups its changes make dirty; empty: of none."""
        return self.endpoint.removeprefix(AGGREGATE) if self.endpoint.startswith(AGGREGATE) else ""

    @property
    def of_results(self) -> bool:
        """Tell whether its rows are results of an aggregate."""
        return self.table == RESULTS

    @property
    def enters_keys(self) -> bool:
        """Tell whether keys enter the ledger before they are sent, so that a later change that is filtered hides none of them."""
        return bool(self.watch or self.ignore_contexts)


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """Everything the app reads from its surroundings."""

    app: str  # WEBSITE_SITE_NAME: part of the trigger's identity, of the leases tables and of the ledger's keys
    sql_connection_string: str = field(repr=False)
    relays: Sequence[Relay]
    channels: Sequence[Channel] = ()
    watchdog_schedule: str = EVERY_MINUTE  # NCRONTAB: when the watchdog looks after everything
    public_url: str = ""  # where operators reach the app, for links in notices

    def relay(self, name: str) -> Relay:
        """Return the relay of that name; raise KeyError if there is none."""
        return {relay.name: relay for relay in self.relays}[name]
