"""Purges what has ended from the task hub, as operators do.

Azurite looks through all rows of a table at each question, so what has ended would make all that runs slower and slower. And an
orchestration that is known no more cannot tell anybody that it has ended: only SQL Server can.
"""

import contextlib
import urllib.request
from collections.abc import Callable

from devstack import loopback
from devstack.repeating import Repeating

_ENDED = "createdTimeFrom=2000-01-01T00:00:00Z&runtimeStatus=Completed,Terminated,Failed"


class Housekeeping(Repeating):
    """Purges again and again, by the host's own API."""

    pause_seconds = 5.0

    def __init__(self, host_url: Callable[[], str]) -> None:
        """Do nothing yet. The host may be on another port after a crash."""
        super().__init__()
        self._host_url = host_url

    def go_round(self) -> None:
        """Purge what there is."""
        url = f"{self._host_url()}/runtime/webhooks/durabletask/instances?{_ENDED}"
        with contextlib.suppress(OSError):  # the host is down, or nothing has ended: 404
            request = urllib.request.Request(url, method="DELETE")  # noqa: S310
            with loopback.ask(request, timeout_seconds=60):
                pass
