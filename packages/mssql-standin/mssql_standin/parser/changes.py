"""The grammar of INSERT, UPDATE, DELETE and MERGE."""

from dataclasses import replace

from mssql_standin.parser.definitions import DefinitionParser
from mssql_standin.parser.queries import selects_of
from mssql_standin.parser.syntax import (
    Assignment,
    CommonTable,
    Delete,
    Expression,
    Hints,
    Insert,
    Merge,
    MergeBranch,
    Name,
    Output,
    Query,
    Rows,
    SelectStatement,
    Source,
    Statement,
    TableSource,
    Update,
)
from mssql_standin.results import SqlError

_ASSIGNMENTS = {"=", "+=", "-=", "*=", "/=", "%=", "&=", "|=", "^="}
_MOST_ROWS = 1000


class ChangeParser(DefinitionParser):
    """Adds changes of rows to the grammar of definitions."""

    def change_or_query(self) -> Statement:
        """Consume SELECT, INSERT, UPDATE, DELETE or MERGE with the WITH before it."""
        context = self._tracking_context()
        tables = self.common_tables()
        statement: Statement
        match self.token.upper:
            case "INSERT":
                statement = self._insert(tables, context)
            case "UPDATE":
                statement = self._update(tables, context)
            case "DELETE":
                statement = self._delete(tables, context)
            case "MERGE":
                statement = self._merge(tables, context)
            case _:
                if context is not None or not (self.at("SELECT") or self.at_op("(")):
                    raise self.error()
                query = self.query()
                statement = SelectStatement(replace(query, tables=tables))
        self.query_options()
        return statement

    def _tracking_context(self) -> Expression | None:
        if not self.accept("WITH", "CHANGE_TRACKING_CONTEXT"):
            return None
        self.expect_op("(")
        value = self.constant("binary")
        self.expect_op(")")
        return value

    def _insert(self, tables: tuple[CommonTable, ...], context: Expression | None) -> Insert:
        self.expect("INSERT")
        top = self.top()
        self.accept("INTO")
        target = self.name_of_rows()
        self.hints()
        columns = self._insert_columns()
        output = self._output()
        source: Query | None
        if self.accept("DEFAULT", "VALUES"):
            source = None
        elif self.accept("VALUES"):
            rows = self.rows(defaults=True)
            if len(rows.rows) > _MOST_ROWS:
                raise SqlError(10738, "The number of row value expressions in the INSERT statement exceeds the maximum allowed number of 1000 row "
                                      "values.", 15, line=self.token.line)  # fmt: skip
            source = Query(rows)
        elif self.at_any("EXEC", "EXECUTE"):
            raise self.unsupported("INSERT .. EXECUTE")
        else:
            source = self.query()
            if any(select.into is not None for select in selects_of(source)):
                raise self.error()
        return Insert(target, columns, source, output, tables, context, top)

    def _insert_columns(self) -> tuple[str, ...] | None:
        if not self.at_op("(") or self.ahead().upper in {"SELECT"} or self.ahead().text == "(":
            return None
        return self.names()

    def _update(self, tables: tuple[CommonTable, ...], context: Expression | None) -> Update:
        self.expect("UPDATE")
        top = self.top()
        target = self._target()
        self.expect("SET")
        assignments = self._assignments()
        output = self._output()
        source = self.sources() if self.accept("FROM") else None
        where = self._where()
        return Update(target, assignments, output, source, where, top, tables, context)

    def _delete(self, tables: tuple[CommonTable, ...], context: Expression | None) -> Delete:
        self.expect("DELETE")
        top = self.top()
        self.accept("FROM")
        target = self._target()
        output = self._output()
        source = self.sources() if self.accept("FROM") else None
        where = self._where()
        return Delete(target, output, source, where, top, tables, context)

    def _target(self) -> TableSource:
        name = self.name_of_rows()
        return TableSource(name, None, self.hints())

    def _where(self) -> Expression | None:
        if not self.accept("WHERE"):
            return None
        if self.at("CURRENT"):
            raise self.unsupported("WHERE CURRENT OF")
        return self.condition()

    def _assignments(self) -> tuple[Assignment, ...]:
        found = [self._assignment()]
        while self.accept_op(","):
            found.append(self._assignment())
        return tuple(found)

    def _assignment(self) -> Assignment:
        variable: str | None = None
        column: Name | None = None
        if self.token.kind == "variable":
            variable = self.variable()
            operator = self._assignment_operator()
            after = self.ahead()
            if operator == "=" and self.at_identifier() and after.kind == "op" and after.text in _ASSIGNMENTS:
                column = self.column_name()
                operator = self._assignment_operator()
        else:
            column = self.column_name()
            if self.at_op("("):
                raise self.unsupported(".WRITE in UPDATE")
            operator = self._assignment_operator()
        value = None if column and self.accept("DEFAULT") else self.expression()
        return Assignment(column, variable, operator, value)

    def _assignment_operator(self) -> str:
        if self.token.kind != "op" or self.token.text not in _ASSIGNMENTS:
            raise self.error()
        return self.advance().text

    def _output(self) -> Output | None:
        if not self.accept("OUTPUT"):
            return None
        items = [self.select_item()]
        while self.accept_op(","):
            items.append(self.select_item())
        into: Name | None = None
        columns: tuple[str, ...] = ()
        if self.accept("INTO"):
            into = self.name_of_rows()
            if self.at_op("(") and self.ahead().upper != "SELECT":
                columns = self.names()
        if self.at("OUTPUT"):
            raise self.unsupported("two OUTPUT clauses")
        return Output(tuple(items), into, columns)

    def _merge(self, tables: tuple[CommonTable, ...], context: Expression | None) -> Merge:
        self.expect("MERGE")
        if self.at("TOP"):
            raise self.unsupported("MERGE TOP")
        self.accept("INTO")
        name = self.name_of_rows()
        hints = self._merge_hints(name)
        alias = self._merge_alias()
        if hints == Hints():
            hints = self._merge_hints(name)
        self.expect("USING")
        source: Source = self.joined()
        self.expect("ON")
        condition = self.condition()
        branches = []
        while self.at("WHEN"):
            branches.append(self._branch())
        if not branches:
            raise self.error()
        output = self._output()
        self.query_options()
        if not self.at_op(";"):
            raise SqlError(10713, "A MERGE statement must be terminated by a semi-colon (;).", 15, line=self.token.line)
        return Merge(TableSource(name, alias, hints), source, condition, tuple(branches), output, tables, context)

    def _merge_hints(self, target: Name) -> Hints:
        return self.hints() if self.at("WITH") and not target[0].startswith("@") else Hints()

    def _merge_alias(self) -> str | None:
        if self.accept("AS"):
            return self.identifier()
        return self.identifier() if self.at_identifier() and not self.at("USING") else None

    def _branch(self) -> MergeBranch:
        self.expect("WHEN")
        match = "matched"
        if self.accept("NOT"):
            match = "target"
            self.expect("MATCHED")
            if self.accept("BY"):
                if self.accept("SOURCE"):
                    match = "source"
                else:
                    self.expect("TARGET")
        else:
            self.expect("MATCHED")
        condition = self.condition() if self.accept("AND") else None
        self.expect("THEN")
        if match == "target":
            return self._insert_branch(condition)
        if self.accept("DELETE"):
            return MergeBranch(match, condition, "delete")
        self.expect("UPDATE", "SET")
        return MergeBranch(match, condition, "update", self._assignments())

    def _insert_branch(self, condition: Expression | None) -> MergeBranch:
        self.expect("INSERT")
        columns = self.names() if self.at_op("(") else None
        if self.accept("DEFAULT", "VALUES"):
            return MergeBranch("target", condition, "insert", columns=columns)
        self.expect("VALUES")
        rows: Rows = self.rows(defaults=True)
        if len(rows.rows) != 1:
            raise self.error()
        return MergeBranch("target", condition, "insert", columns=columns, values=rows.rows[0])
