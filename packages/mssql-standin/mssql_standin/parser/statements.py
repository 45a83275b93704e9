"""The grammar of statements and whole batches."""

from mssql_standin import not_supported
from mssql_standin.parser.expressions import nested_too_deeply
from mssql_standin.parser.security import SecurityParser
from mssql_standin.parser.syntax import (
    Argument,
    Batch,
    BeginTransaction,
    Binary,
    Block,
    Commit,
    CreateSchema,
    Declare,
    DeclareTable,
    Execute,
    ExecuteText,
    Expression,
    ForeignKeyDefinition,
    If,
    Jump,
    KeyDefinition,
    Literal,
    Print,
    RaiseError,
    Return,
    Rollback,
    SaveTransaction,
    SelectStatement,
    SetOption,
    SetVariable,
    Statement,
    TableDefinition,
    Throw,
    TryCatch,
    Use,
    Variable,
    WaitFor,
    While,
)
from mssql_standin.results import SqlError
from mssql_standin.values.date_order import ORDERS
from mssql_standin.values.type_rules import NULL, SYSNAME

_COMPOUND = {"=", "+=", "-=", "*=", "/=", "%=", "&=", "|=", "^="}
# SET options with an effect here, then those that are accepted because the engine behaves so anyway, or nothing depends on them.
_SWITCHES = {"NOCOUNT", "XACT_ABORT", "IMPLICIT_TRANSACTIONS", "FMTONLY", "NO_BROWSETABLE"}
_IDLE_SWITCHES = {
    "ANSI_NULLS", "ANSI_PADDING", "ANSI_WARNINGS", "ARITHABORT", "CONCAT_NULL_YIELDS_NULL", "QUOTED_IDENTIFIER",
    "ANSI_NULL_DFLT_ON",
}  # fmt: skip
_IDLE_WHEN_OFF = {
    "NUMERIC_ROUNDABORT", "ANSI_DEFAULTS", "NOEXEC", "PARSEONLY", "SHOWPLAN_ALL",
    "SHOWPLAN_TEXT", "SHOWPLAN_XML", "FORCEPLAN", "REMOTE_PROC_TRANSACTIONS", "ANSI_NULL_DFLT_OFF", "DISABLE_DEF_CNST_CHK",
}  # fmt: skip
_IDLE_EITHER_WAY = {"CURSOR_CLOSE_ON_COMMIT"}  # there are no cursors
_ALL_SWITCHES = _SWITCHES | _IDLE_SWITCHES | _IDLE_WHEN_OFF | _IDLE_EITHER_WAY
_IDLE_VALUES = {
    "TEXTSIZE",
    "LANGUAGE",
    "DATEFIRST",
    "QUERY_GOVERNOR_COST_LIMIT",
    "ROWCOUNT",
}
_SUPPORTED_VALUES = {
    "LANGUAGE": {"us_english", "english"},
    "DATEFIRST": {"7"},
    "TEXTSIZE": {"2147483647", "-1"},
    "ROWCOUNT": {"0"},
}
_LONGEST_NAME = 32  # of a transaction
_MOST_BLOCKS = 60  # statements inside each other


_ISOLATION_LEVELS = (
    ("READ", "COMMITTED"),
    ("READ", "UNCOMMITTED"),
    ("REPEATABLE", "READ"),
    ("SERIALIZABLE",),
    ("SNAPSHOT",),
)
DEADLOCK_PRIORITIES = {"LOW": -5, "NORMAL": 0, "HIGH": 5}
HIGHEST_DEADLOCK_PRIORITY = 10


