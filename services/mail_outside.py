"""Everything that mailings have outside, handed to whatever works for them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from relay.config.values import Settings
from relay.ports import Clock, Tables, Threads
from workflows.mailing.account import MailAccount
from workflows.mailing.names import unsubscribe_token
from workflows.mailing.ports import MailApi, RecipientQueries

Row = Mapping[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class MailOutside:
    """An app's mailings, and their seams."""

    settings: Settings
    accounts: Sequence[MailAccount]
    tables: Tables
    api: MailApi
    queries: RecipientQueries
    clock: Clock
    threads: Threads

    @property
    def app(self) -> str:
        """Return the app's name."""
        return self.settings.app

    def account(self, name: str) -> MailAccount | None:
        """Return an account of workflows.toml, None if it has none of that name."""
        return next((account for account in self.accounts if account.name == name), None)

    def unsubscribe_url(self, account: MailAccount, mail: str) -> str:
        """Return where the recipient of a mail says that he wants no more."""
        return f"{self.settings.public_url}/unsubscribe/{account.name}/{unsubscribe_token(account.secret, mail)}"

    def first(self, statement: str, **values: Any) -> Row | None:
        """Return the first row of a statement's first result set, None if there is none. Raises DatabaseError."""
        return next(iter(self.tables.ask(statement, **values)[0]), None)
