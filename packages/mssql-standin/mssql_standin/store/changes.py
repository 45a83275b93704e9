"""INSERT, UPDATE, DELETE and MERGE: the plan's query finds rows and values, Python applies them one by one."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any, Protocol

from mssql_standin.binder.plan import (
    BranchPlan,
    DeletePlan,
    InsertPlan,
    MergePlan,
    OutputPlan,
    Plan,
    Runtime,
    UpdatePlan,
)
from mssql_standin.bulk_load import BulkTarget
from mssql_standin.results import SqlError
from mssql_standin.sql_types import SqlType
from mssql_standin.store.catalog import Catalog, Table
from mssql_standin.store.file import FileConnection
from mssql_standin.store.row_rules import RowRules, assigned, check_row, computed_row
from mssql_standin.store.rows import TableWriter
from mssql_standin.store.transaction import Transaction
from mssql_standin.values.conversion import conversion
from mssql_standin.values.type_rules import BIGINT, INTEGER_RANGES, Family, family

Row = list[Any]


class Surroundings(Runtime, Protocol):
    """What applying changes needs of the session."""

    file: FileConnection
    transaction: Transaction

    def rules(self, table: Table) -> RowRules:
        """Return the compiled rules of a table."""

    def next_identity(self, table: Table) -> int:
        """Return the next value of the table's identity column, in stored integers."""

    def note_identity(self, table: Table, value: int, *, explicit: bool) -> None:
        """Remember the identity value of an inserted row."""

    def forget_identity(self) -> None:
        """Note that an INSERT gave out no identity value."""

    def assign_variable(self, name: str, source: Any, value: Any) -> None:
        """Set a variable."""


Result = tuple[int, list[tuple[Any, ...]]]  # rows affected, rows of OUTPUT in stored form


