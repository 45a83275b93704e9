"""What all kinds of [[aggregate]] have in common: how results are delivered, which is written as in a relay, and the name."""

from enum import StrEnum

from relay.config.relay_reader import RelayReader
from relay.config.values import AGGREGATE, WORKFLOW
from workflows.aggregates.names import LONGEST_NAME, rows_relay

_NOT_OF_RESULTS = (
    "watch",
    "ignore_contexts",
    "send",
    "rename",
    "mask",
    "mask_key",
    "mode",
    "on_newer",
    "backfill_after_gap",
)


class Kind(StrEnum):
    """What is aggregated."""

    ROWS = "rows"  # of a table
    EVENTS = "events"  # that are posted


class ResultsReader(RelayReader):
    """Reads what is written of the results."""

    file = "workflows.toml"

    def check_results(self) -> None:
        """Consume what results cannot have, each with its remedy."""
        for key in _NOT_OF_RESULTS:
            if key in self.rest:
                self.problem(key, "an aggregate's results have no such thing; leave it out")
                del self.rest[key]
        if str(self.rest.get("endpoint")).startswith((WORKFLOW, AGGREGATE)):
            self.problem("endpoint", "results go to an HTTP API; write its URL")
            del self.rest["endpoint"]

    def name(self) -> str:
        """Consume `name`."""
        name = super().name()
        if len(name) > LONGEST_NAME:
            self.problem(
                "name",
                f"{name!r} is longer than {LONGEST_NAME} characters, for {rows_relay(name)} has to be a name too; take a shorter one",
            )
        return name
