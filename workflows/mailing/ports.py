"""What mailings need of the outside beyond relay/ports.py; adapters and the tests' fakes satisfy it."""

from collections.abc import Mapping, Sequence
from typing import Any, Protocol

from workflows.mailing.account import MailAccount
from workflows.mailing.answers import Answer


class MailApi(Protocol):
    """The providers."""

    def post(self, account: MailAccount, body: Mapping[str, Any], mail: str) -> Answer:
        """Post a mail; `mail` is its name, by which a provider may know it again. Never raises for trouble of the network."""

    def has(self, account: MailAccount, mail: str) -> bool | None:
        """Tell whether the provider has a mail of that name; None: it does not say, or cannot be asked."""


class RecipientQueries(Protocol):
    """The .sql files of sql/mailings."""

    def problem(self, name: str, parameters: Mapping[str, Any]) -> str | None:
        """Return what is wrong with a query and the parameters that it is given, None if it can be asked."""

    def rows(self, name: str, parameters: Mapping[str, Any]) -> Sequence[Mapping[str, Any]]:
        """Return the recipients that a query finds. Raises DatabaseError."""
