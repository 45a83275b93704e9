"""Who pays: posts the event for every order that is under way, again and again, as a payment provider's webhook does."""

import json
import threading
import urllib.request
from collections.abc import Callable

from devstack import loopback

_PAUSE_SECONDS = 0.5


class Payments:
    """Pays for whatever is under way until it is stopped; one payment for each execution, however often it is told."""

    def __init__(self, host_url: Callable[[], str]) -> None:
        """Do nothing yet. The host may be on another port after a crash."""
        self._host_url = host_url
        self._paid: set[str] = set()
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._pay, name="payments", daemon=True)

    def start(self) -> None:
        """Begin."""
        self._thread.start()

    def stop(self) -> None:
        """End, if it has begun."""
        self._over.set()
        if self._thread.ident is not None:
            self._thread.join()

    def _pay(self) -> None:
        while not self._over.wait(_PAUSE_SECONDS):
            try:
                self._pay_all()
            except (OSError, ValueError):
                continue  # the host is down, or dies just now

    def _pay_all(self) -> None:
        for execution in self._under_way():
            if execution not in self._paid and not self._over.is_set():
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
