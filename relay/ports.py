"""What the core needs of the outside, as protocols; adapters and the tests' fakes satisfy them."""

from collections.abc import Sequence
from typing import Protocol

from relay.changes import Change
from relay.delivery import Outcome
from relay.messages import Message
from relay.payload import Key
from relay.settlement import Settlement


class ChangeSource(Protocol):
    """One relay's table, leases and ledger in SQL Server."""

    def enrich(self, items: Sequence[Key]) -> Sequence[Change]:
        """Return what SQL Server knows of these keys; enters unsettled and begun work into the ledger."""

    def settle(self, settlement: Settlement) -> None:
        """Write failures into the ledger and close what is settled, in one transaction."""


class Endpoint(Protocol):
    """One relay's external HTTP API."""

    def send(self, message: Message, *, timeout_seconds: float) -> Outcome:
        """Post the message and return what came of it; never raises for trouble of the network."""
