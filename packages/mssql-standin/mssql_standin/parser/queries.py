"""The grammar of queries: SELECT, FROM, set operations, common table expressions, hints."""

from collections.abc import Iterator

from mssql_standin.parser.expressions import ExpressionParser
from mssql_standin.parser.syntax import (
    Body,
    Changes,
    ChangeVersion,
    CommonTable,
    Comparison,
    DerivedTable,
    Expression,
    Hints,
    Join,
    JsonColumn,
    Literal,
    OpenJson,
    OrderItem,
    Query,
    Rows,
    Select,
    SelectItem,
    SetOperation,
    Source,
    Star,
    StringSplit,
    TableSource,
)
from mssql_standin.results import SqlError
from mssql_standin.values.type_rules import INT, NULL

_LOCKING_HINTS = {"UPDLOCK", "HOLDLOCK", "XLOCK", "SERIALIZABLE", "REPEATABLEREAD", "TABLOCKX"}
# Hints that change nothing here: one writer at a time, readers never block, no plan to choose.
_IDLE_HINTS = {"NOLOCK", "READUNCOMMITTED", "READCOMMITTED", "READCOMMITTEDLOCK", "READPAST", "ROWLOCK", "PAGLOCK", "TABLOCK",
               "FORCESEEK", "FORCESCAN"}  # fmt: skip
_DIRTY_HINTS = {"NOLOCK", "READUNCOMMITTED", "READPAST"}
_IDLE_OPTIONS = {"RECOMPILE", "FORCE ORDER", "LOOP JOIN", "HASH JOIN", "MERGE JOIN", "KEEP PLAN", "KEEPFIXED PLAN", "ORDER GROUP",
                 "HASH GROUP", "MAXDOP"}  # fmt: skip
_ASSIGNING = {"=", "+=", "-=", "*=", "/=", "%=", "&=", "|=", "^="}
_JOIN_STARTS = {"INNER", "LEFT", "RIGHT", "FULL", "CROSS", "OUTER", "JOIN"}
_JOIN_HINTS = {"LOOP", "HASH", "MERGE"}


