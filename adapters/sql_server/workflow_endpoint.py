"""The endpoint of a relay whose changes start workflows: each change is registered, once, in the database that it comes from."""

import json

from relay import exact_json
from relay.config.values import Relay
from relay.delivery.filters import Filtered
from relay.delivery.messages import Message
from relay.delivery.outcomes import Delivered, Outcome, RetryLater
from relay.errors import DatabaseError
from relay.ports import Tables
from workflows.execution.names import subject_of
from workflows.execution.values import Registration, State

_ACCEPTED = 202


class WorkflowEndpoint:
    """Satisfies relay.ports.Endpoint."""

    def __init__(self, relay: Relay, tables: Tables) -> None:
        """Ask nothing yet."""
        self._relay = relay
        self._tables = tables

    def send(self, message: Message, *, timeout_seconds: float) -> Outcome | Filtered:
        """Register what the message of one change starts; its id is the idempotency key. Never raises for trouble of the database."""
        del timeout_seconds  # the statement has one of its own
        text = message.body.decode()
        change = json.loads(text)
        key = exact_json.dumps(change["key"])
        registration = Registration(
            id=message.idempotency_key,
            workflow=self._relay.workflow,
            subject=subject_of(self._relay.workflow, self._relay.name, key),
            input=text,
            relay=self._relay.name,
            key=key,
            version=change["version"],
            on_newer=self._relay.on_newer.value,
        )
        try:
            [[found]] = self._tables.ask("execution/register", **registration.values())
        except DatabaseError as error:
            return RetryLater(None, f"it could not be registered: {error}"[:500])
        if found["state"] == State.IGNORED:
            return Filtered("an execution ran for its row")
        return Delivered(_ACCEPTED)
