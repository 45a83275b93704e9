"""The endpoint of the relay from a table to an aggregate: the changes of a batch make groups dirty, in the database that they come from."""

from relay import exact_json
from relay.delivery.messages import Message
from relay.delivery.outcomes import Delivered, Outcome, RetryLater
from relay.errors import ConfigError, DatabaseError
from workflows.aggregates.ports import AggregateStore

_ACCEPTED = 202


class AggregateEndpoint:
    """Satisfies relay.ports.Endpoint."""

    def __init__(self, aggregate: AggregateStore) -> None:
        """Ask nothing yet."""
        self._aggregate = aggregate

    def send(self, message: Message, *, timeout_seconds: float) -> Outcome:
        """Mark what the changes of one message concern; a repetition does no harm. Never raises for trouble of the database."""
        del timeout_seconds  # the statement has one of its own
        try:
            self._aggregate.mark(exact_json.loads(message.body)["changes"])
        except (ConfigError, DatabaseError) as error:
            return RetryLater(None, f"its group could not be marked: {error}"[:500])
        return Delivered(_ACCEPTED)