class StatementParser(SecurityParser):
    """The whole grammar: adds statements to that of changes and principals."""

    _loops = 0  # how many WHILEs are around
    _blocks = 0  # how many statements are around, itself included

    def batch(self) -> Batch:
        """Consume everything. Raises SqlError before anything runs if the text is outside the subset."""
        self.lines: dict[int, int] = {}
        statements: list[Statement] = []
        while True:
            while self.accept_op(";"):
                pass
            if self.token.kind == "end":
                break
            if statements and isinstance(statements[0], CreateSchema):
                raise self.error()  # it is a batch of its own
            self._check_separated(statements)
            statements.extend(self.statement(first=not statements))
        return Batch(tuple(statements), self.lines, tuple(self.undeclared))

    def _check_separated(self, before: list[Statement]) -> None:
        """Raise SqlError 319 or 102 if the next statement needs a semicolon before it and has none."""
        if not before or self.tokens[self.place - 1].text == ";":
            return
        if self.at("WITH"):
            raise SqlError(319, "Incorrect syntax near the keyword 'with'. If this statement is a common table expression, an xmlnamespaces "
                                "clause or a change tracking context clause, the previous statement must be terminated with a semicolon.",
                           15, line=self.token.line)  # fmt: skip
        if self.at("THROW"):
            raise self.error()

    def statement(self, *, first: bool = False) -> list[Statement]:
        """Consume one statement; a DECLARE of several variables gives several."""
        line = self.token.line
        self._blocks += 1
        if self._blocks > _MOST_BLOCKS:
            raise nested_too_deeply(line)
        found = self._statement(first)
        self._blocks -= 1
        for statement in found:
            self.lines[id(statement)] = line
        while self.accept_op(";"):
            pass
        return found

    def _single(self) -> Statement:
        """Consume the statement that IF or WHILE governs."""
        line = self.token.line
        found = self.statement()
        if len(found) == 1:
            return found[0]
        block = Block(tuple(found))
        self.lines[id(block)] = line
        return block

    def _statement(self, first: bool) -> list[Statement]:
        word = self.token.upper
        match word:
            case "DECLARE":
                return self._declare()
            case "SET":
                return self._set()
            case "INSERT" if self.ahead().upper == "BULK":
                return [self.insert_bulk()]
            case "SELECT" | "WITH" | "INSERT" | "UPDATE" | "DELETE" | "MERGE" | "VALUES":
                return [self.change_or_query()]
            case "IF":
                return [self._if()]
            case "WHILE":
                return [self._while()]
            case "BEGIN":
                return [self._begin()]
            case "BREAK" | "CONTINUE":
                if not self._loops:
                    raise SqlError(
                        135,
                        f"Cannot use a {word} statement outside the scope of a WHILE statement.",
                        15,
                        line=self.token.line,
                    )
                self.advance()
                return [Jump(word.lower())]
            case "CREATE":
                if not first and self.ahead().upper == "SCHEMA":
                    raise SqlError(
                        111,
                        "'CREATE SCHEMA' must be the first statement in a query batch.",
                        15,
                        line=self.token.line,
                    )
                return [self.create()]
            case "ALTER":
                return [self.alter()]
            case "DROP":
                return [self.drop()]
            case "TRUNCATE":
                return [self.truncate()]
            case "GRANT" | "DENY" | "REVOKE":
                return [self.permission()]
            case "REVERT":
                return [self.impersonation()]
            case "EXEC" | "EXECUTE":
                if self.ahead().upper == "AS":
                    return [self.impersonation()]
                self.advance()
                return [self._execute()]
            case "COMMIT" | "ROLLBACK" | "SAVE":
                return [self._end_transaction(word)]
            case "RETURN":
                self.advance()
                if self._value_follows():
                    raise SqlError(
                        178,
                        "A RETURN statement with a return value cannot be used in this context.",
                        15,
                        line=self.token.line,
                    )
                return [Return()]
            case "PRINT":
                self.advance()
                return [Print(self.expression())]
            case "RAISERROR":
                return [self._raise_error()]
            case "THROW":
                return [self._throw()]
            case "WAITFOR":
                return [self._wait_for()]
            case "USE":
                self.advance()
                return [Use(self.identifier())]
        if self.token.kind == "op" and self.token.text == "(":
            return [SelectStatement(self.query())]
        if self.at_identifier() and self.ahead().text == ":":
            raise self.unsupported(f"the label {self.token.text}")
        if word == "FETCH":
            raise self.unsupported("a cursor")
        if word == "END" and self.ahead().upper == "CONVERSATION":
            raise self.unsupported("END CONVERSATION")
        if first and self.at_identifier() and word not in {"ENABLE", "DISABLE"}:
            return [self._execute()]
        raise self.error()

    def _value_follows(self) -> bool:
        if self.token.kind in {"number", "variable", "string", "nstring", "binary"}:
            return True
        return self.token.kind == "op" and self.token.text in {"(", "-", "+"}

    # --- variables and options -------------------------------------------------------------------------------

    def _declare(self) -> list[Statement]:
        self.expect("DECLARE")
        found: list[Statement] = []
        names: set[str] = set()
        while True:
            token = self.token
            if token.kind != "variable" or token.text.startswith("@@"):
                if self.at_identifier():
                    raise self.unsupported("a cursor")
                raise self.error()
            self.advance()
            self.accept("AS")
            if self.at("TABLE") and not found:
                self.advance()
                return [DeclareTable(token.text.lower(), self._variable_definition())]
            made = self._declare_scalar(token.text, token.line, names)
            names.add(made.name)
            found.append(made)
            if not self.accept_op(","):
                self.declared |= names  # no value of this DECLARE sees them
                return found

    def _variable_definition(self) -> TableDefinition:
        definition = self.table_definition()
        for constraint in definition.constraints:
            named = not isinstance(constraint, KeyDefinition) or constraint.kind != "index"
            if isinstance(constraint, ForeignKeyDefinition) or (named and constraint.name is not None):
                raise self.error()
        if any(column.default_name for column in definition.columns):
            raise self.error()
        return definition

    def _declare_scalar(self, shown: str, line: int, names: set[str]) -> Declare:
        name = shown.lower()
        if self.at("CURSOR"):
            raise self.unsupported("a cursor")
        sql_type = self.data_type()
        if name in self.declared | names:
            raise SqlError(
                134,
                f"The variable name '{shown}' has already been declared. Variable names must be unique within a query batch or "
                "stored procedure.",
                15,
                line=line,
            )
        return Declare(name, sql_type, self.expression() if self.accept_op("=") else None)

    def _set(self) -> list[Statement]:
        self.expect("SET")
        if self.token.kind == "variable":
            name = self.variable()
            if self.token.kind != "op" or self.token.text not in _COMPOUND:
                raise self.error()
            operator = self.advance().text
            return [SetVariable(name, operator, self.expression())]
        if self.accept("TRANSACTION", "ISOLATION", "LEVEL"):
            return [SetOption("isolation", self._isolation_level())]
        if self.accept("IDENTITY_INSERT"):
            table = self.name()
            return [SetOption("identity_insert", (table, self.on_or_off()))]
        if self.accept("LOCK_TIMEOUT"):
            return [SetOption("lock_timeout", self.integer())]
        if self.accept("DEADLOCK_PRIORITY"):
            return [SetOption("deadlock_priority", self._deadlock_priority())]
        if self.accept("DATEFORMAT"):
            return [SetOption("date_order", self._date_order())]
        if self.at("STATISTICS"):
            return self._statistics()
        if self.at_any(*not_supported.SET_OPTIONS):
            raise self.unsupported(f"SET {self.token.value}")
        options = [self.advance().text.upper()]
        while self.accept_op(","):
            options.append(self.advance().text.upper())
        if options[0] in _IDLE_VALUES:
            self._idle_value(options[0])
            return [SetOption("idle", None)]
        unknown = next((option for option in options if option not in _ALL_SWITCHES), None)
        if unknown is not None:
            raise SqlError(195, f"'{unknown}' is not a recognized SET option.", 15, 5, self.token.line)
        value = self.on_or_off()
        return [self._switch(option, value) for option in options]

    def _switch(self, option: str, value: bool) -> Statement:
        if option in _SWITCHES:
            return SetOption(option.lower(), value)
        if option == "ANSI_DEFAULTS" and value:  # the others that it switches on are so anyway
            return SetOption("implicit_transactions", True)
        if option in _IDLE_EITHER_WAY or (option in _IDLE_SWITCHES and value):
            return SetOption("idle", None)
        if option in _IDLE_WHEN_OFF and not value:
            return SetOption("idle", None)
        raise self.unsupported(f"SET {option} {'ON' if value else 'OFF'}")

    def _statistics(self) -> list[Statement]:
        self.advance()
        what = self.advance().text.upper()
        if self.on_or_off():
            raise self.unsupported(f"SET STATISTICS {what} ON")
        return [SetOption("idle", None)]

    def _date_order(self) -> str:
        order = str(self.advance().text).removeprefix("N").strip("'[]").lower()
        if order not in ORDERS:
            raise self.unsupported(f"SET DATEFORMAT {order}")
        return order

    def _idle_value(self, option: str) -> None:
        sign = "-" if self.accept_op("-") else ""
        value = sign + str(self.advance().text).strip("'[]").lower()
        if option in _SUPPORTED_VALUES and value not in _SUPPORTED_VALUES[option]:
            raise self.unsupported(f"SET {option} {value}")

    def _isolation_level(self) -> str:
        for words in _ISOLATION_LEVELS:
            if self.accept(*words):
                return " ".join(words).lower()
        raise self.error()

    def _deadlock_priority(self) -> int | Variable:
        if self.token.kind == "variable":
            return Variable(self.variable())
        for word, priority in DEADLOCK_PRIORITIES.items():
            if self.accept(word):
                return priority
        priority = self.integer()
        if abs(priority) > HIGHEST_DEADLOCK_PRIORITY:
            raise SqlError(102, f"Incorrect syntax near '{priority}'.", 15, line=self.token.line)
        return priority

    # --- control flow ----------------------------------------------------------------------------------------

    def _if(self) -> Statement:
        self.expect("IF")
        condition = self.condition()
        then = self._single()
        otherwise = self._single() if self.accept("ELSE") else None
        return If(condition, then, otherwise)

    def _while(self) -> Statement:
        self.expect("WHILE")
        condition = self.condition()
        self._loops += 1
        body = self._single()
        self._loops -= 1
        return While(condition, body)

    def _begin(self) -> Statement:
        self.expect("BEGIN")
        if self.accept("TRY"):
            attempt = self._block("TRY")
            self.expect("BEGIN", "CATCH")
            return TryCatch(attempt, self._block("CATCH"))
        if self.at_any("TRAN", "TRANSACTION"):
            self.advance()
            name = self._transaction_name()
            if self.at("WITH", "MARK"):
                raise self.unsupported("BEGIN TRANSACTION WITH MARK")
            return BeginTransaction(name)
        if self.at_any("DISTRIBUTED", "DIALOG", "CONVERSATION"):
            raise self.unsupported(f"BEGIN {self.token.value}")
        return self._block()

    def _block(self, kind: str = "") -> Block:
        while self.accept_op(";"):
            pass
        statements: list[Statement] = []
        while not self.at("END"):
            if self.token.kind == "end":
                raise self.error()
            self._check_separated(statements)
            statements.extend(self.statement())
        self.expect("END")
        if kind:
            self.expect(kind)
            while self.accept_op(";"):
                pass
        if not statements and not kind:
            raise self.error()
        return Block(tuple(statements))

    def _transaction_name(self) -> Expression | None:
        if self.token.kind == "variable":
            return Variable(self.variable())
        if not self.at_identifier():
            return None
        name = self.identifier()
        if len(name) > _LONGEST_NAME:
            raise SqlError(
                103,
                f"The identifier that starts with '{name[:28]}' is too long. Maximum length is 32.",
                15,
                4,
                self.token.line,
            )
        return Literal(name, SYSNAME)

    def _end_transaction(self, word: str) -> Statement:
        self.advance()
        if word == "SAVE":
            self._transaction_word(required=True)
            name = self._transaction_name()
            if name is None:
                raise self.error()
            return SaveTransaction(name)
        named = self._transaction_word(required=False)
        name = self._transaction_name() if named else None
        if word == "COMMIT":
            if self.at("WITH") and self.ahead().text == "(":
                raise self.unsupported("COMMIT WITH DELAYED_DURABILITY")
            return Commit()
        return Rollback(name)

    def _transaction_word(self, *, required: bool) -> bool:
        if self.at_any("TRAN", "TRANSACTION"):
            self.advance()
            return True
        if required:
            raise self.error()
        self.accept("WORK")
        return False

    # --- messages and waiting --------------------------------------------------------------------------------

    def _raise_error(self) -> Statement:
        self.expect("RAISERROR")
        self.expect_op("(")
        message = self.constant("integer", "string", "nstring", signed=True)
        if not self.accept_op(","):
            raise self.error()
        severity = self.constant("integer", signed=True)
        self.expect_op(",")
        state = self.constant("integer", signed=True)
        arguments: list[Expression] = []
        while self.accept_op(","):
            arguments.append(self._message_argument())
        self.expect_op(")")
        if self.accept("WITH"):
            while True:
                if not self.at_any("NOWAIT", "SETERROR"):
                    raise self.unsupported(f"RAISERROR WITH {self.token.text}")
                self.advance()
                if not self.accept_op(","):
                    break
        return RaiseError(message, severity, state, tuple(arguments))

    def _message_argument(self) -> Expression:
        if self.accept("NULL"):
            return Literal(None, NULL)
        return self.constant("number", "string", "nstring", "binary", signed=True)

    def _throw(self) -> Statement:
        self.advance()
        if not self._value_follows():
            return Throw(None, None, None)
        number = self.constant("integer")
        self.expect_op(",")
        message = self.constant("string", "nstring")
        self.expect_op(",")
        return Throw(number, message, self.constant("integer"))

    def _wait_for(self) -> Statement:
        self.expect("WAITFOR")
        if not self.accept("DELAY"):
            raise self.unsupported(f"WAITFOR {self.token.text.upper()}")
        return WaitFor(self.constant("string", "nstring"))

    # --- procedures ------------------------------------------------------------------------------------------

    def _execute(self) -> Statement:
        if self.accept_op("("):
            text = self.constant("string", "nstring")
            while self.accept_op("+"):
                text = Binary("+", text, self.constant("string", "nstring"))
            self.expect_op(")")
            if self.at_any("AS", "AT", "WITH"):
                raise self.unsupported(f"EXECUTE (..) {self.token.value}")
            return ExecuteText(text)
        status = None
        if self.token.kind == "variable":
            if not (self.ahead().kind == "op" and self.ahead().text == "="):
                raise self.unsupported("a procedure name in a variable")
            status = self.variable()
            self.advance()
        if self.at("AS"):
            raise self.unsupported("EXECUTE AS")
        procedure = self.name()
        arguments: list[Argument] = []
        while self._argument_follows():
            arguments.append(self._argument())
            if not self.accept_op(","):
                break
            if not self._argument_follows():
                raise self.error()
        if self.at("WITH"):
            raise self.unsupported("EXECUTE WITH")
        return Execute(procedure, tuple(arguments), status)

    def _argument_follows(self) -> bool:
        token = self.token
        if token.kind in {"number", "string", "nstring", "binary", "variable"}:
            return True
        if token.kind == "op":
            return token.text == "-"
        return token.upper in {"NULL", "DEFAULT"} or self.at_identifier()

    def _argument(self) -> Argument:
        name = None
        if self.token.kind == "variable" and self.ahead().kind == "op" and self.ahead().text == "=":
            name = self.advance().text.lower()
            self.advance()
        value: Expression | None
        if self.accept("DEFAULT"):
            value = None
        elif self.at_identifier():  # a bare word is a string
            word = self.identifier()
            value = Literal(word, SYSNAME)
        else:
            value = self._argument_value()
        output = self.accept("OUTPUT") or self.accept("OUT")
        if output and not isinstance(value, Variable):
            raise SqlError(179, "Cannot use the OUTPUT option when passing a constant to a stored procedure.", 15)
        return Argument(name, value, output)

    def _argument_value(self) -> Expression:
        if self.accept("NULL"):
            return Literal(None, NULL)
        return self.constant("number", "string", "nstring", "binary", signed=True)


def parse_batch(sql: str, declared: set[str], *, collect_undeclared: bool = False) -> Batch:
    """Parse a whole batch; `declared` are the lower-case names of its parameters. Raises SqlError."""
    try:
        return StatementParser(sql, set(declared), collect_undeclared).batch()
    except RecursionError:
        raise nested_too_deeply() from None


def parse_condition(text: str) -> Expression:
    """Parse the condition of a stored CHECK constraint."""
    return StatementParser(text, set()).condition()


def parse_value(text: str) -> Expression:
    """Parse the expression of a stored default or computed column."""
    return StatementParser(text, set()).expression()
