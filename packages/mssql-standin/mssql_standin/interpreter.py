"""Runs the statements of a batch one after the other: control flow, variables, errors, and what each yields."""

from collections.abc import Callable, Iterator, Sequence
from functools import partial
from typing import Any, TypeVar

from mssql_standin import messages, planning, procedures
from mssql_standin.ahead import compile_ahead
from mssql_standin.binder.browsing import browsed
from mssql_standin.binder.plan import OutputPlan, Plan, SelectPlan
from mssql_standin.bulk_load import BulkTarget, bulk_target
from mssql_standin.commands import command
from mssql_standin.failures import (
    BATCH_ABORTING,
    AbortBatch,
    AbortLevel,
    CompileError,
    FailedError,
    LeaveLevel,
    LeaveLoop,
    RaisedError,
    located,
)
from mssql_standin.frame import Frame
from mssql_standin.implicit_transactions import begins_implicitly
from mssql_standin.parser import syntax
from mssql_standin.parser.cursor import unsupported
from mssql_standin.parser.statements import DEADLOCK_PRIORITIES, HIGHEST_DEADLOCK_PRIORITY
from mssql_standin.result_sets import result_set
from mssql_standin.results import Browse, Command, Done, Event, Message, SqlError
from mssql_standin.running import Running
from mssql_standin.security.changes import SecurityChanges
from mssql_standin.security.checks import check_alter_table, check_definition, check_new_table, check_rows
from mssql_standin.security.rights import Rights
from mssql_standin.sql_types import SqlType
from mssql_standin.store.alterations import Alterations
from mssql_standin.store.catalog import Table
from mssql_standin.store.changes import Changer, Result
from mssql_standin.store.definitions import build_table
from mssql_standin.store.snapshot import SNAPSHOT, definition_not_allowed
from mssql_standin.values.type_rules import INT, NTEXT

T = TypeVar("T")
_NOT_UNDER_SNAPSHOT = (
    syntax.AlterTableAdd, syntax.AlterTableDrop, syntax.AlterColumn, syntax.TrackTable, syntax.CreateIndex, syntax.DropIndex,
)  # fmt: skip
_MAX_NESTING = 32
_NO_TABLES: frozenset[int] = frozenset()
_READ_UNCOMMITTED = "read uncommitted"
_LOCKING_LEVELS = {"repeatable read", "serializable"}


