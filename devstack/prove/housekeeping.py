"""Purges what has ended from the task hub, as operators do.

Azurite looks through all rows of a table at each question, so what has ended would make all that runs slower and slower. And an
orchestration that is known no more cannot tell anybody that it has ended: only SQL Server can.
"""

import urllib.request

from devstack import loopback
from devstack.repeating import AtTheHost

_ENDED = "createdTimeFrom=2000-01-01T00:00:00Z&runtimeStatus=Completed,Terminated,Failed"


class Housekeeping(AtTheHost):
    """Purges again and again, by the host's own API."""

    pause_seconds = 5.0

    def visit(self) -> None:
        """Purge what there is; if nothing has ended the host says 404, which is an OSError too."""
        url = f"{self.host_url()}/runtime/webhooks/durabletask/instances?{_ENDED}"
        request = urllib.request.Request(url, method="DELETE")  # noqa: S310
        loopback.ask(request, timeout_seconds=60).close()
