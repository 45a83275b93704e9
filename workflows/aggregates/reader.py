"""[[aggregate]] of workflows.toml: what is measured of which rows, and where it goes, which is written as in a relay."""

from collections.abc import Sequence

from relay.config.relay_reader import RelayReader
from relay.config.values import AGGREGATE, WORKFLOW, Relay
from workflows.aggregates.names import LONGEST_NAME, rows_relay
from workflows.aggregates.values import Aggregate, Function, Measure

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
_SHAPE = '{ orders = "count", total = "sum:Total" }'


class AggregateReader(RelayReader):
    """Reads one [[aggregate]] table."""

    file = "workflows.toml"

    def aggregate(self) -> Aggregate | None:
        """Return the aggregate, or None if it has problems."""
        for key in _NOT_OF_RESULTS:
            if key in self.rest:
                self.problem(key, "an aggregate's results have no such thing; leave it out")
                del self.rest[key]
        if str(self.rest.get("endpoint")).startswith((WORKFLOW, AGGREGATE)):
            self.problem("endpoint", "results go to an HTTP API; write its URL")
            del self.rest["endpoint"]
        group_by, measures = self._columns("group_by"), self._measures()
        if not group_by and not self._said("group_by"):
            self.problem("group_by", 'it is missing; write the columns, such as ["Country"]')
        condition, moves = self.conditions(), self.yes_or_no("moves", default=True)
        numbers = self.numbers(Aggregate)
        results = self.relay()
        if results is None:
            return None
        return Aggregate(
            name=results.name,
            table=results.table,
            group_by=group_by,
            measures=measures,
            results=results,
            condition=condition,
            moves=moves,
            **numbers,
        )

    def _measures(self) -> dict[str, Measure]:
        found = {}
        for name, text in self.mapping("measures", _SHAPE).items():
            function, _, column = text.partition(":")
            if function not in set(Function) or (not column and function != Function.COUNT):
                functions = ", ".join(member.value for member in Function)
                self.problem(
                    f"measures.{name}",
                    f"{text!r} is no measure; write count, or one of {functions} with a column: sum:Total",
                )
            else:
                found[name] = Measure(Function(function), column)
        if not found and not any(": measures" in problem for problem in self.problems):
            self.problem("measures", f"it is missing; it must look like {_SHAPE}")
        return found

    def name(self) -> str:
        """Consume `name`."""
        name = super().name()
        if len(name) > LONGEST_NAME:
            self.problem(
                "name",
                f"{name!r} is longer than {LONGEST_NAME} characters, for {rows_relay(name)} has to be a name too; take a shorter one",
            )
        return name


def clashes(aggregates: Sequence[Aggregate], relays: Sequence[Relay]) -> list[str]:
    """Return what is wrong with aggregates whose relays have names that others have."""
    taken = {relay.name for relay in relays}
    names = [name for each in aggregates for name in (each.name, rows_relay(each.name))]
    return [
        f"aggregate {each.name!r}: name: {name!r} is the name of another relay or aggregate; take another"
        for each in aggregates
        for name in (each.name, rows_relay(each.name))
        if name in taken or (names.count(name) > 1 and name != each.name)
    ]
