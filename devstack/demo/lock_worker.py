"""A worker that writes under a lock, turn after turn; over HTTP, so that it outlives the app's host."""

import threading
import time
from collections.abc import Callable

from devstack.demo.app_client import NOBODY, ask

LOCK = "ledger"
LEASE_SECONDS, WAIT_SECONDS = 2, 30
WRITES_PER_TURN = 2
_PAUSE_SECONDS = 0.3
_PATIENCE_SECONDS = 120.0


class LockWorker(threading.Thread):
    """Takes the lock, writes twice with its token, gives it back; until it is told to end. A write that was refused comes again."""

    def __init__(self, name: str, host_url: str, api_url: str, say: Callable[[str], None]) -> None:
        """Do nothing yet."""
        super().__init__(name=name, daemon=True)
        self.has_written = threading.Event()
        self.was_refused = threading.Event()
        self.writes = 0
        self.begins_after: threading.Event | None = None
        self.stands_still_until: threading.Event | None = None  # once, in the middle of a turn
        self._locks_url = f"{host_url}/api/locks/{LOCK}"
        self._ledger_url = f"{api_url}/{LOCK}"
        self._say = say
        self._over = threading.Event()

    def end(self) -> None:
        """End after the turn that is under way, if it has begun."""
        self._over.set()
        if self.ident is not None:
            self.join()

    def run(self) -> None:
        """Work."""
        if self.begins_after is not None:
            self.begins_after.wait(_PATIENCE_SECONDS)
        turn = 0
        while not self._over.is_set():
            turn += 1
            written = 0
            while written < WRITES_PER_TURN and (token := self._acquired()):
                written = self._written(turn, written, token)
                self._ask("release", {"token": token})

    def _acquired(self) -> int:
        """Return the token; 0 if it is over first."""
        while not self._over.is_set():
            wish = {"owner": self.name, "lease_seconds": LEASE_SECONDS, "wait_seconds": WAIT_SECONDS}
            status, answer = self._ask("acquire", wish)
            if status == 200:
                return int(answer["token"])
            time.sleep(_PAUSE_SECONDS)
        return 0

    def _written(self, turn: int, written: int, token: int) -> int:
        """Write the rest of a turn, as far as the token is taken; return how much of it is written."""
        while written < WRITES_PER_TURN:
            status = self._write(f"{self.name}-{turn}-{written}", token)
            if status == 409:
                self._say(f"{self.name} writes with token {token}, and is refused: a higher one was seen")
                self.was_refused.set()
                return written
            if status == NOBODY:
                return written
            written += 1
            self.writes += 1
            self.has_written.set()
            if self.stands_still_until is not None:
                self._say(f"{self.name} has token {token} and stands still beyond the lease of {LEASE_SECONDS} s")
                self.stands_still_until.wait(_PATIENCE_SECONDS)
                self.stands_still_until = None
            time.sleep(_PAUSE_SECONDS)
        return written

    def _write(self, number: str, token: int) -> int:
        body = {
            "id": number, "relay": LOCK, "operation": "insert", "version": 1, "key": {"Id": number}, "data": {"by": self.name},
        }  # fmt: skip
        return ask("POST", self._ledger_url, body, {"Idempotency-Key": f'"{number}"', "X-Fencing-Token": str(token)})[0]

    def _ask(self, action: str, body: object) -> tuple[int, dict[str, int]]:
        status, answer = ask("POST", f"{self._locks_url}/{action}", body)
        return status, answer or {}
