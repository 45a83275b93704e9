"""The queries that say who the recipients of a mailing are: .sql files of whoever configures the app."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime, time
from decimal import Decimal
from pathlib import Path
from typing import Any
from uuid import UUID

from adapters.sql_server.connection import SqlServer, parameters_of
from adapters.sql_server.rows import plain

FOLDER = Path(__file__).parents[2] / "sql" / "mailings"


class SqlRecipients:
    """Satisfies workflows.mailing.ports.RecipientQueries."""

    def __init__(self, server: SqlServer, folder: Path = FOLDER) -> None:
        """Ask nothing yet."""
        self._server = server
        self._folder = folder

    def problem(self, name: str, parameters: Mapping[str, Any]) -> str | None:
        """Return what is wrong with a query and its parameters."""
        try:
            needed = set(parameters_of(self._text(name)))
        except OSError:
            return f"query: there is no sql/mailings/{name}.sql"
        if missing := sorted(needed - parameters.keys()):
            return f"parameters: sql/mailings/{name}.sql declares @{missing[0]}, and no such value is given"
        if unknown := sorted(parameters.keys() - needed):
            return f"parameters: sql/mailings/{name}.sql declares no @{unknown[0]}; it would be DECLARE @{unknown[0]} int = ?"
        return None

    def rows(self, name: str, parameters: Mapping[str, Any]) -> Sequence[Mapping[str, Any]]:
        """Return the rows of the query's last result set. Raises DatabaseError, and OSError if the file is gone."""
        found = self._server.ask(self._text(name), **parameters)
        return [{column: _shown(value) for column, value in row.items()} for row in found[-1].dicts()] if found else []

    def _text(self, name: str) -> str:
        return (self._folder / f"{name}.sql").read_text(encoding="utf-8-sig")


def _shown(value: Any) -> Any:
    """Return a value as a mail can show it and JSON hold it."""
    if isinstance(value, Decimal | UUID):
        return str(value)
    if isinstance(value, date | time | datetime):
        return value.isoformat()
    return plain(value)
