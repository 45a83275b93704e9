"""What a seed means: a configuration, and events in virtual time. A plan is plain data, so that it can be shrunk and told."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from tests.simulation.tables import Table


@dataclass(frozen=True, slots=True)
class RelayPlan:
    """One relay; `options` as relays.toml has them, `recovery` its inline table."""

    name: str
    table: Table
    options: Mapping[str, Any]
    recovery: Mapping[str, Any]

    @property
    def max_interval_seconds(self) -> float:
        return float(self.recovery["max_interval_seconds"])

    @property
    def starts_workflows(self) -> bool:
        """Whether its changes start workflows, whose steps ask the server of its name, in place of being sent there."""
        return "on_newer" in self.options

    @property
    def toml(self) -> str:
        lines = ["[[relay]]", f'name = "{self.name}"', f'table = "dbo.{self.table.name}"']
        lines.append(f'endpoint = "{"workflow:errand" if self.starts_workflows else f"http://{self.name}/in"}"')
        lines += [f"{name} = {_toml(value)}" for name, value in self.options.items()]
        return "\n".join([*lines, f"recovery = {_toml(self.recovery)}", ""])


@dataclass(frozen=True, slots=True)
class MailPlan:
    """An account for mailings; `options` as workflows.toml has them. `quota`: mails that its provider takes in a day, 0: any number;
    `tells`: it posts later what became of each.
    """

    options: Mapping[str, Any]
    quota: int = 0
    tells: bool = False

    @property
    def toml(self) -> str:
        body = {"to": "{{to}}", "subject": "{{subject}}", "text": "{{text}}", "mail": "{{mail}}"}
        told = {
            "name": "main",
            "kind": "http",
            "url": "http://mailer/mails",
            "secret": "a secret of sixteen",
            "body": body,
            **self.options,
        }
        return "\n".join(["[[mail_account]]", *(f"{name} = {_toml(value)}" for name, value in told.items()), ""])


@dataclass(frozen=True, slots=True)
class AggregatePlan:
    """One aggregate; `options` as workflows.toml has them."""

    name: str
    table: Table
    group_by: Sequence[str]
    measures: Mapping[str, str]
    options: Mapping[str, Any]

    @property
    def condition(self) -> Sequence[Mapping[str, Any]]:
        return self.options.get("condition", ())  # type: ignore[no-any-return]

    @property
    def moves(self) -> bool:
        return bool(self.options["moves"])

    @property
    def rows_relay(self) -> str:
        """Return the name of the relay that tells of the table's rows; that of the results has the aggregate's own."""
        return f"{self.name}_rows"

    @property
    def toml(self) -> str:
        lines = ["[[aggregate]]", f'name = "{self.name}"', f'table = "dbo.{self.table.name}"']
        lines += [f'endpoint = "http://{self.name}/in"', f"group_by = {_toml(self.group_by)}"]
        lines += [f"{name} = {_toml(value)}" for name, value in self.options.items()]
        return "\n".join([*lines, f"measures = {_toml(self.measures)}", ""])


@dataclass(frozen=True, slots=True)
class Event:
    """Something that happens at a moment. What verbs there are, and their arguments, story.py says."""

    seconds: float
    verb: str
    arguments: Mapping[str, Any] = field(default_factory=dict)

    def __str__(self) -> str:
        told = ", ".join(f"{name} {value}" for name, value in self.arguments.items())
        return f"{clock(self.seconds)}  {self.verb}" + (f": {told}" if told else "")


@dataclass(frozen=True, slots=True)
class Plan:
    """`hosts` are started at the beginning; all trouble ends at `end_seconds`. `snapshots`: the database allows them. `goes_on`:
    somebody writes soon after the end, and not nobody for a long time. `mail`: there are mailings.
    """

    seed: int
    relays: Sequence[RelayPlan]
    hosts: int
    events: Sequence[Event]
    end_seconds: float
    snapshots: bool = False
    goes_on: bool = True
    mail: MailPlan | None = None
    aggregates: Sequence[AggregatePlan] = ()

    @property
    def tables(self) -> Sequence[Table]:
        return list(dict.fromkeys(relay.table for relay in self.relays))

    @property
    def seconds_between_looks(self) -> float:
        """Return how far apart the watchdog's looks are, at least."""
        return min(1800.0, self.end_seconds / 50)

    @property
    def toml(self) -> str:
        channel = '[[channel]]\nname = "people"\nkind = "webhook"\nurl = "http://people/notices"\n'
        return "\n".join([*(relay.toml for relay in self.relays), channel])

    @property
    def workflows_toml(self) -> str:
        tables = [aggregate.toml for aggregate in self.aggregates]
        return "\n".join(tables if self.mail is None else [self.mail.toml, *tables])

    def with_events(self, events: Sequence[Event]) -> "Plan":
        return replace(self, events=events)


def clock(seconds: float) -> str:
    """Return a moment as people read it: days, hours, minutes, seconds."""
    minutes, rest = divmod(seconds, 60)
    hours, minutes = divmod(int(minutes), 60)
    days, hours = divmod(hours, 24)
    return f"{days}d {hours:02}:{minutes:02}:{rest:04.1f}"


def _toml(value: Any) -> str:
    match value:
        case bool():
            return "true" if value else "false"
        case Mapping():
            return "{ " + ", ".join(f"{name} = {_toml(each)}" for name, each in value.items()) + " }"
        case str():
            return f'"{value}"'
        case list() | tuple():
            return f"[{', '.join(map(_toml, value))}]"
    return str(value)
