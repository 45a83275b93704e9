"""Who pays: posts the event for every order that is under way, again and again, as a payment provider's webhook does."""

import json
import urllib.request
from collections.abc import Callable

from devstack import loopback
from devstack.repeating import AtTheHost


class Payments(AtTheHost):
    """Pays for whatever is under way until it is stopped; one payment for each execution, however often it is told."""

    def __init__(self, host_url: Callable[[], str]) -> None:
        """Do nothing yet."""
        super().__init__(host_url)
        self._paid: set[str] = set()

    def visit(self) -> None:
        """Pay for all that is under way."""
        for execution in self._under_way():
            if execution not in self._paid and not self.over.is_set():
                url = f"{self.host_url()}/api/executions/{execution}/events/paid"
                headers = {"Idempotency-Key": "the payment"}
                request = urllib.request.Request(url, b'{"by": "card"}', headers, method="POST")  # noqa: S310
                with loopback.ask(request, timeout_seconds=10):
                    self._paid.add(execution)

    def _under_way(self) -> list[str]:
        found: list[str] = []
        after = ""
        while after is not None:
            url = f"{self.host_url()}/api/executions?workflow=order&state=running&after={after}"
            with loopback.ask(url, timeout_seconds=10) as answer:
                page = json.loads(answer.read())
            found += [each["id"] for each in page["executions"]]
            after = page["next"]
        return found
