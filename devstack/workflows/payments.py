"""Who pays: posts the event for every order that is under way, again and again, as a payment provider's webhook does."""

import contextlib
import json
import urllib.request
from collections.abc import Callable

from devstack import loopback
from devstack.repeating import Repeating


class Payments(Repeating):
    """Pays for whatever is under way until it is stopped; one payment for each execution, however often it is told."""

    def __init__(self, host_url: Callable[[], str]) -> None:
        """Do nothing yet. The host may be on another port after a crash."""
        super().__init__()
        self._host_url = host_url
        self._paid: set[str] = set()

    def go_round(self) -> None:
        """Pay for all that is under way."""
        with contextlib.suppress(OSError, ValueError):  # the host is down, or dies just now
            self._pay_all()

    def _pay_all(self) -> None:
        for execution in self._under_way():
            if execution not in self._paid and not self.over.is_set():
                url = f"{self._host_url()}/api/executions/{execution}/events/paid"
                headers = {"Idempotency-Key": "the payment"}
                request = urllib.request.Request(url, b'{"by": "card"}', headers, method="POST")  # noqa: S310
                with loopback.ask(request, timeout_seconds=10):
                    self._paid.add(execution)

    def _under_way(self) -> list[str]:
        found: list[str] = []
        after = ""
        while after is not None:
            url = f"{self._host_url()}/api/executions?workflow=order&state=running&after={after}"
            with loopback.ask(url, timeout_seconds=10) as answer:
                page = json.loads(answer.read())
            found += [each["id"] for each in page["executions"]]
            after = page["next"]
        return found