class QueryParser(ExpressionParser):
    """Adds queries to the grammar of expressions."""

    def query(self) -> Query:
        """Consume a query; its WITH comes before the whole statement."""
        body = self._set_operations()
        order: tuple[OrderItem, ...] = ()
        offset = fetch = None
        if self.accept("ORDER"):
            self.expect("BY")
            order = self.order_items()
            if self.accept("OFFSET"):
                offset = self.expression()
                self._expect_rows()
                if self.accept("FETCH"):
                    if not self.accept("NEXT"):
                        self.expect("FIRST")
                    fetch = self.expression()
                    self._expect_rows()
                    self.expect("ONLY")
        if self.at("FOR"):
            raise self.unsupported(f"FOR {self.ahead().text.upper()}")
        return Query(body, order, offset, fetch)

    def subquery(self) -> Query:
        """Consume a query inside another statement: it only yields rows, and their order means nothing by itself."""
        line = self.token.line
        if self.scalars_only:
            raise SqlError(
                1046, "Subqueries are not allowed in this context. Only scalar expressions are allowed.", 15, line=line
            )
        query = self.query()
        for select in selects_of(query):
            if select.into is not None or any(item.variable for item in select.items):
                raise self.error()
        limited = query.offset is not None or (isinstance(query.body, Select) and query.body.top is not None)
        if query.order and not limited:
            raise SqlError(1033, "The ORDER BY clause is invalid in views, inline functions, derived tables, subqueries, and common table "
                                 "expressions, unless TOP, OFFSET or FOR XML is also specified.", 15, line=line)  # fmt: skip
        return query

    def _expect_rows(self) -> None:
        if not self.accept("ROWS"):
            self.expect("ROW")

    def common_tables(self) -> tuple[CommonTable, ...]:
        """Consume WITH name AS (query), .. if it comes next."""
        if not self.accept("WITH"):
            return ()
        tables = []
        while True:
            if self.at("XMLNAMESPACES"):
                raise self.error()
            name = self.identifier()
            columns = self.names() if self.at_op("(") else ()
            self.expect("AS")
            self.expect_op("(")
            tables.append(CommonTable(name, columns, self.subquery()))
            self.expect_op(")")
            if not self.accept_op(","):
                return tuple(tables)

    def query_options(self) -> None:
        """Consume OPTION (..); only options that may be ignored are accepted."""
        if not self.accept("OPTION"):
            return
        self.expect_op("(")
        while True:
            words = []
            while self.token.kind == "word":
                words.append(self.advance().text.upper())
            if " ".join(words) not in _IDLE_OPTIONS:
                raise self.unsupported(f"query option {' '.join(words) or self.token.text}")
            if words == ["MAXDOP"]:
                self.integer()
            if not self.accept_op(","):
                break
        self.expect_op(")")

    def _set_operations(self) -> Body:
        left = self._intersections()
        while self.at_any("UNION", "EXCEPT"):
            operator = str(self.advance().value)
            if operator == "UNION" and self.accept("ALL"):
                operator = "UNION ALL"
            left = SetOperation(operator, left, self._intersections())
        return left

    def _intersections(self) -> Body:
        left = self._query_term()
        while self.accept("INTERSECT"):
            left = SetOperation("INTERSECT", left, self._query_term())
        return left

    def _query_term(self) -> Body:
        if self.accept_op("("):
            body = self._set_operations()
            self.expect_op(")")
            return body
        return self._select()

    def rows(self, *, defaults: bool = False) -> Rows:
        """Consume the rows after VALUES; `defaults`: DEFAULT may stand for a value."""
        rows = [self._row(defaults)]
        while self.accept_op(","):
            rows.append(self._row(defaults))
        if len({len(row) for row in rows}) > 1:
            raise SqlError(10709, "The number of columns for each row in a table value constructor must be the same.",
                           line=self.token.line)  # fmt: skip
        return Rows(tuple(rows))

    def _row(self, defaults: bool) -> tuple[Expression | None, ...]:
        self.expect_op("(")
        values: list[Expression | None] = []
        while True:
            values.append(None if defaults and self.accept("DEFAULT") else self.expression())
            if not self.accept_op(","):
                break
        self.expect_op(")")
        return tuple(values)

    def _select(self) -> Select:
        self.expect("SELECT")
        distinct = self.accept("DISTINCT")
        if not distinct:
            self.accept("ALL")
        top = self.top()
        items = [self.select_item()]
        while self.accept_op(","):
            items.append(self.select_item())
        into = self.name() if self.accept("INTO") else None
        if into is not None and self.at("ON"):
            raise self.unsupported("SELECT INTO ON a filegroup")
        source = self.sources() if self.accept("FROM") else None
        where = self.condition() if self.accept("WHERE") else None
        group_by: tuple[Expression, ...] = ()
        if self.accept("GROUP"):
            self.expect("BY")
            if self.at_any("ROLLUP", "CUBE", "GROUPING", "ALL"):
                raise self.unsupported(f"GROUP BY {self.token.value}")
            if self.at_op("(") and self.ahead().text == ")":
                raise self.unsupported("GROUP BY ()")
            group_by = self.expressions()
            if self.at("WITH") and self.ahead().upper in {"ROLLUP", "CUBE"}:
                raise self.unsupported(f"GROUP BY WITH {self.ahead().value}")
        having = self.condition() if self.accept("HAVING") else None
        if self.at("WINDOW"):
            raise self.unsupported("WINDOW")
        return Select(tuple(items), source, where, group_by, having, distinct, top, into)

    def top(self) -> Expression | None:
        """Consume TOP (n) if it comes next."""
        if not self.accept("TOP"):
            return None
        if self.accept_op("("):
            value = self.expression()
            self.expect_op(")")
        else:
            value = Literal(self.integer(), INT)
        if self.at("PERCENT") or self.at("WITH", "TIES"):
            raise self.unsupported(f"TOP {self.token.value}")
        return value

    def select_item(self) -> SelectItem:
        """Consume one item of a select or OUTPUT list."""
        if self.accept_op("*"):
            return SelectItem(Star(()), None)
        star = self._qualified_star()
        if star is not None:
            return SelectItem(star, None)
        token, after = self.token, self.ahead()
        if token.kind == "variable" and not token.text.startswith("@@") and after.text in _ASSIGNING:
            name = self.variable()
            operator = self.advance().text
            return SelectItem(self.expression(), None, name, operator)
        if (self.at_identifier() or token.kind in {"string", "nstring"}) and after.kind == "op" and after.text == "=":
            self.advance()
            self.advance()
            return SelectItem(self.expression(), str(token.text if token.kind == "word" else token.value))
        expression = self.expression()
        return SelectItem(expression, self._column_alias())

    def _column_alias(self) -> str | None:
        if self.accept("AS"):
            if self.token.kind in {"string", "nstring"}:
                return str(self.advance().value)
            return self.identifier()
        if self.token.kind in {"string", "nstring"}:
            return str(self.advance().value)
        return self.identifier() if self.at_identifier() else None

    def _qualified_star(self) -> Star | None:
        place = self.place
        if self.at_identifier():
            parts = [self.identifier()]
            while self.accept_op("."):
                if self.accept_op("*"):
                    return Star(tuple(parts))
                if not self.at_identifier():
                    break
                parts.append(self.identifier())
        self.place = place
        return None

    # --- FROM ------------------------------------------------------------------------------------------------

    def sources(self) -> Source:
        """Consume what follows FROM."""
        source = self.joined()
        while self.accept_op(","):
            source = Join("cross", source, self.joined(), None)
        return source

    def joined(self) -> Source:
        """Consume one source and what is joined to it."""
        left = self._source()
        while self.at_any(*_JOIN_STARTS):
            left = self._join(left)
        return left

    def _join(self, left: Source) -> Source:
        if self.accept("CROSS", "JOIN"):
            return Join("cross", left, self._source(), None)
        if self.at("CROSS", "APPLY") or self.at("OUTER", "APPLY"):
            kind = f"{self.advance().text.lower()} apply"
            self.advance()
            return Join(kind, left, self._source(), None)
        kind = "inner"
        if self.at_any("LEFT", "RIGHT", "FULL"):
            kind = str(self.advance().value).lower()
            self.accept("OUTER")
        else:
            self.accept("INNER")
        hinted = self.at_any(*_JOIN_HINTS)
        if hinted:
            self.advance()
        self.expect("JOIN")
        right = self._source()
        while not self.at("ON") and self.at_any(*_JOIN_STARTS):
            right = self._join(right)
        self.expect("ON")
        return Join(kind, left, right, self.condition(), hinted)

    def _source(self) -> Source:
        if self.accept_op("("):
            return self._parenthesised_source()
        if self.at("OPENJSON") and self.ahead().text == "(":
            return self._open_json()
        if self.at("CHANGETABLE") and self.ahead().text == "(":
            return self._change_table()
        if self.at("STRING_SPLIT") and self.ahead().text == "(":
            self.advance()
            self.expect_op("(")
            text = self.expression()
            self.expect_op(",")
            separator = self.expression()
            if self.at_op(","):
                raise self.unsupported("the third argument of STRING_SPLIT")
            self.expect_op(")")
            return StringSplit(text, separator, self._table_alias())
        name = self.name_of_rows()
        if name[0].startswith("@") and self.at_op("."):
            raise self.unsupported(f"a method of {name[0]}")
        if self.at_op("(") and not self._hints_follow():
            raise self.unsupported(f"table-valued function {'.'.join(name)}")
        alias = self._table_alias()
        if self.at_any("PIVOT", "UNPIVOT", "TABLESAMPLE") or self.at("FOR", "SYSTEM_TIME"):
            raise self.unsupported(str(self.token.value))
        return TableSource(name, alias, Hints() if name[0].startswith("@") else self.hints())

    def _hints_follow(self) -> bool:
        return self.ahead().upper in _LOCKING_HINTS | _IDLE_HINTS | {"NOWAIT"}

    def _parenthesised_source(self) -> Source:
        depth = 0
        while self.ahead(depth).kind == "op" and self.ahead(depth).text == "(":
            depth += 1
        if self.ahead(depth).upper == "SELECT" or self.at("VALUES"):
            query = Query(self.rows()) if self.accept("VALUES") else self.subquery()
            self.expect_op(")")
            alias = self._table_alias()
            if alias is None:
                raise self.error()
            return DerivedTable(query, alias, self.names() if self.at_op("(") else ())
        source = self.joined()
        if not isinstance(source, Join):  # parentheses are for joins
            raise self.error()
        self.expect_op(")")
        return source

    def _table_alias(self) -> str | None:
        if self.accept("AS"):
            return self.identifier()
        return self.identifier() if self.at_identifier() and not self.at("OPENJSON") else None

    def hints(self) -> Hints:
        """Consume WITH (hints) if it comes next."""
        if self.at("WITH") and self.ahead().text == "(":
            self.advance()
        elif not (self.at_op("(") and self._hints_follow()):
            return Hints()
        self.expect_op("(")
        locks = no_wait = dirty = False
        indexes: tuple[str, ...] = ()
        while True:
            word = self.token.upper
            if word == "INDEX" and self.ahead().text == "(" and self.ahead(2).kind != "number":
                self.advance()
                indexes += self.names()
                if not self.accept_op(",") and self.at_op(")"):
                    break
                continue
            dirty |= word in _DIRTY_HINTS
            if word in _LOCKING_HINTS:
                locks = True
            elif word == "NOWAIT":
                no_wait = True
            elif word not in _IDLE_HINTS:
                raise self.unsupported(f"table hint {self.token.text}")
            self.advance()
            if not self.accept_op(",") and self.at_op(")"):
                break
        self.expect_op(")")
        return Hints(locks, no_wait, dirty, indexes)

    def _open_json(self) -> OpenJson:
        self.advance()
        self.expect_op("(")
        document = self.expression()
        path = self.expression() if self.accept_op(",") else None
        self.expect_op(")")
        columns = None
        if self.at("WITH") and self.ahead().text == "(":
            self.advance()
            self.expect_op("(")
            found = [self._json_column()]
            while self.accept_op(","):
                found.append(self._json_column())
            self.expect_op(")")
            columns = tuple(found)
        return OpenJson(document, path, columns, self._table_alias())

    def _json_column(self) -> JsonColumn:
        name = self.identifier()
        sql_type = self.data_type()
        path = f'$."{name}"'
        if self.token.kind in {"string", "nstring"}:
            path = str(self.advance().value)
        as_json = self.accept("AS")
        if as_json:
            self.expect("JSON")
            if sql_type.name != "nvarchar" or sql_type.length != -1:
                raise SqlError(13618, "AS JSON option can be specified only for column of nvarchar(max) type in WITH clause.",
                               line=self.token.line)  # fmt: skip
        return JsonColumn(name, sql_type, path, as_json)

    def _change_table(self) -> Changes | ChangeVersion:
        line = self.token.line
        self.advance()
        self.expect_op("(")
        changes = self.accept("CHANGES")
        if not changes:
            self.expect("VERSION")
        table = self.name()
        self.expect_op(",")
        if changes:
            since = self._change_version()
            if self.accept_op(","):
                raise self.unsupported("FORCESEEK in CHANGETABLE")
            self.expect_op(")")
            alias, columns = self._change_alias(line)
            return Changes(table, since, alias, columns)
        keys = self.names()
        self.expect_op(",")
        self.expect_op("(")
        values = self.expressions()
        self.expect_op(")")
        self.expect_op(")")
        alias, columns = self._change_alias(line)
        return ChangeVersion(table, keys, values, alias, columns)

    def _change_version(self) -> Expression:
        if self.accept("NULL"):
            return Literal(None, NULL)
        return self.constant("integer")

    def _change_alias(self, line: int) -> tuple[str, tuple[str, ...]]:
        alias = self._table_alias()
        if alias is None:
            raise SqlError(22104, "A table returned by the CHANGETABLE function must be aliased.", line=line)
        return alias, self.names() if self.at_op("(") else ()


def selects_of(body: Body) -> Iterator[Select]:
    """Return the SELECTs that a query is put together of."""
    waiting = [body]
    while waiting:
        match waiting.pop():
            case Select() as select:
                yield select
            case SetOperation(_, left, right):
                waiting += [right, left]
            case Query(inner):
                waiting.append(inner)


def equality(left: Expression, right: Expression) -> Expression:
    """Return left = right."""
    return Comparison("=", left, right)
