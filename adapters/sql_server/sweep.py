"""Looks through the trigger's leases for changes whose batch died before anything of it was written down."""

from adapters.sql_server.connection import NO_SUCH_TABLE
from adapters.sql_server.letting_go import let_leases_go
from adapters.sql_server.rows import plain
from adapters.sql_server.table import RelayTable
from relay.backfill.cursor import Cursor
from relay.errors import DatabaseError

_FROM_THE_BEGINNING = ""


class Sweep:
    """Enters them in the failure ledger, a stretch of the leases at a time; lets go what is used up before dead letters."""

    def __init__(self, table: RelayTable) -> None:
        """Ask nothing yet."""
        self._table = table
        self._swept_to = _FROM_THE_BEGINNING

    def next_stretch(self) -> None:
        """Look through the next stretch; from the beginning after the last. Raises DatabaseError."""
        self._swept_to = self._stretch(self._swept_to)

    def everything(self) -> None:
        """Look through all of them. Raises DatabaseError."""
        swept_to = self._stretch(_FROM_THE_BEGINNING)
        while swept_to != _FROM_THE_BEGINNING:
            swept_to = self._stretch(swept_to)

    def _stretch(self, after: str) -> str:
        """Look through the stretch after a key; return its last key, nothing at the end."""
        try:
            found, barred = self._table.ask_up_to_date("recovery/sweep", after=after)
        except DatabaseError as error:
            if error.number != NO_SUCH_TABLE:
                raise
            return _FROM_THE_BEGINNING
        let_leases_go(self._table, [(key_text, version) for key_text, version in barred.rows])
        row = next(iter(found.rows), None)
        return _FROM_THE_BEGINNING if row is None else Cursor().after([plain(value) for value in row]).key
