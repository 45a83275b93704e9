"""[[aggregate]] of workflows.toml: what is measured of which rows, and where it goes, which is written as in a relay."""

from collections.abc import Sequence

from relay.config.values import Relay
from workflows.aggregates.results_reader import Kind, ResultsReader
from workflows.aggregates.values import Aggregate, Function, Measure
from workflows.streams.values import Stream

_SHAPE = '{ orders = "count", total = "sum:Total" }'


class AggregateReader(ResultsReader):
    """Reads one [[aggregate]] table whose kind is rows."""

    def aggregate(self) -> Aggregate | None:
        """Return the aggregate, or None if it has problems."""
        self.choice("kind", Kind, Kind.ROWS)
        self.check_results()
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


def clashes(aggregates: Sequence[Aggregate | Stream], relays: Sequence[Relay]) -> list[str]:
    """Return what is wrong with aggregates whose relays have names that others have."""
    taken = {relay.name for relay in relays}
    names = [name for each in aggregates for name in each.relay_names]
    return [
        f"aggregate {each.name!r}: name: {name!r} is the name of another relay or aggregate; take another"
        for each in aggregates
        for name in each.relay_names
        if name in taken or (names.count(name) > 1 and name != each.name)
    ]
