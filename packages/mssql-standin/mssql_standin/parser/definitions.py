"""The grammar of definitions: CREATE, ALTER, DROP, TRUNCATE and change tracking."""

from mssql_standin.parser.queries import QueryParser
from mssql_standin.parser.syntax import (
    AlterColumn,
    AlterDatabase,
    AlterTableAdd,
    AlterTableDrop,
    CheckDefinition,
    ColumnDefinition,
    Constraint,
    CreateIndex,
    CreateSchema,
    CreateTable,
    DefaultDefinition,
    DropIndex,
    DropSchema,
    DropTable,
    Expression,
    ForeignKeyDefinition,
    KeyDefinition,
    Statement,
    TableDefinition,
    TextExpression,
    TrackDatabase,
    TrackTable,
    TransferTable,
    TruncateTable,
)
from mssql_standin.results import SqlError
from mssql_standin.values.collation import canonical

_UNITS = {"DAY": "DAYS", "DAYS": "DAYS", "HOUR": "HOURS", "HOURS": "HOURS", "MINUTE": "MINUTES", "MINUTES": "MINUTES"}
_SWITCHES = {"ALLOW_SNAPSHOT_ISOLATION", "READ_COMMITTED_SNAPSHOT"}
# ALTER DATABASE options whose only value here is how this engine works anyway.
_FIXED_OPTIONS = {"ANSI_NULLS": "ON", "QUOTED_IDENTIFIER": "ON", "AUTO_CLOSE": "OFF"}


