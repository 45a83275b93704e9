"""A person who lets go on what has failed for good: the shop refuses one request in ten, so a step in ten thousand is refused four times."""

import contextlib
import json
import urllib.request
from collections.abc import Callable

from devstack import loopback
from devstack.repeating import Repeating


class Resuming(Repeating):
    """Resumes all executions that have failed, again and again."""

    pause_seconds = 20.0

    def __init__(self, host_url: Callable[[], str]) -> None:
        """Do nothing yet. The host may be on another port after a crash."""
        super().__init__()
        self._host_url = host_url

    def go_round(self) -> None:
        """Look through the list, and resume."""
        with contextlib.suppress(OSError, ValueError):  # the host is down, or dies just now
            url = f"{self._host_url()}/api/executions"
            with loopback.ask(f"{url}?state=failed", timeout_seconds=10) as answer:
                failed = json.loads(answer.read())["executions"]
            for each in failed:
                request = urllib.request.Request(f"{url}/{each['id']}/resume", method="POST")  # noqa: S310
                loopback.ask(request, timeout_seconds=10).close()
