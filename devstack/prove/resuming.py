"""A person who lets go on what has failed for good: the shop refuses one request in ten, so a step in ten thousand is refused four times."""

import json
import urllib.request

from devstack import loopback
from devstack.repeating import AtTheHost


class Resuming(AtTheHost):
    """Resumes all executions that have failed, again and again."""

    pause_seconds = 20.0

    def visit(self) -> None:
        """Look through the list, and resume."""
        url = f"{self.host_url()}/api/executions"
        with loopback.ask(f"{url}?state=failed", timeout_seconds=10) as answer:
            failed = json.loads(answer.read())["executions"]
        for each in failed:
            request = urllib.request.Request(f"{url}/{each['id']}/resume", method="POST")  # noqa: S310
            loopback.ask(request, timeout_seconds=10).close()
