"""The grammar of values and conditions."""

from collections.abc import Callable
from decimal import Decimal

from mssql_standin import not_supported
from mssql_standin.not_supported import unsupported
from mssql_standin.parser.keywords import (
    AGGREGATES,
    BARE_FUNCTIONS,
    DATE_PART_FUNCTIONS,
    FUNCTIONS,
    GLOBAL_VARIABLES,
    RANKINGS,
)
from mssql_standin.parser.syntax import (
    Between,
    Binary,
    Call,
    Case,
    Cast,
    Collate,
    ColumnName,
    Comparison,
    Condition,
    Exists,
    Expression,
    GlobalVariable,
    InList,
    InQuery,
    IsNull,
    Like,
    Literal,
    Logical,
    Not,
    OrderItem,
    Query,
    ScalarQuery,
    Unary,
    Variable,
    Window,
)
from mssql_standin.parser.types import TypeParser
from mssql_standin.results import SqlError
from mssql_standin.sql_types import MAX, SqlType
from mssql_standin.values.code_units import kept, units
from mssql_standin.values.collation import canonical
from mssql_standin.values.encoding import encode_decimal
from mssql_standin.values.temporal import DATE_PARTS
from mssql_standin.values.type_rules import INT, NULL, decimal

_COMPARISONS = {"=": "=", "<>": "<>", "!=": "<>", "<": "<", "<=": "<=", ">": ">", ">=": ">=", "!<": ">=", "!>": "<="}
_FUNCTION_KEYWORDS = {"LEFT", "RIGHT", "COALESCE", "NULLIF"}
_MAX_DEPTH = 200


