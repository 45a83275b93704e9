"""workflows.toml -> what the workflows work with; every mistake of the file is reported together, each with its key and the remedy."""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

from asl.checks.names import Judged
from relay.config.document import document_of, repeated_names, tables_of
from relay.config.toml_reader import TableReader
from relay.errors import ConfigError
from workflows.aggregates.values import Aggregate
from workflows.config.kinds import aggregate_of, aggregate_reader
from workflows.definitions.values import Rules
from workflows.mailing.account import MailAccount
from workflows.mailing.account_reader import MailAccountReader
from workflows.resources.connection import Connection, ConnectionReader
from workflows.resources.definition_reader import DefinitionReader
from workflows.resources.names import Kind, Resource, UnknownResource, parse_resource
from workflows.resources.permissions import Approval, DefinitionRules, is_allowed, rules_of
from workflows.resources.refusing import refusal
from workflows.resources.statement import Statement, StatementReader
from workflows.streams.values import Stream

FILE = "workflows.toml"
R_ = TypeVar("R_", bound=TableReader)
V_ = TypeVar("V_")


@dataclass(frozen=True, slots=True)
class Workflows:
    """Everything that a workflows file says."""

    mail_accounts: Sequence[MailAccount] = ()
    aggregates: Sequence[Aggregate] = ()  # of kind rows
    streams: Sequence[Stream] = ()  # of kind events
    connections: Sequence[Connection] = ()
    statements: Sequence[Statement] = ()
    definitions: Sequence[DefinitionRules] = ()

    def mail_account(self, name: str) -> MailAccount | None:
        """Return the account of that name, None if there is none."""
        return next((account for account in self.mail_accounts if account.name == name), None)

    def aggregate(self, name: str) -> Aggregate | None:
        """Return the aggregate of that name, None if there is none."""
        return next((aggregate for aggregate in self.aggregates if aggregate.name == name), None)

    def stream(self, name: str) -> Stream | None:
        """Return the aggregate of kind events of that name, None if there is none."""
        return next((stream for stream in self.streams if stream.name == name), None)

    def connection(self, name: str) -> Connection | None:
        """Return the connection of that name, None if there is none."""
        return next((connection for connection in self.connections if connection.name == name), None)

    def statement(self, name: str) -> Statement | None:
        """Return the statement of that name, None if there is none."""
        return next((statement for statement in self.statements if statement.name == name), None)

    def allowed(self, definition: str, resource: str) -> bool:
        """Tell whether a definition may use a resource; nobody may use one that the app has not."""
        try:
            parsed = parse_resource(resource)
        except UnknownResource:
            return False
        return self.has(parsed) and is_allowed(definition, parsed, self.definitions)

    def needs_approval(self, definition: str) -> bool:
        """Tell whether somebody has to approve a version of a definition before it can be started."""
        rules = rules_of(definition, self.definitions)
        return rules is not None and rules.approval is Approval.NEEDED

    def rules_for(
        self, definition: str, relays: Collection[str] | None = None, channels: Collection[str] | None = None
    ) -> Rules:
        """Return what holds for the definitions of a name: whether they need an approval, and what their tasks may name.

        `relays` and `channels` are those that tasks can name; None: it is not known which there are.
        """
        elsewhere = {Kind.DELIVER: relays, Kind.APPROVE: channels}
        known = {**self._names(), **{kind: names for kind, names in elsewhere.items() if names is not None}}
        return Rules(
            needs_approval=self.needs_approval(definition),
            resources=Judged(lambda resource: refusal(definition, resource, known, self.definitions)),
        )

    def has(self, resource: Resource) -> bool:
        """Tell whether what a resource names is in this file; what other files and the code name is seen when it runs."""
        return not resource.name or resource.name in self._names().get(resource.kind, (resource.name,))

    def _names(self) -> dict[Kind, Collection[str]]:
        return {
            Kind.HTTP: [connection.name for connection in self.connections],
            Kind.SQL: [statement.name for statement in self.statements],
            Kind.MAIL: [account.name for account in self.mail_accounts],
        }


def parse_workflows(text: str, settings: Mapping[str, str]) -> Workflows:
    """Return what a workflows.toml text says; `%NAME%` in URLs, headers and secrets comes from `settings`.

    Raises ConfigError with every mistake at once.
    """
    file = _File(document_of(text, FILE), settings)
    # A further kind of table is one more line here, and a field above.
    mail_accounts = file.read("mail_account", MailAccountReader, MailAccountReader.account)
    aggregates = file.read("aggregate", aggregate_reader, aggregate_of)
    connections = file.read("connection", ConnectionReader, ConnectionReader.connection)
    statements = file.read("statement", StatementReader, StatementReader.statement)
    definitions = file.read("definition", DefinitionReader, DefinitionReader.rules)
    file.add(_unknown_names(definitions, {Kind.HTTP: file.names("connection"), Kind.SQL: file.names("statement")}))
    file.check()
    return Workflows(
        connections=connections,
        statements=statements,
        definitions=definitions,
        mail_accounts=mail_accounts,
        aggregates=tuple(each for each in aggregates if isinstance(each, Aggregate)),
        streams=tuple(each for each in aggregates if isinstance(each, Stream)),
    )


def _unknown_names(definitions: Sequence[DefinitionRules], known: Mapping[Kind, Sequence[str]]) -> list[str]:
    """Return which connections and statements are allowed that there are not: a name that is misspelled allows nothing."""
    tables = {Kind.HTTP: "connection", Kind.SQL: "statement"}
    return [
        f"definition {rules.name!r}: allow: there is no {tables[kind]} {name!r}; write it as [[{tables[kind]}]], or leave {entry!r} out"
        for rules in definitions
        for entry in rules.allow
        for kind in tables
        for prefix, _, name in [entry.partition("/")]
        if prefix == f"relay:{kind}" and name and not name.endswith("*") and name not in known[kind]
    ]


class _File:
    """The file's tables, and what is wrong with them."""

    def __init__(self, document: Mapping[str, Any], settings: Mapping[str, str]) -> None:
        self._document = document
        self._settings = settings
        self._known: list[str] = []
        self._problems: list[str] = []

    def read(
        self,
        kind: str,
        reader: Callable[[dict[str, Any], str, int, Mapping[str, str]], R_],
        value: Callable[[R_], V_ | None],
    ) -> tuple[V_, ...]:
        """Read the tables of one kind, [[kind]] in the file."""
        self._known.append(kind)
        tables = tables_of(self._document, kind)
        if tables is None:
            self._problems.append(f"{FILE}: {kind}: write each one as [[{kind}]] with a name")
        readers = [reader(table, kind, number, self._settings) for number, table in enumerate(tables or (), start=1)]
        found = [value(each) for each in readers]
        for each in readers:
            self._problems += each.problems
        self._problems += repeated_names(readers)
        return tuple(each for each in found if each is not None)

    def names(self, kind: str) -> list[str]:
        """Return the names of the tables of one kind, of those too that have mistakes."""
        return [str(table.get("name")) for table in tables_of(self._document, kind) or ()]

    def add(self, problems: Sequence[str]) -> None:
        """Add what is wrong with tables together."""
        self._problems += problems

    def check(self) -> None:
        """Raise ConfigError if anything is wrong."""
        tables = ", ".join(f"[[{kind}]]" for kind in self._known)
        unknown = [
            f"{FILE}: {key!r} is no key of this file; it has {tables}"
            for key in self._document
            if key not in self._known
        ]
        if problems := [*unknown, *self._problems]:
            raise ConfigError(problems)
