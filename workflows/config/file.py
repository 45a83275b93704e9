"""workflows.toml -> what the workflows work with; every mistake of the file is reported together, each with its key and the remedy."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

from relay.config.document import document_of, repeated_names, tables_of
from relay.config.toml_reader import TableReader
from relay.errors import ConfigError
from workflows.aggregates.values import Aggregate
from workflows.config.kinds import aggregate_of, aggregate_reader
from workflows.mailing.account import MailAccount
from workflows.mailing.account_reader import MailAccountReader
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

    def mail_account(self, name: str) -> MailAccount | None:
        """Return the account of that name, None if there is none."""
        return next((account for account in self.mail_accounts if account.name == name), None)

    def aggregate(self, name: str) -> Aggregate | None:
        """Return the aggregate of that name, None if there is none."""
        return next((aggregate for aggregate in self.aggregates if aggregate.name == name), None)

    def stream(self, name: str) -> Stream | None:
        """Return the aggregate of kind events of that name, None if there is none."""
        return next((stream for stream in self.streams if stream.name == name), None)


def parse_workflows(text: str, settings: Mapping[str, str]) -> Workflows:
    """Return what a workflows.toml text says; `%NAME%` in URLs, headers and secrets comes from `settings`.

    Raises ConfigError with every mistake at once.
    """
    file = _File(document_of(text, FILE), settings)
    # A further kind of table is one more line here, and a field above.
    mail_accounts = file.read("mail_account", MailAccountReader, MailAccountReader.account)
    aggregates = file.read("aggregate", aggregate_reader, aggregate_of)
    file.check()
    return Workflows(
        mail_accounts=mail_accounts,
        aggregates=tuple(each for each in aggregates if isinstance(each, Aggregate)),
        streams=tuple(each for each in aggregates if isinstance(each, Stream)),
    )


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