class ExpressionParser(TypeParser):
    """Adds expressions to the grammar of types."""

    def __init__(self, sql: str, declared: set[str], collect_undeclared: bool = False) -> None:
        """Stand before the first token; `declared` are the names of variables that exist already."""
        super().__init__(sql)
        self.declared = declared
        self.collect_undeclared = collect_undeclared
        self.undeclared: list[str] = []
        self.scalars_only = False  # inside a definition: no subqueries
        self._depth = 0

    def subquery(self) -> Query:
        """Consume a query inside an expression; the grammar of queries fills this in."""
        raise NotImplementedError

    def expression(self) -> Expression:
        """Consume a value."""
        node = self._either()
        if isinstance(node, Condition):
            shown = getattr(node, "operator", "") or self.token.text or type(node).__name__.upper()
            raise SqlError(102, f"Incorrect syntax near '{shown}'.", 15, line=self.token.line)
        return node

    def condition(self) -> Expression:
        """Consume a condition."""
        node = self._either()
        if not isinstance(node, Condition):
            raise SqlError(
                4145,
                "An expression of non-boolean type specified in a context where a condition is expected, "
                f"near '{self.token.text}'.",
                15,
                line=self.token.line,
            )
        return node

    def expressions(self) -> tuple[Expression, ...]:
        """Consume values separated by commas."""
        found = [self.expression()]
        while self.accept_op(","):
            found.append(self.expression())
        return tuple(found)

    def order_items(self) -> tuple[OrderItem, ...]:
        """Consume the terms of an ORDER BY."""
        items = []
        while True:
            expression = self.expression()
            descending = self.accept("DESC")
            if not descending:
                self.accept("ASC")
            items.append(OrderItem(expression, descending))
            if not self.accept_op(","):
                return tuple(items)

    def variable(self) -> str:
        """Consume the name of a declared variable and return it in lower case."""
        token = self.token
        if token.kind != "variable" or token.text.startswith("@@"):
            raise self.error()
        self.advance()
        name = token.text.lower()
        if name not in self.declared:
            if not self.collect_undeclared:
                raise SqlError(137, f'Must declare the scalar variable "{token.text}".', 15, 2, token.line)
            if name not in map(str.lower, self.undeclared):
                self.undeclared.append(token.text)
        return name

    def constant(self, *kinds: str, signed: bool = False) -> Expression:
        """Consume a variable or a literal of these kinds; statements that take no expressions take these."""
        if signed and self.at_op("-") and self.ahead().kind == "number":
            self.advance()
            return Unary("-", self.constant(*({"number", "integer"} & set(kinds))))
        kind = self.token.kind
        whole = kind == "number" and self.token.text.isdigit()
        if kind not in {"variable", *kinds} and not (whole and "integer" in kinds):
            raise self.error()
        return self._primary()

    def _either(self) -> Expression:
        self._depth += 1
        if self._depth > _MAX_DEPTH:
            raise nested_too_deeply(self.token.line)
        node = self._logical("OR", self._conjunction)
        self._depth -= 1
        return node

    def _conjunction(self) -> Expression:
        return self._logical("AND", self._negation)

    def _logical(self, operator: str, operand: Callable[[], Expression]) -> Expression:
        """Consume operands joined by AND or OR, as many as there are; which come together first makes no difference."""
        nodes = [operand()]
        while self.at(operator):
            self._require_condition(nodes[-1])
            self.advance()
            nodes.append(operand())
            self._require_condition(nodes[-1])
        while len(nodes) > 1:
            pairs = [nodes[place : place + 2] for place in range(0, len(nodes), 2)]
            nodes = [Logical(operator, *pair) if len(pair) == 2 else pair[0] for pair in pairs]
        return nodes[0]

    def _require_condition(self, node: Expression) -> None:
        if not isinstance(node, Condition):
            raise SqlError(4145, "An expression of non-boolean type specified in a context where a condition is expected, "
                                 f"near '{self.token.text}'.", 15, line=self.token.line)  # fmt: skip

    def _negation(self) -> Expression:
        if self.accept("NOT"):
            operand = self._negation()
            self._require_condition(operand)
            return Not(operand)
        return self._predicate()

    def _predicate(self) -> Expression:
        if self.accept("EXISTS"):
            self.expect_op("(")
            query = self.subquery()
            self.expect_op(")")
            return Exists(query)
        left = self._sum()
        if isinstance(left, Condition):
            return left
        if self.token.kind == "op" and self.token.text in _COMPARISONS:
            operator = _COMPARISONS[self.advance().text]
            if self.at_any("ANY", "SOME", "ALL"):
                raise self.unsupported(f"{self.token.value} (subquery)")
            return Comparison(operator, left, self._value())
        if self.accept("IS"):
            negated = self.accept("NOT")
            if self.accept("DISTINCT"):
                raise self.unsupported("IS [NOT] DISTINCT FROM")
            self.expect("NULL")
            return IsNull(left, negated)
        negated = self.accept("NOT")
        if self.accept("BETWEEN"):
            low = self._value()
            self.expect("AND")
            return Between(left, low, self._value(), negated)
        if self.accept("LIKE"):
            pattern = self._value()
            escape = self._value() if self.accept("ESCAPE") else None
            return Like(left, pattern, escape, negated)
        if self.accept("IN"):
            return self._in(left, negated)
        if negated:
            raise self.error()
        return left

    def _in(self, left: Expression, negated: bool) -> Expression:
        self.expect_op("(")
        if self.at("SELECT") or (self.at_op("(") and self.ahead().upper == "SELECT"):
            node: Expression = InQuery(left, self.subquery(), negated)
        else:
            node = InList(left, self.expressions(), negated)
        self.expect_op(")")
        return node

    def _value(self) -> Expression:
        node = self._sum()
        if isinstance(node, Condition):
            raise self.error()
        return node

    def _sum(self) -> Expression:
        node = self._product()
        while self.token.kind == "op" and self.token.text in {"+", "-", "&", "|", "^"}:
            operator = self.advance().text
            node = Binary(operator, self._operand(node), self._operand(self._product()))
        return node

    def _product(self) -> Expression:
        node = self._unary()
        while self.token.kind == "op" and self.token.text in {"*", "/", "%"}:
            operator = self.advance().text
            node = Binary(operator, self._operand(node), self._operand(self._unary()))
        return node

    def _operand(self, node: Expression) -> Expression:
        if isinstance(node, Condition):
            raise self.error()
        return node

    def _unary(self) -> Expression:
        if self.token.kind == "op" and self.token.text in {"-", "+", "~"}:
            operator = self.advance().text
            return Unary(operator, self._operand(self._unary()))
        node = self._primary()
        collated = False
        while True:
            if self.accept("COLLATE"):
                if collated:
                    raise self.error()
                collated = True
                node = Collate(self._operand(node), canonical(self.identifier()))
            elif self.at("AT") and self.ahead().upper == "TIME":
                raise self.unsupported("AT TIME ZONE")
            else:
                return node

    def _primary(self) -> Expression:
        token = self.token
        match token.kind:
            case "number":
                self.advance()
                return number_literal(token.text)
            case "string" | "nstring":
                self.advance()
                return text_literal(token.value, token.kind == "nstring")
            case "binary":
                self.advance()
                return Literal(token.value, SqlType("varbinary", len(token.value) or 1))
            case "variable":
                return self._variable_value()
            case "op" if token.text == "(":
                return self._parenthesised()
            case "word":
                return self._word(token.value)
            case "quoted":
                return ColumnName(self.column_name())
        raise self.error()

    def _variable_value(self) -> Expression:
        token = self.token
        if not token.text.startswith("@@"):
            return Variable(self.variable())
        self.advance()
        name = token.text[2:].lower()
        if name not in GLOBAL_VARIABLES and name in not_supported.GLOBAL_VARIABLES:
            raise unsupported(token.text, token.line)
        if name not in GLOBAL_VARIABLES:
            raise SqlError(137, f'Must declare the scalar variable "{token.text}".', 15, 2, token.line)
        return GlobalVariable(name)

    def _parenthesised(self) -> Expression:
        self.expect_op("(")
        if self.at("SELECT"):
            node: Expression = ScalarQuery(self.subquery())
        else:
            node = self._either()
        self.expect_op(")")
        return node

    def _word(self, word: str) -> Expression:
        called = self.ahead().kind == "op" and self.ahead().text == "("
        match word:
            case "NULL":
                self.advance()
                return Literal(None, NULL)
            case "CASE":
                return self._case()
            case "CAST" | "TRY_CAST" if called:
                return self._cast(word == "TRY_CAST")
            case "CONVERT" | "TRY_CONVERT" if called:
                return self._convert(word == "TRY_CONVERT")
            case "IIF" if called:
                return self._iif()
            case "PARSE" | "TRY_PARSE" if called:
                raise self.unsupported(word)
            case "CURRENT_DATE" | "CURRENT_TIME":
                raise self.unsupported(word)
            case "IDENTITY" if called:
                raise self.unsupported("the function IDENTITY")
            case "NEXT" if self.at("NEXT", "VALUE", "FOR"):
                raise self.unsupported("NEXT VALUE FOR")
        if word.lower() in BARE_FUNCTIONS and not called:
            self.advance()
            return Call(word.lower(), ())
        if word == "$ACTION":
            self.advance()
            return ColumnName(("$action",))
        if called and (self.at_identifier() or word in _FUNCTION_KEYWORDS):
            return self._call(word.lower())
        if not self.at_identifier():
            raise self.error()
        name = self.column_name()
        if self.at_op("("):
            raise self.unsupported(f"user-defined function {'.'.join(name)}")
        return ColumnName(name)

    def _case(self) -> Expression:
        self.expect("CASE")
        operand = None if self.at("WHEN") else self.expression()
        branches = []
        while self.accept("WHEN"):
            test = self.condition() if operand is None else self.expression()
            self.expect("THEN")
            branches.append((test, self.expression()))
        if not branches:
            raise self.error()
        otherwise = self.expression() if self.accept("ELSE") else None
        self.expect("END")
        return Case(operand, tuple(branches), otherwise)

    def _cast(self, attempt: bool) -> Expression:
        self.advance()
        self.expect_op("(")
        operand = self.expression()
        self.expect("AS")
        target = self._cast_type()
        self.expect_op(")")
        return Cast(operand, target, None, attempt)

    def _cast_type(self) -> SqlType:
        name = self.token.text
        try:
            return self.data_type(30)
        except SqlError as error:
            if error.message.number != 2715:
                raise
            raise SqlError(243, f"Type {name} is not a defined system type.", line=error.message.line) from None

    def _convert(self, attempt: bool) -> Expression:
        self.advance()
        self.expect_op("(")
        target = self._cast_type()
        self.expect_op(",")
        operand = self.expression()
        style = self.expression() if self.accept_op(",") else None
        self.expect_op(")")
        return Cast(operand, target, style, attempt)

    def _iif(self) -> Expression:
        self.advance()
        self.expect_op("(")
        test = self.condition()
        self.expect_op(",")
        yes = self.expression()
        self.expect_op(",")
        no = self.expression()
        self.expect_op(")")
        return Case(None, ((test, yes),), no)

    def _call(self, name: str) -> Expression:
        token = self.advance()
        if name not in FUNCTIONS and name in not_supported.FUNCTIONS:
            raise unsupported(f"the function {token.text.upper()}", token.line)
        if name not in FUNCTIONS:
            raise SqlError(195, f"'{token.text}' is not a recognized built-in function name.", 15, 10, token.line)
        self.expect_op("(")
        part, star = "", False
        arguments: tuple[Expression, ...] = ()
        distinct = name in AGGREGATES and self.accept("DISTINCT")
        if name in {"count", "count_big"} and self.accept_op("*"):
            star = True
        else:
            if name in AGGREGATES:
                self.accept("ALL")
            if name in DATE_PART_FUNCTIONS:
                part = self._date_part(name)
                self.expect_op(",")
            if name == "trim" and not self.at_op(")"):
                arguments = (self.expression(),)
                if self.at("FROM"):
                    raise self.unsupported("TRIM(characters FROM text)")
            elif not self.at_op(")"):
                arguments = self.expressions()
        self.expect_op(")")
        self._check_count(token.text, name, len(arguments) + bool(part) + star, token.line)
        order: tuple[OrderItem, ...] = ()
        if name == "string_agg" and self.accept("WITHIN"):
            self.expect("GROUP")
            self.expect_op("(")
            self.expect("ORDER", "BY")
            order = self.order_items()
            self.expect_op(")")
        window = self._window() if (name in AGGREGATES or name in RANKINGS) and self.at("OVER") else None
        if distinct and window is not None:
            raise SqlError(10759, "Use of DISTINCT is not allowed with the OVER clause.", 15, line=token.line)
        if self.at_any("IGNORE", "RESPECT") and self.ahead().upper == "NULLS":
            raise self.unsupported(f"{self.token.value} NULLS")
        if name in RANKINGS and window is None:
            raise SqlError(10753, f"The function '{token.text}' must have an OVER clause.", 15, line=token.line)
        return Call(name, arguments, distinct, star, window, part, order)

    def _check_count(self, shown: str, name: str, count: int, line: int) -> None:
        fewest, most = FUNCTIONS[name]
        if fewest <= count <= most:
            return
        if fewest == most:
            raise SqlError(174, f"The {shown.lower()} function requires {fewest} argument(s).", 15, line=line)
        raise SqlError(189, f"The {shown.lower()} function requires {fewest} to {most} arguments.", 15, line=line)

    def _date_part(self, name: str) -> str:
        token = self.advance()
        if token.kind != "word" or token.value.lower() not in DATE_PARTS:
            raise SqlError(155, f"'{token.text}' is not a recognized {name} option.", 15, line=token.line)
        return DATE_PARTS[token.value.lower()]

    def _window(self) -> Window:
        self.expect("OVER")
        if self.at_identifier():
            raise self.unsupported("OVER a named window")
        self.expect_op("(")
        partition: tuple[Expression, ...] = ()
        order: tuple[OrderItem, ...] = ()
        if self.accept("PARTITION"):
            self.expect("BY")
            partition = self.expressions()
        if self.accept("ORDER"):
            self.expect("BY")
            order = self.order_items()
        if self.at_any("ROWS", "RANGE"):
            raise self.unsupported(f"{self.token.value} in OVER")
        self.expect_op(")")
        return Window(partition, order)


