"""Forwards every log record of the app to the console, as the Python worker forwards them to the host."""

import logging
from collections.abc import Mapping

from functions_standin.console import Console
from functions_standin.invocation import current_invocation_id

_SYSTEM_LOGGERS = ("azure_functions_worker", "azure.functions")
_SYSTEM_CATEGORY = "Worker.Python"


class WorkerLogHandler(logging.Handler):
    """The root logger's handler; a record's category names the function whose invocation made it."""

    def __init__(self, console: Console, function_of_invocation: Mapping[str, str]) -> None:
        super().__init__()
        self._console = console
        self._function_of_invocation = function_of_invocation

    def emit(self, record: logging.LogRecord) -> None:
        """Write the record."""
        try:
            if record.name.startswith(_SYSTEM_LOGGERS):
                if self._console.verbose:
                    self._console.log(_SYSTEM_CATEGORY, record.levelno, self.format(record))
            else:
                name = self._function_of_invocation.get(current_invocation_id() or "")
                self._console.log(f"Function.{name}.User" if name else "Function", record.levelno, self.format(record))
        except Exception:  # noqa: BLE001 - a log line that cannot be written must not break the app
            self.handleError(record)


def forward_logs(handler: WorkerLogHandler) -> None:
    """Attach the handler to the root logger, which then lets everything through: the console filters."""
    root = logging.getLogger()
    root.addHandler(handler)
    root.setLevel(logging.DEBUG)
