"""Judges what an aggregate's endpoint is told: at rest it is what the table's rows come to, computed here from what was committed."""

import itertools
import json
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from typing import Any

from tests.simulation.history import History
from tests.simulation.network import Request
from tests.simulation.oracle import Oracle
from tests.simulation.plan import AggregatePlan
from tests.simulation.rules import holds
from tests.simulation.sql_server import SqlServer
from tests.simulation.tables import Row

_SAME = Decimal("0.000001")  # of which an average has digits
_REFUSING = frozenset({400, 413, 415, 422})
Group = tuple[Any, ...]


class Grouped:
    """Told of every request to one aggregate's endpoint."""

    def __init__(self, plan: AggregatePlan, history: History, oracle: Oracle, sql: SqlServer) -> None:
        self._plan = plan
        self._history = history
        self._oracle = oracle
        self._sql = sql
        self._bodies: dict[str, bytes] = {}  # by id
        self._told: dict[Group, dict[int, Mapping[str, Any]]] = defaultdict(dict)  # contents by group and revision
        self._has: dict[Group, int] = {}  # the highest revision that the endpoint has
        self._refused: set[Group] = set()

    def hears(
        self,
        request: Request,
        contents: Sequence[Mapping[str, Any]],
        status: int | None,
        kept: bool,
        asked: float | None,
    ) -> None:
        """Judge a request; satisfies Endpoint.hears."""
        del asked
        [content] = contents
        group, revision = self._called(content["group"].values()), content["revision"]
        what = f"{self._plan.name} got revision {revision} of {group}"
        if content["aggregate"] != self._plan.name or tuple(content["group"]) != tuple(self._plan.group_by):
            self._broken(f"{what}, which is another's: {content}")
        if request.idempotency_key != content["id"]:
            self._broken(f"{what} under the key {request.idempotency_key}: {content}")
        if self._bodies.setdefault(content["id"], request.body) != request.body:
            self._broken(f"{what} twice, not the same: {self._bodies[content['id']]!r} then {request.body!r}")
        if self._told[group].setdefault(revision, content) != content:
            self._broken(f"{what} twice, not the same: {self._told[group][revision]} then {content}")
        if kept:
            self._has[group] = max(self._has.get(group, 0), revision)
        if status in _REFUSING:
            self._refused.add(group)

    def judge(self, seconds: float) -> int:
        """Judge what the endpoint has when every bound has passed; return how many results it was told."""
        excused = self._dead(seconds)
        due = measured(self._plan, self._rows())
        for group in sorted({*due, *self._has} - excused, key=str):
            content = self._told[group].get(self._has.get(group, 0))
            has = None if content is None or content.get("empty") else content["measures"]
            nothing = {
                name: 0 if what.startswith(("count", "distinct")) else None
                for name, what in self._plan.measures.items()
            }
            if not _alike(has, due.get(group)) or (has is None and content and content["measures"] != nothing):
                self._oracle.broken(
                    seconds, f"{self._plan.name} has of {group} {content}, and it comes to {due.get(group)}"
                )
        for group, revisions in self._told.items():
            self._rise(group, sorted(revisions.items()), seconds)
        return sum(map(len, self._told.values()))

    def _rise(self, group: Group, told: Sequence[tuple[int, Mapping[str, Any]]], seconds: float) -> None:
        """See that what came later counts as much at least, and is another."""
        for (before, old), (after, new) in itertools.pairwise(told):
            if new["version"] < old["version"] or (after == before + 1 and new["measures"] == old["measures"]):
                self._oracle.broken(seconds, f"{self._plan.name} got of {group} {old}, and then {new}")

    def _dead(self, seconds: float) -> set[Group]:
        """Return the groups of which something was refused, or given up by its time; see that nothing else is left."""
        found: set[Group] = set()
        for relay, key, state, why in self._sql.look("SELECT Relay, KeyText, State, Why FROM relay.Ledger"):
            if relay not in {self._plan.name, self._plan.rows_relay}:
                continue
            group = self._group_of(json.loads(key)[0]) if relay == self._plan.name else None
            if state != "dead" or group is None or (why == "refused" and group not in self._refused):
                self._oracle.broken(seconds, f"stuck: {relay} {key} is {state}, {why}")
            elif group is not None:
                found.add(group)
        return found

    def _group_of(self, result: int) -> Group:
        [[text]] = self._sql.look("SELECT [Group] FROM relay.AggregateResult WHERE Id = ?", result)
        return self._called(json.loads(text).values())

    def _rows(self) -> Iterable[Row]:
        for key in self._history.written():
            if (row := self._history.row(key)) is not None:
                yield {**dict(zip(self._plan.table.keys.columns, key, strict=True)), **row}

    @staticmethod
    def _called(values: Iterable[Any]) -> Group:
        return tuple(map(_same, values))

    def _broken(self, what: str) -> None:
        self._oracle.broken(self._sql.seconds, what)


def measured(plan: AggregatePlan, rows: Iterable[Row]) -> Mapping[Group, Mapping[str, Any]]:
    """Return what rows come to, by group."""
    groups: dict[Group, list[Row]] = defaultdict(list)
    for row in rows:
        if holds(plan.condition, row):
            groups[tuple(_same(row[column]) for column in plan.group_by)].append(row)
    return {
        group: {name: _measure(what, members) for name, what in plan.measures.items()}
        for group, members in groups.items()
    }


def _measure(what: str, rows: Sequence[Row]) -> Any:
    function, _, column = what.partition(":")
    if not column:
        return len(rows)
    values = [row[column] for row in rows if row[column] is not None]
    match function:
        case "count":
            return len(values)
        case "distinct":
            return len(set(map(_same, values)))
        case "sum":
            return sum(values) if values else None
        case "avg":
            return Decimal(sum(values)) / len(values) if values else None
        case "min":
            return min(values, default=None)
        case _:
            return max(values, default=None)


def _same(value: Any) -> Any:
    """Return a value as the columns' collation compares it."""
    return value.rstrip().casefold() if isinstance(value, str) else value


def _alike(has: Mapping[str, Any] | None, due: Mapping[str, Any] | None) -> bool:
    if has is None or due is None:
        return has is due
    return has.keys() == due.keys() and all(
        has[name] is due[name]
        if has[name] is None or due[name] is None
        else abs(Decimal(str(has[name])) - Decimal(str(due[name]))) <= _SAME
        for name in due
    )