class Changer:
    """Applies the plans of one session."""

    def __init__(self, around: Surroundings) -> None:
        """Work for one session."""
        self._around = around
        self._file = around.file

    @property
    def _catalog(self) -> Catalog:
        return self._around.catalog

    # --- INSERT ----------------------------------------------------------------------------------------------

    def insert(self, plan: InsertPlan, *, identity_insert: bool) -> Result:
        """Apply INSERT. `identity_insert`: SET IDENTITY_INSERT is ON for the table."""
        _check_identity(plan.table, plan.places, identity_insert)
        if plan.table.identity is None:
            self._around.forget_identity()
        found: list[tuple[Any, ...]] = [()] if plan.query is None else self._file.run(plan.query, self._around)
        rows = []
        for line, values in enumerate(found):
            given = [
                (place, sql_type, value)
                for cell, (place, sql_type, value) in enumerate(zip(plan.places, plan.types, values, strict=False))
                if (line, cell) not in plan.default_cells
            ]
            rows.append(self._new_row(plan.table, given))
        writer = self._writer(plan.table, plan.context)
        writer.insert(rows)
        writer.check_references(rows, [], "INSERT")
        return len(rows), self._outputs(plan.output, [(row, None, (), "INSERT") for row in rows])

    def insert_rows(self, table: Table, places: list[int], types: list[Any], found: list[tuple[Any, ...]]) -> None:
        """Insert rows of another statement: OUTPUT INTO and SELECT INTO, which gives an identity column its values."""
        rows = [self._new_row(table, list(zip(places, types, values, strict=True))) for values in found]
        self._writer(table, None).insert(rows)

    def load(self, target: BulkTarget, types: Sequence[SqlType], found: Sequence[Sequence[Any]]) -> int:
        """Insert the rows of a bulk load, given in stored form; return how many."""
        rules = self._around.rules(target.table)
        if not target.check_constraints:
            rules = replace(rules, checks=[])
        rows = []
        for values in found:
            given = [
                (place, sql_type, value)
                for place, sql_type, value in zip(target.places, types, values, strict=True)
                if value is not None or target.keep_nulls
            ]
            rows.append(self._new_row(target.table, given, rules))
        writer = self._writer(target.table, None)
        writer.insert(rows)
        if target.check_constraints:
            writer.check_references(rows, [], "INSERT")
        return len(rows)

    def _new_row(self, table: Table, given: list[tuple[int, Any, Any]], rules: RowRules | None = None) -> Row:
        rules = rules or self._around.rules(table)
        row: Row = [None] * len(table.columns)
        for place, sql_type, value in given:
            row[place] = assigned(self._catalog, table, place, sql_type, value)
        present = {place for place, _, _ in given}
        for place in rules.defaults:
            if place not in present:
                row[place] = self._default(rules, place)
        identity = table.identity
        if identity is not None:
            place = table.by_id[identity.column_id]
            explicit = place in present
            if explicit and row[place] is None:
                raise SqlError(339, "DEFAULT or NULL are not allowed as explicit identity values.")
            if not explicit:
                row[place] = self._identity(table, place)
            self._around.note_identity(table, _integer(row[place], identity.type), explicit=explicit)
        computed_row(rules, self._file, self._around, row)
        check_row(rules, self._catalog, self._file, self._around, row, "INSERT")
        return row

    def _identity(self, table: Table, place: int) -> Any:
        sql_type = table.columns[place].type
        value = self._around.next_identity(table)
        low, high = INTEGER_RANGES.get(sql_type.name, INTEGER_RANGES["bigint"])
        if not low <= value <= high:
            raise SqlError(8115, f"Arithmetic overflow error converting IDENTITY to data type {sql_type.name}.")
        convert = conversion(BIGINT, sql_type) if family(sql_type) is Family.DECIMAL else None
        return convert(value) if convert else value

    def _default(self, rules: RowRules, place: int) -> Any:
        if place not in rules.defaults:
            return None
        plan, sql_type = rules.defaults[place]
        value = self._file.run(plan, self._around)[0][0]
        return assigned(self._catalog, rules.table, place, sql_type, value)

    # --- UPDATE ----------------------------------------------------------------------------------------------

    def update(self, plan: UpdatePlan) -> Result:
        """Apply UPDATE."""
        table = plan.table
        width = len(table.columns)
        rows: list[tuple[int, Row, Row]] = []
        outputs: list[tuple[Row | None, Row | None, tuple[Any, ...], str]] = []
        named = [place for place in [*plan.places, *plan.defaults] if place is not None]
        for found in _first_per_row(self._file.run(plan.query, self._around)):
            old = list(found[1 : width + 1])
            values = found[width + 1 : width + 1 + len(plan.types)]
            new = self._updated(table, old, plan.places, plan.types, values, plan.defaults)
            for name, sql_type, which in plan.variables:
                self._around.assign_variable(name, sql_type, values[which])
            rows.append((found[0], old, new))
            outputs.append((new, old, found[len(found) - plan.extras :], "UPDATE"))
        if named:
            writer = self._writer(table, plan.context)
            writer.update(rows, named)
            writer.check_references([new for _, _, new in rows], [old for _, old, _ in rows], "UPDATE")
        return len(rows), self._outputs(plan.output, outputs)

    def _updated(
        self,
        table: Table,
        old: Row,
        places: list[int | None] | list[int],
        types: list[Any],
        values: tuple[Any, ...],
        defaults: list[int],
    ) -> Row:
        rules = self._around.rules(table)
        new = list(old)
        for place, sql_type, value in zip(places, types, values, strict=True):
            if place is not None:
                new[place] = assigned(self._catalog, table, place, sql_type, value)
        for place in defaults:
            new[place] = self._default(rules, place)
        computed_row(rules, self._file, self._around, new)
        check_row(rules, self._catalog, self._file, self._around, new, "UPDATE")
        return new

    # --- DELETE ----------------------------------------------------------------------------------------------

    def delete(self, plan: DeletePlan) -> Result:
        """Apply DELETE."""
        width = len(plan.table.columns)
        found = _first_per_row(self._file.run(plan.query, self._around))
        rows = [(row[0], list(row[1 : width + 1])) for row in found]
        writer = self._writer(plan.table, plan.context)
        writer.delete(rows)
        writer.check_references([], [row for _, row in rows], "DELETE")
        outputs: list[tuple[Row | None, Row | None, tuple[Any, ...], str]] = [
            (None, old, row[len(row) - plan.extras :], "DELETE") for (_, old), row in zip(rows, found, strict=True)
        ]
        return len(rows), self._outputs(plan.output, outputs)

    # --- MERGE -----------------------------------------------------------------------------------------------

    def merge(self, plan: MergePlan, *, identity_insert: bool) -> Result:
        """Apply MERGE: deletions, then updates, then insertions; constraints count at the end."""
        for branch in plan.branches:
            if branch.action == "insert":
                _check_identity(plan.table, _named(branch), identity_insert)
        table, width = plan.table, len(plan.table.columns)
        deleted: list[tuple[int, Row]] = []
        updated: dict[int, list[tuple[int, Row, Row]]] = {}
        inserted: list[Row] = []
        outputs: list[tuple[Row | None, Row | None, tuple[Any, ...], str]] = []
        seen: set[int] = set()
        for query in plan.queries:
            for found in self._file.run(query, self._around):
                rowid, old, number = found[0], list(found[1 : width + 1]), found[width + 1]
                if number is None:
                    continue
                if rowid is not None:
                    _reject_second(rowid, seen)
                branch = plan.branches[number]
                values = found[branch.first : branch.first + len(branch.types)]
                new: Row | None = None
                if branch.action == "delete":
                    deleted.append((rowid, old))
                elif branch.action == "update":
                    new = self._updated(table, old, branch.places, branch.types, values, branch.defaults)
                    updated.setdefault(number, []).append((rowid, old, new))
                else:
                    new = self._new_row(table, list(zip(branch.places, branch.types, values, strict=True)))
                    inserted.append(new)
                before = None if branch.action == "insert" else old
                outputs.append((new, before, found[len(found) - plan.extras :], branch.action.upper()))
        self._apply_merge(plan, deleted, updated, inserted)
        return len(outputs), self._outputs(plan.output, outputs)

    def _apply_merge(
        self,
        plan: MergePlan,
        deleted: list[tuple[int, Row]],
        updated: dict[int, list[tuple[int, Row, Row]]],
        inserted: list[Row],
    ) -> None:
        writer = self._writer(plan.table, plan.context)
        writer.delete(deleted)
        for number, rows in updated.items():
            writer.update(rows, _named(plan.branches[number]))
        writer.insert(inserted)
        changes = [row for rows in updated.values() for row in rows]
        stored = [*inserted, *(new for _, _, new in changes)]
        removed = [*(row for _, row in deleted), *(old for _, old, _ in changes)]
        writer.check_references(stored, removed, "MERGE")

    # --- OUTPUT ----------------------------------------------------------------------------------------------

    def _outputs(
        self,
        plan: OutputPlan | None,
        rows: list[tuple[Row | None, Row | None, tuple[Any, ...], str]],
    ) -> list[tuple[Any, ...]]:
        if plan is None:
            return []
        arguments = plan.query.arguments(self._around)
        results = []
        for new, old, extras, action in rows:
            width = len(new or old or ())
            values = {**arguments, "action": action, **_cells("i", new, width), **_cells("d", old, width)}
            values.update({f"x{place}": value for place, value in enumerate(extras)})
            results.append(self._file.rows(plan.query.sql, values)[0])
        if plan.into is None:
            return results
        self.insert_rows(plan.into, plan.into_places, [column.type for column in plan.query.columns], results)
        return []

    def _writer(self, table: Table, context: Plan | None) -> TableWriter:
        value = None if context is None else self._file.run(context, self._around)[0][0]
        return TableWriter(table, self._catalog, self._file, self._around.transaction, value)


