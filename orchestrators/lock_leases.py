"""The leases of an orchestration's locks: renewed beside whatever it waits for."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

import azure.durable_functions as df

from orchestrators.flow import Steps, TriedOften, retried
from workflows.locks.names import RENEW
from workflows.locks.order import Order


class LockLost(Exception):
    """A lock is not held any more: its lease ran out, or it was taken away. Raised in the body, once, at what it waits for; the message says which."""


class Holding:
    """What is held, and until when it is safe to think so: from the moment on at which it was asked for."""

    def __init__(
        self, context: df.DurableOrchestrationContext, order: Order, tokens: Mapping[str, int], asked_at: Any
    ) -> None:
        """Begin with what was granted to whoever asked at that moment."""
        self.tokens = tokens
        self._context = context
        self._order = order
        self._since = self._renew_at = asked_at
        self._is_lost = False  # then nothing is renewed any more: whoever catches it may still put things right
        self._put_off_renewal()

    def while_waiting_for(self, task: Any) -> Steps:
        """Renew the leases until the task is done; raise LockLost."""
        while not self._is_lost and not task.is_completed:
            # A new timer each time: of one that was raced before, the host would wait for the end of that race.
            timer = self._context.create_timer(self._renew_at)
            winner = yield self._context.task_any([task, timer])
            if winner is not timer:
                timer.cancel()  # an open timer would keep the instance running
                return
            yield from self._renew()

    def _renew(self) -> Steps:
        asked_at = self._context.current_utc_datetime
        try:
            answered = yield from retried(self._context, RENEW, {"tokens": dict(self.tokens)})
        except TriedOften as error:
            if self._context.current_utc_datetime >= self._since + timedelta(seconds=self._order.lease_seconds):
                self._is_lost = True
                raise LockLost(f"{', '.join(self.tokens)}: the lease could not be renewed: {error}") from None
            self._renew_at = self._context.current_utc_datetime
            return
        if answered["lost"]:
            self._is_lost = True
            raise LockLost(f"{', '.join(answered['lost'])} held no more: the lease ran out, or somebody took it")
        self._since = asked_at
        self._put_off_renewal()

    def _put_off_renewal(self) -> None:
        self._renew_at = self._since + timedelta(seconds=self._order.renew_after_seconds)
