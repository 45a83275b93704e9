"""What an operator sees of the recoveries, over the app's own routes; and how many rounds they did."""

import contextlib
import http.client
import json
from collections.abc import Mapping, Sequence
from typing import Any

from devstack import loopback

State = Mapping[str, Any]


class OperatorView:
    """Looks at the relays and remembers the rounds of every recovery it saw."""

    def __init__(self, host_url: str, relays: Sequence[str]) -> None:
        self._host_url = host_url
        self._relays = relays
        self._rounds: dict[tuple[str, str], int] = {}  # by relay and beginning of the trouble

    @property
    def rounds(self) -> int:
        """Return how many rounds all recoveries did together."""
        return sum(self._rounds.values())

    def look(self) -> Mapping[str, State]:
        """Return the state of each relay; none while the host does not answer."""
        found: dict[str, State] = {}
        with contextlib.suppress(OSError, http.client.HTTPException):
            for relay in self._relays:
                state = self._get(f"/api/relays/{relay}")
                situation = state["situation"]
                self._saw(relay, situation["since"], situation["rounds"])
                found[relay] = state
        return found

    def output(self, relay: str, instance: str) -> State | None:
        """Return what the relay's recovery came to, None if it has not ended."""
        status = self._get(f"/runtime/webhooks/durabletask/instances/{instance}")
        if status["runtimeStatus"] != "Completed":
            return None
        output: State = status["output"]
        self._saw(relay, output["since"], output["rounds"])
        return output

    def _saw(self, relay: str, since: str, rounds: int) -> None:
        if since:
            self._rounds[relay, since] = max(rounds, self._rounds.get((relay, since), 0))

    def _get(self, path: str) -> Any:
        with loopback.ask(f"{self._host_url}{path}", timeout_seconds=10) as answer:
            return json.loads(answer.read())