def _cells(letter: str, row: Row | None, width: int) -> dict[str, Any]:
    """Return the parameters of an image of a row; all NULL if the change has no such image."""
    return {f"{letter}{place}": value for place, value in enumerate(row or [None] * width)}


def _first_per_row(found: list[tuple[Any, ...]]) -> list[tuple[Any, ...]]:
    """Return the rows with each target row once: the first of several matches wins."""
    return list({row[0]: row for row in reversed(found)}.values())[::-1]


def _reject_second(rowid: int, seen: set[int]) -> None:
    if rowid in seen:
        raise SqlError(8672, "The MERGE statement attempted to UPDATE or DELETE the same row more than once. This happens when a target "
                             "row matches more than one source row.")  # fmt: skip
    seen.add(rowid)


def _check_identity(table: Table, places: list[int], identity_insert: bool) -> None:
    """Raise SqlError 544 or 545 unless a value for the identity column is given exactly if it may be."""
    identity = table.identity
    if identity is None:
        return
    given = table.by_id[identity.column_id] in places
    if given and not identity_insert:
        raise SqlError(544, f"Cannot insert explicit value for identity column in table '{table.name}' when IDENTITY_INSERT is set "
                            "to OFF.")  # fmt: skip
    if identity_insert and not given:
        raise SqlError(545, f"Explicit value must be specified for identity column in table '{table.name}' either when IDENTITY_INSERT is "
                            "set to ON or when a replication user is inserting into a NOT FOR REPLICATION identity column.")  # fmt: skip


def _named(branch: BranchPlan) -> list[int]:
    return [*branch.places, *branch.defaults]


def _integer(stored: Any, sql_type: Any) -> int:
    if isinstance(stored, int):
        return stored
    convert: Callable[[Any], Any] | None = conversion(sql_type, BIGINT)
    return int(convert(stored) if convert else stored)
