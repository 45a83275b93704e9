"""An aggregate as configured: [[aggregate]] of workflows.toml, and the two relays that it is made of."""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Annotated

from relay import exact_json
from relay.changes.conditions import Condition
from relay.config.values import AGGREGATE, RESULTS, Mode, Relay
from relay.delivery.results import COLUMNS
from relay.identifiers import TableName
from relay.numbers import Between
from workflows.aggregates.names import rows_relay


class Function(StrEnum):
    """What is made of a group's values."""

    COUNT = "count"  # of the rows; of a column: of those in which it is not NULL
    SUM = "sum"
    MIN = "min"
    MAX = "max"
    AVG = "avg"
    DISTINCT = "distinct"  # how many different values, NULL not counted


@dataclass(frozen=True, slots=True)
class Measure:
    """One value of each group."""

    function: Function
    column: str = ""  # empty: the rows themselves, which can only be counted

    def __str__(self) -> str:
        """Return it as workflows.toml has it, such as sum:Total."""
        return f"{self.function.value}:{self.column}" if self.column else self.function.value


@dataclass(frozen=True, slots=True, kw_only=True)
class Aggregate:
    """Groups of a table's rows, what is measured of each, and where that goes."""

    name: str
    table: TableName
    group_by: Sequence[str]
    measures: Mapping[str, Measure]
    results: Relay  # how results are delivered; whose rows they are, `relays` says
    condition: Sequence[Condition] = ()  # rows that do not meet it count for nothing
    settle_seconds: Annotated[float, Between(0, 3600)] = 5.0  # from a group's first change on, others of it are awaited
    moves: bool = True  # whether a row may come into another group, or vanish; then each row's group is remembered

    def relays(self, app: str) -> tuple[Relay, Relay]:
        """Return the relay that tells of the table's rows, and the one that delivers the results."""
        columns = [
            *self.group_by,
            *(each.column for each in self.measures.values()),
            *(c.column for c in self.condition),
        ]
        rows = Relay(
            name=rows_relay(self.name),
            table=self.table,
            endpoint=f"{AGGREGATE}{self.name}",
            # Nothing of a row is told but its key; that the columns are there is checked with the relay.
            send=tuple(dict.fromkeys(column for column in columns if column)),
            mode=Mode.BATCH,
            recovery=self.results.recovery,
            silent_after_minutes=self.results.silent_after_minutes,
            warn_retention_hours=self.results.warn_retention_hours,
        )
        # The table of results is all aggregates' and all apps'.
        ours = (Condition("App", "equals", app), Condition("Aggregate", "equals", self.name))
        return rows, replace(self.results, table=RESULTS, condition=ours, send=COLUMNS)

    @property
    def relay_names(self) -> tuple[str, ...]:
        """Return the names that its relays have."""
        return self.name, rows_relay(self.name)

    @property
    def group_text(self) -> str:
        """Return what the groups are made of, which cannot change under the same name."""
        return exact_json.dumps([str(self.table), *self.group_by])

    @property
    def fingerprint(self) -> str:
        """Return what tells this definition from another; under another one all groups are computed anew."""
        measures = [[name, str(measure)] for name, measure in self.measures.items()]
        condition = [[each.column, each.operator, str(each.operand)] for each in self.condition]
        whole = exact_json.dumps([self.group_text, measures, condition, self.moves])
        return hashlib.sha256(whole.encode(errors="surrogatepass")).hexdigest()