class Interpreter:
    """Runs statements for one session."""

    def __init__(self, session: Running) -> None:
        """Work for a session."""
        self._session = session
        self._transaction = session.transaction
        self._nesting = 0
        self._tries = 0  # TRY blocks being run, of all levels

    # --- levels ----------------------------------------------------------------------------------------------

    def run(self, frame: Frame) -> Iterator[Event]:
        """Run a whole level; AbortBatch passes through."""
        session = self._session
        if self._nesting >= _MAX_NESTING:
            raise SqlError(
                217, "Maximum stored procedure, function, trigger, or view nesting level exceeded (limit 32)."
            )
        self._nesting += 1
        tries = self._tries
        try:
            yield from self._compiled(frame)
            yield from self._statements(frame.parsed.batch.statements, frame)
        except (LeaveLevel, AbortLevel):
            pass
        finally:
            self._nesting -= 1
            self._tries = tries
            frame.close()
            session.end_of_level()

    def _compiled(self, frame: Frame) -> Iterator[Event]:
        """Compile the whole level before anything of it runs."""
        for node in frame.parsed.table_variables:
            try:
                self._declare_table(node.name, node.definition, frame)
            except SqlError as error:
                yield from self._reported(CompileError(error.message), node, frame)
        failed = compile_ahead(frame)
        if failed is not None:
            yield from self._reported(*failed, frame)

    def nested(self, text: str, types: dict[str, SqlType], values: dict[str, Any]) -> Iterator[Event]:
        """Run text as EXECUTE and sp_executesql do: with its own variables, and its temporary tables end with it."""
        session = self._session
        known, count = set(session.local_tables.temporary), self._transaction.count
        depth = session.impersonation.depth
        parsed = session.store.parsed(text, frozenset(types))
        frame = Frame(session, parsed, types, values)
        options = session.options()
        try:
            with session.identities.scope():
                yield from self.run(frame)
        finally:
            session.restore(options)
            if session.impersonation.depth > depth:
                session.impersonation.revert(depth)
        values.update({name: frame.variables[name] for name in types})
        for name in set(session.local_tables.temporary) - known:
            session.local_tables.drop_temporary(name)
        if count != self._transaction.count:
            raise messages.transaction_count_mismatch(count, self._transaction.count)

    def _statements(self, statements: tuple[syntax.Statement, ...], frame: Frame) -> Iterator[Event]:
        for node in statements:
            self._session.check_cancelled()
            yield from self._guarded(node, frame)

    def _guarded(self, node: syntax.Statement, frame: Frame) -> Iterator[Event]:
        session = self._session
        session.new_statement()
        try:
            if session.implicit_transactions and not self._transaction.count and begins_implicitly(node):
                yield from self._transaction.begin()
            yield from self._statement(node, frame)
        except SqlError as error:
            yield from self._reported(error, node, frame)

    def _reported(self, error: SqlError, node: syntax.Statement, frame: Frame) -> Iterator[Event]:
        message = located(error, frame.parsed.batch.lines.get(id(node), 1))
        self._session.error = message.number
        self._session.rowcount = 0
        yield from self._failed(error, message, node, frame)

    def _failed(self, error: SqlError, message: Message, node: syntax.Statement, frame: Frame) -> Iterator[Event]:
        transaction = self._transaction
        raised = isinstance(error, RaisedError)
        aborting = message.number in BATCH_ABORTING and not raised
        strict = self._session.xact_abort and not (isinstance(error, RaisedError) and not error.thrown)
        level = frame if isinstance(error, CompileError) else None
        if self._tries - (frame.tries if level else 0) > 0:
            if (aborting or strict) and transaction.count:
                transaction.doomed = True
            raise FailedError(message, level)
        if aborting or strict:
            yield from transaction.rollback()
        yield message
        if (
            isinstance(node, syntax.Insert | syntax.Update | syntax.Delete | syntax.Merge)
            and level is None
            and not raised
        ):
            yield Message(3621, "The statement has been terminated.", 0, 0, message.line)
        yield Done(None, command(node))
        if aborting or strict or (isinstance(error, RaisedError) and error.thrown):
            raise AbortBatch
        if level:
            raise AbortLevel

    # --- plans -----------------------------------------------------------------------------------------------

    def _rights(self, frame: Frame) -> Rights:
        return self._session.impersonation.rights(frame.catalog)

    def _rows(self, plan: Plan, frame: Frame) -> list[tuple[Any, ...]]:
        transaction, tables = self._transaction, plan.tables
        if not tables:
            return frame.file.run(plan, frame)
        isolation = self._session.isolation
        transaction.access(tables, isolation)
        if self._lock_if_asked(plan):
            transaction.access(tables, isolation)
        if not self._shares():
            return frame.file.run(plan, frame)
        try:
            transaction.share(plan.shared)
            return frame.file.run(plan, frame)
        finally:
            transaction.requests.stop_sharing()

    def _shares(self) -> bool:
        """Tell whether a statement that reads waits for those who change the tables."""
        return not self._transaction.catalog.reads_snapshots and self._session.isolation != _READ_UNCOMMITTED

    def _lock_if_asked(self, plan: Plan | None) -> bool:
        """Become the writer if a plan asks for it; tell whether that was so."""
        if plan is None or not self._transaction.count or self._transaction.doomed:
            return False
        asked = plan.locks or (bool(plan.tables) and self._session.isolation in _LOCKING_LEVELS)
        if asked:
            self._transaction.begin_writing(no_wait=plan.no_wait)
        return asked

    def value(self, node: syntax.Expression, frame: Frame, target: SqlType | None = None) -> tuple[Any, SqlType]:
        """Return a value in stored form and its type."""
        plan = planning.value(node, frame, target)
        return self._rows(plan, frame)[0][0], plan.columns[0].type

    def _holds(self, node: syntax.Expression, frame: Frame) -> bool:
        return bool(self._rows(planning.condition(node, frame), frame)[0][0])

    # --- statements ------------------------------------------------------------------------------------------

    def _statement(self, node: syntax.Statement, frame: Frame) -> Iterator[Event]:
        if self._session.metadata_only:
            yield from self._described(node, frame)
            return
        match node:
            case syntax.SelectStatement():
                yield from self._select(node, frame)
            case syntax.Insert() | syntax.Update() | syntax.Delete() | syntax.Merge():
                yield from self._change(node, frame)
            case syntax.InsertBulk():
                self.bulk_target(node, frame)
                self._session.announced_load = node
                yield self._done(0, Command.BULK_INSERT)
            case syntax.Declare(name, _, value):
                if value is not None:
                    self._set(name, planning.value(value, frame, frame.types[name]), frame)
            case syntax.DeclareTable():
                pass  # made before the first statement
            case syntax.SetVariable(name):
                self._set(name, planning.assignment(node, frame), frame)
            case syntax.SetOption(option, value):
                self._set_option(option, value, frame)
                yield Done(None)
            case syntax.If(condition, then, otherwise):
                chosen = then if self._holds(condition, frame) else otherwise
                self._session.succeeded(0)
                if chosen is not None:
                    yield from self._statements((chosen,), frame)
            case syntax.While():
                yield from self._while(node, frame)
            case syntax.Block(statements):
                yield from self._statements(statements, frame)
            case syntax.TryCatch():
                yield from self._try(node, frame)
            case syntax.Jump(kind):
                raise LeaveLoop(kind)
            case syntax.Return():
                raise LeaveLevel
            case syntax.Execute() | syntax.ExecuteText():
                yield from self._execute(node, frame)
            case syntax.Print() | syntax.RaiseError() | syntax.Throw():
                yield from self._message(node, frame)
            case syntax.WaitFor(delay):
                text, _ = self.value(delay, frame, SqlType("nvarchar", 100))
                self._session.wait(messages.delay_seconds(text))
                yield self._done(0)
            case syntax.BeginTransaction() | syntax.Commit() | syntax.Rollback() | syntax.SaveTransaction():
                yield from self._transaction_statement(node, frame)
            case syntax.ExecuteAs(kind, name):
                impersonation = self._session.impersonation
                enter = impersonation.execute_as_user if kind == "user" else impersonation.execute_as_login
                enter(frame.catalog, name)
                yield self._done(0)
            case syntax.Revert():
                self._session.impersonation.revert()
                yield self._done(0)
            case syntax.Use(database):
                if database.lower() != frame.catalog.database.lower():
                    raise SqlError(
                        911, f"Database '{database}' does not exist. Make sure that the name is entered correctly."
                    )
                yield Message(5701, f"Changed database context to '{frame.catalog.database}'.", 0, 2)
                yield Done(None)
            case _:
                self._define(node, frame)
                yield self._done(0, command(node))

    def _described(self, node: syntax.Statement, frame: Frame) -> Iterator[Event]:
        """Tell which columns a statement would give and run nothing, as SET FMTONLY ON asks; branches are all followed."""
        match node:
            case syntax.SetOption(option, value):
                self._set_option(option, value, frame)
            case syntax.SelectStatement():
                plan, browse = self._bound_select(node, frame)
                if plan.variables is None and plan.into is None:
                    yield result_set(plan.query, [], browse)
            case syntax.Insert() | syntax.Update() | syntax.Delete() | syntax.Merge():
                _, output, _, _ = self._bound_change(node, frame)
                if output is not None and output.into is None:
                    yield result_set(output.query, [])
            case syntax.If(_, then, otherwise):
                yield from self._statements((then,) if otherwise is None else (then, otherwise), frame)
                return
            case syntax.While(_, body):
                yield from self._statements((body,), frame)
                return
            case syntax.Block(statements):
                yield from self._statements(statements, frame)
                return
            case syntax.TryCatch(attempt, handler):
                yield from self._statements((attempt, handler), frame)
                return
            case syntax.ExecuteText():
                yield from self._execute(node, frame)
                return
        yield Done(None, command(node))

    def bulk_target(self, node: syntax.InsertBulk, frame: Frame) -> BulkTarget:
        """Return where the rows that INSERT BULK announces will go. Raises SqlError 208 and others."""
        table = planning.table(node, node.target, frame)
        if self._session.impersonation.restricted and not table.local_name:
            check_rows(self._rights(frame), [(table.object_id, "INSERT")])
        return bulk_target(node, table)

    def _done(self, rowcount: int, command: Command = Command.OTHER) -> Done:
        self._session.succeeded(rowcount)
        return Done(None, command)

    def _counted(self, rowcount: int, command: Command) -> Done:
        self._session.succeeded(rowcount)
        return Done(None if self._session.nocount else rowcount, command)

    def _set(self, name: str, plan: Plan, frame: Frame) -> None:
        frame.variables[name] = self._rows(plan, frame)[0][0]
        self._session.succeeded(1)

    def _declare_table(self, name: str, definition: syntax.TableDefinition, frame: Frame) -> None:
        if name in frame.tables:
            raise SqlError(
                134,
                f"The variable name '{name}' has already been declared. Variable names must be unique within a query batch or "
                "stored procedure.",
                15,
            )
        table, _ = build_table(frame.catalog, "dbo", name, definition, "", local=True)
        frame.tables[name] = self._session.local_tables.create(table)

    def _while(self, node: syntax.While, frame: Frame) -> Iterator[Event]:
        while self._holds(node.condition, frame):
            self._session.succeeded(0)
            try:
                yield from self._statements((node.body,), frame)
            except LeaveLoop as signal:
                if signal.kind == "break":
                    return

    def _try(self, node: syntax.TryCatch, frame: Frame) -> Iterator[Event]:
        self._tries += 1
        frame.tries += 1
        depth = self._tries
        try:
            yield from self._statements(node.attempt.statements, frame)
            return
        except FailedError as failure:
            if failure.level is frame:
                raise
            caught = failure.message
        finally:
            self._tries = depth - 1
            frame.tries -= 1
        self._session.caught.append(caught)
        try:
            yield from self._statements(node.handler.statements, frame)
        finally:
            self._session.caught.pop()

    # --- queries and changes ---------------------------------------------------------------------------------

    def _bound_select(self, node: syntax.SelectStatement, frame: Frame) -> tuple[SelectPlan, Browse | None]:
        if self._session.browsing:
            wider = planning.kept(node, "browsed select", frame, lambda binder: browsed(binder, node))
            return wider.plan, wider.browse
        return planning.select(node, frame), None

    def _select(self, node: syntax.SelectStatement, frame: Frame) -> Iterator[Event]:
        plan, browse = self._bound_select(node, frame)
        if plan.into is not None:
            yield self._counted(self._select_into(plan, plan.into, frame), Command.SELECT_INTO)
            return
        rows = self._rows(plan.query, frame)
        if plan.variables is not None:
            if plan.steps is not None:
                self._accumulate(plan.variables, plan.steps, rows, frame)
            elif rows:
                for (name, sql_type), value in zip(plan.variables, rows[-1], strict=True):
                    frame.assign_variable(name, sql_type, value)
            self._session.succeeded(len(rows))
            return
        yield result_set(plan.query, rows, browse)
        yield self._counted(len(rows), Command.SELECT)

    def _accumulate(
        self, variables: list[tuple[str, SqlType]], steps: list[Plan], rows: list[tuple[Any, ...]], frame: Frame
    ) -> None:
        for row in rows:
            cells = {f"x{place}": value for place, value in enumerate(row)}
            for (name, sql_type), step in zip(variables, steps, strict=True):
                ((value,),) = frame.file.rows(step.sql, {**step.arguments(frame), **cells})
                frame.assign_variable(name, sql_type, value)

    def _select_into(self, plan: SelectPlan, name: syntax.Name, frame: Frame) -> int:
        definition = planning.copied_columns(plan)
        temporary = name[-1].startswith("#")
        if self._session.impersonation.restricted and not temporary:
            check_new_table(self._rights(frame), name)

        def work() -> int:
            rows = frame.file.run(plan.query, frame)
            if temporary:
                table = self._create_temporary(name[-1], definition, frame)
            else:
                table = Alterations(frame).create_table(syntax.CreateTable(name, definition))
            types = [column.type for column in plan.query.columns]
            if table.identity is None:
                frame.forget_identity()
            Changer(frame).insert_rows(table, list(range(len(types))), types, rows)
            return len(rows)

        return self._write(None, [plan.query], work, local=temporary and not self._transaction.count)

    def _create_temporary(self, name: str, definition: syntax.TableDefinition, frame: Frame) -> Table:
        if name.startswith("##"):
            raise unsupported("a global temporary table")
        if name.lower() in self._session.local_tables.temporary:
            raise SqlError(2714, f"There is already an object named '{name}' in the database.", state=6)
        table, _ = build_table(frame.catalog, "dbo", name, definition, str(self._transaction.now()), local=True)
        made = self._session.local_tables.create(table)
        self._session.local_tables.temporary[name.lower()] = made
        return made

    def _change(
        self, node: syntax.Insert | syntax.Update | syntax.Delete | syntax.Merge, frame: Frame
    ) -> Iterator[Event]:
        table, output, queries, work = self._bound_change(node, frame)
        local = self._is_local(table) and (output is None or output.into is None or self._is_local(output.into))
        count, rows = self._write(table, queries, work, local=local)
        if output is not None and output.into is None:
            yield result_set(output.query, rows)
        yield self._counted(count, command(node))

    def _bound_change(
        self, node: syntax.Insert | syntax.Update | syntax.Delete | syntax.Merge, frame: Frame
    ) -> tuple[Table, OutputPlan | None, Sequence[Plan | None], Callable[[], Result]]:
        """Return the table that changes, what OUTPUT gives, the queries that find the rows, and what does it."""
        changer = Changer(frame)
        work: Callable[[], Result]
        queries: list[Plan | None]
        match node:
            case syntax.Insert():
                explicit = self._session.has_identity_insert(frame.catalog, node.target)
                insert = planning.insert(node, frame)
                table, output, queries = insert.table, insert.output, [insert.query]
                work = partial(changer.insert, insert, identity_insert=explicit)
            case syntax.Update():
                update = planning.update(node, frame)
                table, output, queries = update.table, update.output, [update.query]
                work = partial(changer.update, update)
            case syntax.Delete():
                delete = planning.delete(node, frame)
                table, output, queries = delete.table, delete.output, [delete.query]
                work = partial(changer.delete, delete)
            case syntax.Merge():
                merge = planning.merge(node, frame)
                table, output, queries = merge.table, merge.output, [*merge.queries]
                explicit = self._session.has_identity_insert(frame.catalog, node.target.name)
                work = partial(changer.merge, merge, identity_insert=explicit)
        return table, output, queries, work

    def _write(self, target: Table | None, queries: Sequence[Plan | None], work: Callable[[], T], *, local: bool) -> T:
        """Run a statement that reads and writes, under the session's isolation level; no target is a new table."""
        transaction, isolation = self._transaction, self._session.isolation
        if isolation == SNAPSHOT or transaction.sees_snapshot:
            used = set() if target is None or target.local_name else {target.object_id}
            used.update(number for query in queries if query is not None for number in query.tables)
            transaction.write_under(frozenset(used), isolation, local=local)
        else:
            transaction.access(_NO_TABLES, isolation)
        for query in queries:
            self._lock_if_asked(query)
        if not (local and self._shares()):
            return transaction.write(work, local=local)
        try:
            for query in queries:
                transaction.share(_NO_TABLES if query is None else query.shared)
            return transaction.write(work, local=True)
        finally:
            transaction.requests.stop_sharing()

    def _is_local(self, table: Table) -> bool:
        """Tell whether a write to a table needs no transaction of the file: a temporary table rolls back with one."""
        if table.name.startswith("@"):
            return True
        return bool(table.local_name) and not self._transaction.count

    # --- definitions and options -----------------------------------------------------------------------------

    def _define(self, node: syntax.Statement, frame: Frame) -> None:
        if self._session.impersonation.restricted:
            check_definition(self._rights(frame), node)
        alterations = Alterations(frame)
        work: Callable[[], object]
        local = False
        match node:
            case syntax.CreateTable(name, definition) if name[-1].startswith("#"):
                local = not self._transaction.count
                work = partial(self._create_temporary, name[-1], definition, frame)
            case syntax.CreateTable():
                work = partial(alterations.create_table, node)
            case syntax.DropTable(names, if_exists):
                local = all(name[-1].startswith("#") for name in names) and not self._transaction.count
                work = partial(self._drop_tables, names, if_exists, alterations)
            case syntax.TruncateTable(name):
                table = self._truncated(node, frame)
                local = self._is_local(table)
                work = partial(alterations.truncate, table)
            case syntax.CreateSchema():
                work = partial(alterations.create_schema, node, self._rights(frame).principal_id)
            case syntax.TransferTable():
                work = partial(alterations.transfer, node)
            case syntax.DropSchema():
                work = partial(alterations.drop_schema, node)
            case syntax.CreateIndex():
                work = partial(alterations.create_index, node)
            case syntax.DropIndex():
                work = partial(alterations.drop_index, node)
            case syntax.AlterTableAdd():
                work = partial(alterations.add, node)
            case syntax.AlterTableDrop():
                work = partial(alterations.drop, node)
            case syntax.AlterColumn():
                work = partial(alterations.alter_column, node)
            case syntax.TrackTable():
                work = partial(alterations.track_table, node)
            case syntax.TrackDatabase() | syntax.AlterDatabase():
                if self._transaction.count:
                    raise SqlError(
                        226, "ALTER DATABASE statement not allowed within multi-statement transaction.", 16, 6
                    )
                if isinstance(node, syntax.TrackDatabase):
                    work = partial(alterations.track_database, node)
                else:
                    work = partial(alterations.alter_database, node)
            case (
                syntax.CreateLogin() | syntax.AlterLogin() | syntax.CreateUser() | syntax.AlterUser() | syntax.CreateRole()
                | syntax.DropPrincipal() | syntax.ChangeMember() | syntax.ChangePermissions() | syntax.ChangeOwner()
            ):  # fmt: skip
                work = partial(SecurityChanges(self._transaction, self._session.impersonation).apply, node)
            case _:
                raise unsupported(type(node).__name__)
        if not local:
            self._check_snapshot(node)
        self._transaction.write(work, local=local)

    def _check_snapshot(self, node: syntax.Statement) -> None:
        transaction, isolation = self._transaction, self._session.isolation
        if transaction.count and isolation == SNAPSHOT and isinstance(node, _NOT_UNDER_SNAPSHOT):
            raise definition_not_allowed()
        transaction.access(_NO_TABLES, isolation)

    def _truncated(self, node: syntax.TruncateTable, frame: Frame) -> Table:
        try:
            return planning.table(node, node.name, frame)
        except CompileError as error:
            if error.message.number != 208:
                raise
            raise SqlError(
                4701,
                f'Cannot find the object "{node.name[-1]}" because it does not exist or you do not have permissions.',
            ) from None

    def _drop_tables(self, names: tuple[syntax.Name, ...], if_exists: bool, alterations: Alterations) -> None:
        for name in names:
            self._drop_table(name, if_exists, alterations)

    def _drop_table(self, name: syntax.Name, if_exists: bool, alterations: Alterations) -> None:
        if not name[-1].startswith("#"):
            alterations.drop_table(name, if_exists)
        elif name[-1].lower() in self._session.local_tables.temporary:
            self._session.local_tables.drop_temporary(name[-1].lower())
        elif not if_exists:
            raise SqlError(
                3701,
                f"Cannot drop the table '{name[-1]}', because it does not exist or you do not have permission.",
                11,
                5,
            )

    def _set_option(self, option: str, value: Any, frame: Frame) -> None:
        session = self._session
        match option:
            case "nocount":
                session.nocount = value
            case "xact_abort":
                session.xact_abort = value
            case "implicit_transactions":
                session.implicit_transactions = value
            case "date_order":
                session.date_order = value
            case "fmtonly":
                session.metadata_only = value
            case "no_browsetable":
                session.browsing = value
            case "isolation":
                session.isolation = value
            case "deadlock_priority":
                self._transaction.requests.deadlock_priority = self._deadlock_priority(value, frame)
            case "lock_timeout":
                self._transaction.requests.timeout_ms = value
            case "identity_insert":
                name, on = value
                table = planning.table(value, name, frame)
                if session.impersonation.restricted and not table.local_name:
                    check_alter_table(self._rights(frame), table, 11)
                session.switch_identity_insert(table, on)

    def _deadlock_priority(self, value: int | syntax.Variable, frame: Frame) -> int:
        if isinstance(value, int):
            return value
        given, _ = self.value(value, frame)
        priority = DEADLOCK_PRIORITIES.get(str(given).upper()) if isinstance(given, str) else given
        if not isinstance(priority, int) or abs(priority) > HIGHEST_DEADLOCK_PRIORITY:
            raise unsupported(f"SET DEADLOCK_PRIORITY of the value {given}")
        return priority

    # --- procedures, messages, transactions ------------------------------------------------------------------

    def _execute(self, node: syntax.Execute | syntax.ExecuteText, frame: Frame) -> Iterator[Event]:
        if isinstance(node, syntax.ExecuteText):
            text, _ = self.value(node.text, frame, NTEXT)
            yield from self.nested(text or "", {}, {})
            return
        arguments = []
        for argument in node.arguments:
            value, sql_type = (None, NTEXT) if argument.value is None else self.value(argument.value, frame)
            arguments.append(
                procedures.Argument(argument.name or "", sql_type, value, argument.value is None, argument.output)
            )
        status = yield from procedures.call(self._session, self.nested, ".".join(node.procedure), arguments)
        for argument, given in zip(node.arguments, arguments, strict=True):
            if argument.output and isinstance(argument.value, syntax.Variable):
                frame.assign_variable(argument.value.name, given.type, given.value)
        if node.status is not None:
            frame.assign_variable(node.status, INT, status)
        yield Done(None, Command.EXECUTE)

    def _message(self, node: syntax.Print | syntax.RaiseError | syntax.Throw, frame: Frame) -> Iterator[Event]:
        line = frame.parsed.batch.lines.get(id(node), 1)
        match node:
            case syntax.Print(value):
                text, _ = self.value(value, frame, NTEXT)
                yield Message(0, messages.printed(text), 0, line=line)
                yield self._done(0)
            case syntax.Throw(None):
                if not self._session.caught:
                    raise SqlError(
                        10704, "To rethrow an error, a THROW statement must be used inside a CATCH block.", 15
                    )
                raise RaisedError(self._session.caught[-1], thrown=True)
            case syntax.Throw():
                given = [self.value(part, frame)[0] for part in (node.number, node.message, node.state) if part]
                raise RaisedError(messages.thrown(given[0], given[1], given[2], line), thrown=True)
            case syntax.RaiseError(message, severity, state, arguments):
                parts = [self.value(part, frame)[0] for part in (message, severity, state, *arguments)]
                made = messages.raised(parts[0], parts[1], parts[2], parts[3:], line)
                if made.severity > 10:
                    raise RaisedError(made, thrown=False)
                yield made
                yield self._done(0)

    def _transaction_statement(
        self, node: syntax.BeginTransaction | syntax.Commit | syntax.Rollback | syntax.SaveTransaction, frame: Frame
    ) -> Iterator[Event]:
        transaction = self._transaction
        match node:
            case syntax.BeginTransaction(name):
                yield from transaction.begin(self._transaction_name(name, frame))
            case syntax.Commit():
                yield from transaction.commit()
            case syntax.Rollback(name):
                if not transaction.count:
                    raise SqlError(3903, "The ROLLBACK TRANSACTION request has no corresponding BEGIN TRANSACTION.")
                which = self._transaction_name(name, frame)
                yield from transaction.rollback_to(which) if which else transaction.rollback()
            case syntax.SaveTransaction(name):
                transaction.save(self._transaction_name(name, frame))
        yield self._done(0)

    def _transaction_name(self, node: syntax.Expression | None, frame: Frame) -> str:
        """Return the name of a transaction or savepoint: the first 32 characters, as they are written."""
        return "" if node is None else str(self.value(node, frame, SqlType("nvarchar", 32))[0] or "")