class DefinitionParser(QueryParser):
    """Adds definitions to the grammar of queries."""

    def create(self) -> Statement:
        """Consume a CREATE statement."""
        self.expect("CREATE")
        if self.accept("SCHEMA"):
            name = self.identifier()
            return CreateSchema(name, self.identifier() if self.accept("AUTHORIZATION") else None)
        if self.accept("TABLE"):
            return CreateTable(self.name(), self.table_definition())
        return self._create_index()

    def _create_index(self) -> Statement:
        unique = self.accept("UNIQUE")
        clustered = self._clustered()
        if not self.accept("INDEX"):
            raise self.unsupported(f"CREATE {self.token.text.upper()}")
        name = self.identifier()
        self.expect("ON")
        table = self.name()
        columns = self._key_columns()
        included = self.names() if self.accept("INCLUDE") else ()
        not_null = self._filter() if self.accept("WHERE") else ()
        if self.at("WITH"):
            raise self.unsupported("index options")
        if self.at("ON"):
            raise self.unsupported("an index ON a filegroup or partition scheme")
        return CreateIndex(table, KeyDefinition(name, columns, "index", unique, bool(clustered), included, not_null))

    def _filter(self) -> tuple[str, ...]:
        """Consume the filter of an index; return the columns that it asks to be not NULL."""
        names = []
        while True:
            enclosed = self.accept_op("(")
            names.append(self.identifier())
            if not self.accept("IS", "NOT", "NULL"):
                raise self.unsupported("an index with a WHERE of anything but column IS NOT NULL")
            if enclosed:
                self.expect_op(")")
            if not self.accept("AND"):
                return tuple(names)

    def drop(self) -> Statement:
        """Consume a DROP statement."""
        self.expect("DROP")
        if self.accept("TABLE"):
            if_exists = self._if_exists()
            names = [self.name()]
            while self.accept_op(","):
                names.append(self.name())
            return DropTable(tuple(names), if_exists)
        if self.accept("SCHEMA"):
            if_exists = self._if_exists()
            return DropSchema(self.identifier(), if_exists)
        if self.accept("INDEX"):
            if_exists = self._if_exists()
            name = self.identifier()
            if self.at_op("."):
                raise self.unsupported("DROP INDEX table.index; use DROP INDEX index ON table")
            self.expect("ON")
            table = self.name()
            if self.at_op(",") or self.at("WITH"):
                raise self.unsupported("DROP INDEX of several indexes or with options")
            return DropIndex(name, table, if_exists)
        raise self.unsupported(f"DROP {self.token.text.upper()}")

    def truncate(self) -> Statement:
        """Consume TRUNCATE TABLE."""
        self.expect("TRUNCATE", "TABLE")
        name = self.name()
        if self.at("WITH") and self.ahead().text == "(":
            raise self.unsupported("TRUNCATE TABLE WITH (PARTITIONS)")
        return TruncateTable(name)

    def _if_exists(self) -> bool:
        if self.accept("IF"):
            self.expect("EXISTS")
            return True
        return False

    # --- tables ----------------------------------------------------------------------------------------------

    def table_definition(self) -> TableDefinition:
        """Consume the parenthesised columns and constraints of a table."""
        self.expect_op("(")
        definition = self._elements()
        self.expect_op(")")
        if self.at_any("ON", "TEXTIMAGE_ON") and self.ahead().text.strip("[]").upper() == "PRIMARY":
            self.place += 2
        if self.at_any("ON", "TEXTIMAGE_ON", "FILESTREAM_ON"):
            raise self.unsupported(f"{self.token.value} a filegroup or partition scheme")
        if self.at("WITH") and self.ahead().text == "(":
            raise self.unsupported("table options")
        if self.at("AS"):
            raise self.unsupported(f"CREATE TABLE AS {self.ahead().text.upper()}")
        return definition

    def _elements(self) -> TableDefinition:
        columns: list[ColumnDefinition] = []
        constraints: list[Constraint] = []
        while True:
            if self.at("PERIOD", "FOR"):
                raise self.unsupported("PERIOD FOR SYSTEM_TIME")
            if self.at_any("CONSTRAINT", "PRIMARY", "UNIQUE", "FOREIGN", "CHECK", "DEFAULT"):
                constraints.append(self._table_constraint())
            elif self.at("INDEX"):
                constraints.append(self._inline_index())
            else:
                column, own = self._column()
                columns.append(column)
                constraints.extend(own)
            if not self.accept_op(",") or self.at_op(")"):
                return TableDefinition(tuple(columns), tuple(constraints))

    def _inline_index(self) -> Constraint:
        self.expect("INDEX")
        name = self.identifier()
        unique = self.accept("UNIQUE")
        clustered = self._clustered()
        return KeyDefinition(name, self._key_columns(), "index", unique, bool(clustered))

    def _column(self) -> tuple[ColumnDefinition, list[Constraint]]:
        name = self.identifier()
        if self.accept("AS"):
            self.expect_op("(")
            computed = self._text(self.expression)
            self.expect_op(")")
            persisted = self.accept("PERSISTED")
            nullable = False if persisted and self.accept("NOT", "NULL") else None
            return ColumnDefinition(name, None, nullable, computed=computed, persisted=persisted), []
        sql_type = self.data_type()
        nullable = None
        collation = identity = default = default_name = None
        with_values = False
        own: list[Constraint] = []
        said: set[str] = set()  # each of these may be said once
        while True:
            label = self.identifier() if self.accept("CONSTRAINT") else None
            word = "NULL" if self.at("NOT") else self.token.upper
            if word in said:
                raise self.error()
            if word in {"NULL", "COLLATE", "IDENTITY", "DEFAULT"}:
                said.add(word)
            if self.accept("NOT"):
                if self.accept("FOR"):
                    raise self.unsupported("NOT FOR REPLICATION")
                self.expect("NULL")
                nullable = False
            elif self.accept("NULL"):
                nullable = True
            elif self.accept("COLLATE"):
                collation = canonical(self.identifier())
            elif self.accept("IDENTITY"):
                identity = self._identity()
            elif self.accept("DEFAULT"):
                default, default_name = self._default_text(), label
                if self.accept("WITH", "VALUES"):
                    with_values = True
            elif self.at_any("PRIMARY", "UNIQUE", "CHECK", "REFERENCES", "FOREIGN"):
                own.append(self._column_constraint(name, label))
            elif label is not None:
                raise self.error()
            else:
                break
        if self.at_any("SPARSE", "MASKED", "ROWGUIDCOL", "HIDDEN", "GENERATED", "ENCRYPTED", "FILESTREAM", "INDEX"):
            raise self.unsupported(f"column option {self.token.value}")
        return ColumnDefinition(name, sql_type, nullable, collation, identity, default, default_name, with_values), own

    def _identity(self) -> tuple[int, int]:
        if not self.accept_op("("):
            return 1, 1
        seed = self.integer()
        self.expect_op(",")
        increment = self.integer()
        self.expect_op(")")
        return seed, increment

    def _default_text(self) -> TextExpression:
        return self._text(self.expression)

    def _text(self, grammar) -> TextExpression:  # type: ignore[no-untyped-def]
        start = self.token.start
        self.scalars_only = True
        tree: Expression = grammar()
        self.scalars_only = False
        return TextExpression(self.sql[start : self.tokens[self.place - 1].end], tree)

    def _column_constraint(self, column: str, label: str | None) -> Constraint:
        if self.at_any("PRIMARY", "UNIQUE"):
            return self._key(label, ((column, False),))
        if self.at("CHECK"):
            return self._check(label, column)
        if self.accept("FOREIGN"):
            self.expect("KEY")
        return self._references(label, (column,))

    def _table_constraint(self) -> Constraint:
        label = self.identifier() if self.accept("CONSTRAINT") else None
        if self.at_any("PRIMARY", "UNIQUE"):
            return self._key(label, None)
        if self.at("CHECK"):
            return self._check(label)
        if self.accept("DEFAULT"):
            value = self._default_text()
            self.expect("FOR")
            return DefaultDefinition(label, value, self.identifier())
        self.expect("FOREIGN", "KEY")
        return self._references(label, self.names())

    def _key(self, label: str | None, columns: tuple[tuple[str, bool], ...] | None) -> KeyDefinition:
        kind = "unique" if self.accept("UNIQUE") else "primary"
        if kind == "primary":
            self.expect("PRIMARY", "KEY")
        clustered = self._clustered()
        if columns is None:
            columns = self._key_columns()
        if self.at("WITH"):
            raise self.unsupported("index options")
        return KeyDefinition(label, columns, kind, True, clustered)

    def _clustered(self) -> bool | None:
        if self.accept("CLUSTERED"):
            return True
        return False if self.accept("NONCLUSTERED") else None

    def _key_columns(self) -> tuple[tuple[str, bool], ...]:
        self.expect_op("(")
        columns = []
        while True:
            name = self.identifier()
            descending = self.accept("DESC")
            if not descending:
                self.accept("ASC")
            columns.append((name, descending))
            if not self.accept_op(","):
                break
        self.expect_op(")")
        return tuple(columns)

    def _check(self, label: str | None, column: str | None = None) -> CheckDefinition:
        self.expect("CHECK")
        self.expect_op("(")
        condition = self._text(self.condition)
        self.expect_op(")")
        return CheckDefinition(label, condition, column)

    def _references(self, label: str | None, columns: tuple[str, ...]) -> ForeignKeyDefinition:
        self.expect("REFERENCES")
        table = self.name()
        referenced = self.names() if self.at_op("(") else ()
        while self.accept("ON"):
            if not self.at_any("DELETE", "UPDATE"):
                raise self.error()
            action = self.advance().text.upper()
            if not self.accept("NO", "ACTION"):
                raise self.unsupported(f"ON {action} {self.token.text.upper()} of a foreign key")
        return ForeignKeyDefinition(label, columns, table, referenced)

    # --- ALTER -----------------------------------------------------------------------------------------------

    def alter(self) -> Statement:
        """Consume an ALTER statement."""
        self.expect("ALTER")
        if self.accept("DATABASE"):
            return self._alter_database()
        if self.accept("SCHEMA"):
            schema = self.identifier()
            self.expect("TRANSFER")
            if self.accept("OBJECT"):
                self.expect_op("::")
            return TransferTable(schema, self.name())
        if not self.accept("TABLE"):
            raise self.unsupported(f"ALTER {self.token.text.upper()}")
        table = self.name()
        if self.accept("ENABLE", "CHANGE_TRACKING"):
            return TrackTable(table, True, self._track_columns())
        if self.accept("DISABLE", "CHANGE_TRACKING"):
            return TrackTable(table, False)
        if self.accept("WITH"):
            if not self.accept("CHECK"):
                raise self.unsupported("ALTER TABLE WITH NOCHECK")
            if not self.at("ADD"):
                raise self.error()
        if self.accept("ADD"):
            return AlterTableAdd(table, self._elements())
        if self.accept("DROP"):
            kind = "constraint"
            if self.accept("COLUMN"):
                kind = "column"
            else:
                named = self.accept("CONSTRAINT")
                if not named and self.at("IF"):
                    raise self.error()
            if_exists = self._if_exists()
            names = [self.identifier()]
            while self.accept_op(","):
                if self.at_any("COLUMN", "CONSTRAINT"):
                    raise self.unsupported("ALTER TABLE DROP of columns and constraints together")
                names.append(self.identifier())
            if self.at("WITH") and self.ahead().text == "(":
                raise self.unsupported("ALTER TABLE DROP with options")
            return AlterTableDrop(table, kind, tuple(names), if_exists)
        if self.accept("ALTER", "COLUMN"):
            if self.ahead().upper in {"ADD", "DROP"}:
                raise self.unsupported(f"ALTER COLUMN {self.ahead().value}")
            column, own = self._column()
            if own or column.default or column.identity or column.type is None:
                raise self.error()
            return AlterColumn(table, column)
        raise self.unsupported(f"ALTER TABLE {self.token.text.upper()}")

    def _track_columns(self) -> bool:
        if not (self.at("WITH") and self.ahead().text == "("):
            return False
        self.advance()
        self.expect_op("(")
        self.expect("TRACK_COLUMNS_UPDATED")
        self.expect_op("=")
        on = self.on_or_off()
        self.expect_op(")")
        return on

    def on_or_off(self) -> bool:
        """Consume ON or OFF."""
        if self.accept("ON"):
            return True
        self.expect("OFF")
        return False

    def _alter_database(self) -> Statement:
        database = None if self.accept("CURRENT") else self.identifier()
        if not self.accept("SET"):
            raise self.unsupported(f"ALTER DATABASE {self.token.text.upper()}")
        if self.accept("CHANGE_TRACKING"):
            return self._change_tracking(database)
        option = self.advance().text.upper()
        if option == "COMPATIBILITY_LEVEL":
            self.expect_op("=")
            return self._only_option(AlterDatabase(database, option, self.integer()))
        if option in _SWITCHES:
            on = self.on_or_off()
            if self.accept("WITH"):
                self._termination()
            return self._only_option(AlterDatabase(database, option, on))
        if option in _FIXED_OPTIONS:
            value = self.advance().text.upper()
            if value != _FIXED_OPTIONS[option]:
                raise self.unsupported(f"ALTER DATABASE SET {option} {value}")
            if self.accept("WITH"):
                self._termination()
            return self._only_option(AlterDatabase(database, option, value))
        raise self.unsupported(f"ALTER DATABASE SET {option}")

    def _only_option(self, node: Statement) -> Statement:
        if self.at_op(","):
            raise self.unsupported("several options in one ALTER DATABASE")
        return node

    def _termination(self) -> None:
        if self.accept("NO_WAIT"):
            return
        self.expect("ROLLBACK", "IMMEDIATE")

    def _change_tracking(self, database: str | None) -> TrackDatabase:
        switch: bool | None = None
        if self.accept_op("="):
            switch = self.on_or_off()
        retention: tuple[int, str] | None = None
        auto_cleanup: bool | None = None
        if self.accept_op("("):
            while True:
                if self.accept("CHANGE_RETENTION"):
                    self.expect_op("=")
                    number, unit = self.integer(), self.advance().text.upper()
                    if unit not in _UNITS:
                        raise SqlError(102, f"Incorrect syntax near '{unit}'.", 15, line=self.token.line)
                    retention = (number, _UNITS[unit])
                else:
                    self.expect("AUTO_CLEANUP")
                    self.expect_op("=")
                    auto_cleanup = self.on_or_off()
                if not self.accept_op(","):
                    break
            self.expect_op(")")
        elif switch is None:
            raise self.error()
        return TrackDatabase(database, switch, retention, auto_cleanup)
