"""Forwards every log record of the app to the host, as the Python worker does."""

import logging

from functions_standin.worker.context import current_invocation_id
from functions_standin.workers import LogLine, LogTaker

_SYSTEM_LOGGERS = ("azure_functions_worker", "azure.functions")


class WorkerLogHandler(logging.Handler):
    """The root logger's handler; it knows whose invocation the running code belongs to."""

    def __init__(self, tell: LogTaker) -> None:
        super().__init__()
        self._tell = tell

    def emit(self, record: logging.LogRecord) -> None:
        """Send the record."""
        try:
            line = LogLine(
                record.levelno, self.format(record), current_invocation_id(), record.name.startswith(_SYSTEM_LOGGERS)
            )
            self._tell(line)
        except Exception:  # noqa: BLE001 - a log line that cannot be written must not break the app
            self.handleError(record)


def forward_logs(handler: WorkerLogHandler) -> None:
    """Attach the handler to the root logger, which then lets everything through: the host's console filters."""
    root = logging.getLogger()
    root.addHandler(handler)
    root.setLevel(logging.DEBUG)
