"""What a server does with a batch before anything of it runs: it compiles every statement whose tables are there.

A statement that names a table which is not there yet waits until it is its turn (deferred name resolution). What is outside
the subset is found in those too, against the tables as the batch will have made them by then, and refuses the whole batch.
"""

from collections.abc import Iterator
from dataclasses import replace

from mssql_standin import planning, procedures
from mssql_standin.binder.changes import ChangeBinder
from mssql_standin.binder.compilation import Compilation
from mssql_standin.failures import CompileError
from mssql_standin.frame import Frame
from mssql_standin.parser import syntax
from mssql_standin.parser.cursor import unsupported
from mssql_standin.results import SqlError
from mssql_standin.sql_types import SqlType
from mssql_standin.store.catalog import Catalog, Table
from mssql_standin.store.definitions import Ids, add_to_table, build_table
from mssql_standin.values.type_rules import NTEXT

_UNSUPPORTED = 40000
# Said of a statement only when it is its turn: its table is not there, or change tracking of it is not on.
_DEFERRED = frozenset({208, 1087, 4701, 22105})


def compile_ahead(frame: Frame) -> tuple[CompileError, syntax.Statement] | None:
    """Compile the statements of a level; return the error that keeps all of it from running, and the statement at fault."""
    circumstances = (frame.catalog.token, *frame.circumstances())
    if circumstances in frame.parsed.compiled:
        return None
    frame.is_compiling = True
    try:
        refused = _refused(frame)
    finally:
        frame.is_compiling = False
    if refused is None:
        frame.parsed.compiled.add(circumstances)
    return refused


def _refused(frame: Frame) -> tuple[CompileError, syntax.Statement] | None:
    expected = _Expected(frame)
    for node in syntax.walk(frame.parsed.batch.statements):
        try:
            _compile(node, frame)
        except CompileError as error:
            number = error.message.number
            if number == _UNSUPPORTED or not (number in _DEFERRED or expected.is_deferred(node)):
                return error, node
            refusal = expected.refusal(node)
            if refusal is not None:
                return refusal, node
        try:
            expected.define(node)
        except SqlError as error:
            if error.message.number == _UNSUPPORTED:
                return CompileError(error.message), node
    return None


def _compile(node: syntax.Statement, frame: Frame) -> None:
    match node:
        case syntax.SelectStatement():
            planning.select(node, frame)
        case syntax.Insert():
            planning.insert(node, frame)
        case syntax.Update():
            planning.update(node, frame)
        case syntax.Delete():
            planning.delete(node, frame)
        case syntax.Merge():
            planning.merge(node, frame)
        case syntax.If(condition, _, _) | syntax.While(condition, _):
            planning.condition(condition, frame)
        case syntax.SetVariable():
            planning.assignment(node, frame)
        case syntax.Execute(procedure, arguments, _):
            refusal = procedures.refusal(".".join(procedure), [argument.value for argument in arguments])
            if refusal is not None:
                raise CompileError(refusal.message)
        case _:
            for value, target in _values(node):
                planning.value(value, frame, target)


def _values(node: syntax.Statement) -> Iterator[tuple[syntax.Expression, SqlType | None]]:
    match node:
        case syntax.Declare(_, sql_type, value) if value is not None:
            yield value, sql_type
        case syntax.Print(value):
            yield value, NTEXT


class _Expected:
    """The tables as the batch will have made them, without making them: enough to see what would be refused."""

    def __init__(self, frame: Frame) -> None:
        self._frame = frame
        self._catalog: Catalog = frame.catalog
        self._local: dict[str, Table] = frame.local_tables()
        self._changed = False

    def is_deferred(self, node: syntax.Statement) -> bool:
        """Tell whether a statement names a table that is not there."""
        binder = ChangeBinder(Compilation(self._frame.catalog, {}, self._frame.local_tables()))
        return any(not binder.finds(name) for name in _table_names(node))

    def refusal(self, node: syntax.Statement) -> CompileError | None:
        """Return the error for what is outside the subset in a statement that waits for its table."""
        if not self._changed:
            return None
        binder = ChangeBinder(Compilation(self._catalog, self._frame.types, self._local))
        try:
            match node:
                case syntax.SelectStatement():
                    plan = binder.select(node)
                    if plan.into is not None:
                        self._add(plan.into, planning.copied_columns(plan))
                case syntax.Insert():
                    binder.insert(node)
                case syntax.Update():
                    binder.update(node)
                case syntax.Delete():
                    binder.delete(node)
                case syntax.Merge():
                    binder.merge(node)
        except SqlError as error:
            if error.message.number == _UNSUPPORTED:
                return CompileError(error.message)
        return None

    def define(self, node: syntax.Statement) -> None:
        """Note what a statement would define. Raises SqlError if it cannot."""
        match node:
            case syntax.CreateTable(name, definition):
                self._add(name, definition)
            case syntax.SelectStatement(syntax.Query(syntax.Select(into=into))) if into is not None:
                plan = ChangeBinder(Compilation(self._catalog, self._frame.types, self._local)).select(node)
                self._add(into, planning.copied_columns(plan))
            case syntax.AlterTableAdd(name, definition):
                table = self._catalog.table(name[-2] if len(name) > 1 else "dbo", name[-1])
                if table is not None:
                    ids = Ids(self._catalog)
                    table = add_to_table(ids, table, definition)
                    self._catalog, self._changed = replace(ids.catalog.with_table(table), token=-1), True

    def _add(self, name: syntax.Name, definition: syntax.TableDefinition) -> None:
        if name[-1].startswith("##"):
            raise unsupported("a global temporary table")
        schema = name[-2] if len(name) > 1 else "dbo"
        local = name[-1].startswith("#")
        table, catalog = build_table(self._catalog, schema, name[-1], definition, "", local=local)
        self._changed = True
        if local:
            self._local[name[-1].lower()] = table
        else:
            self._catalog = replace(catalog.with_table(table), token=-1)


def _table_names(node: syntax.Statement) -> Iterator[syntax.Name]:
    """Return the names of the tables that a statement reads or changes."""
    common: set[str] = set()
    found: list[syntax.Name] = []
    for part in syntax.inside(node):
        match part:
            case syntax.TableSource(name) | syntax.Changes(name) | syntax.ChangeVersion(name) | syntax.Insert(name):
                found.append(name)
            case syntax.Output(into=name) if name is not None:
                found.append(name)
            case syntax.CommonTable(name):
                common.add(name.lower())
    return (name for name in found if len(name) > 1 or name[0].lower() not in common)
