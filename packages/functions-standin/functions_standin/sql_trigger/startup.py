"""The start of a listener, phase by phase, as the extension tells it in the log."""

import logging
from collections.abc import Iterator
from contextlib import contextmanager

from functions_standin.console import Console
from functions_standin.outside import Outside
from functions_standin.sql_trigger.connection_string import OdbcConnectionString
from functions_standin.sql_trigger.failures import told

CATEGORY = "Host.Triggers.Sql"


class Startup:
    """One attempt to start. `table` is the name as the log has it, `to` whose password the log must not have."""

    def __init__(
        self, console: Console, table: str, function_id: str, to: OdbcConnectionString | None, outside: Outside
    ) -> None:
        self._console = console
        self._table = table
        self._function_id = function_id
        self.to = to
        self._outside = outside
        self._started = outside.monotonic_seconds()

    @contextmanager
    def whole(self) -> Iterator[None]:
        """All phases; a failure is logged and goes on to the caller."""
        try:
            yield
        except Exception as error:
            self._error(
                f"Failed to start SQL trigger listener for table: '{self._table}', function ID: '{self._function_id}' "
                f"after {self.milliseconds}ms.",
                error,
            )
            raise

    @contextmanager
    def phase(self, name: str) -> Iterator[None]:
        """One phase."""
        began = self._outside.monotonic_seconds()
        where = f"for table: '{self._table}', function ID: '{self._function_id}'"
        self._console.log(CATEGORY, logging.INFO, f"SQL trigger startup phase '{name}' started {where}.")
        try:
            yield
        except Exception as error:
            self._error(
                f"SQL trigger startup phase '{name}' failed {where} after {self._milliseconds_since(began)}ms.", error
            )
            raise
        self._console.log(
            CATEGORY,
            logging.INFO,
            f"SQL trigger startup phase '{name}' completed {where} in {self._milliseconds_since(began)}ms.",
        )

    @property
    def milliseconds(self) -> int:
        """How long the start has taken so far."""
        return self._milliseconds_since(self._started)

    def _milliseconds_since(self, began: float) -> int:
        return round((self._outside.monotonic_seconds() - began) * 1000)

    def _error(self, message: str, error: Exception) -> None:
        self._console.log(CATEGORY, logging.ERROR, f"{message}\n{told(error, self.to).as_exception}")