def nested_too_deeply(line: int = 1) -> SqlError:
    """Return error 191."""
    return SqlError(
        191,
        "Some part of your SQL statement is nested too deeply. Rewrite the query or break it up into smaller queries.",
        15,
        line=line,
    )


def number_literal(text: str) -> Literal:
    """Return the literal of a number: int, decimal when it is larger or has a point, float when it has an exponent."""
    if "e" in text.lower():
        return Literal(float(text), SqlType("float"))
    if text.isdigit():
        value = int(text)
        if value <= 2**31 - 1:
            return Literal(value, INT)
        return Literal(encode_decimal(Decimal(value)), decimal(_digits_within(len(str(value)), text), 0))
    whole, _, fraction = text.partition(".")
    whole = whole.lstrip("0")
    precision = _digits_within(max(len(whole) + len(fraction), 1), text)
    return Literal(encode_decimal(Decimal(text)), decimal(precision, len(fraction)))


def _digits_within(precision: int, text: str) -> int:
    if precision > 38:
        raise SqlError(
            1007, f"The number '{text}' is out of the range for numeric representation (maximum precision 38).", 15
        )
    return precision


def text_literal(value: str, national: bool) -> Literal:
    """Return the literal of a character string."""
    value = kept(value)
    length = units(value)
    limit = 4000 if national else 8000
    return Literal(value, SqlType("nvarchar" if national else "varchar", MAX if length > limit else max(length, 1)))
