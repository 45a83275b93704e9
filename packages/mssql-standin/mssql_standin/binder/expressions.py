"""Binding of values and conditions: every expression gets SQLite text and a T-SQL type."""

from collections.abc import Sequence
from dataclasses import replace

from mssql_standin.binder import functions
from mssql_standin.binder.chains import Chain
from mssql_standin.binder.collations import combined_collation
from mssql_standin.binder.compilation import Compilation
from mssql_standin.binder.plan import OutputColumn, registry
from mssql_standin.binder.scope import Bound, Scope
from mssql_standin.parser import syntax
from mssql_standin.parser.cursor import unsupported
from mssql_standin.results import SqlError
from mssql_standin.sql_types import MAX, SqlType
from mssql_standin.values.collation import database_default, sqlite_name
from mssql_standin.values.conversion import conversion, try_conversion
from mssql_standin.values.type_rules import (
    INT,
    MOMENTS,
    NULL,
    NUMERIC,
    Family,
    arithmetic_type,
    as_decimal,
    check_implicit,
    common_type,
    concatenated,
    decimal,
    display,
    family,
    unit_limit,
)

_OLDER_MOMENTS = frozenset({"datetime", "smalldatetime"})  # docs: "+ (Addition)" counts days with these
_NAMES = {"+": "add", "-": "subtract", "*": "multiply", "/": "divide", "%": "modulo", "&": "boolean AND", "|": "boolean OR",
          "^": "boolean XOR"}  # fmt: skip
_COMPARED = {"=": "equal to", "<>": "not equal to", "<": "less than", "<=": "less than or equal to", ">": "greater than",
             ">=": "greater than or equal to"}  # fmt: skip
_SQLITE_NAMES = {"+": "add", "-": "subtract", "*": "multiply", "/": "divide", "%": "remainder"}
INTEGER_KINDS = {"bit": 0, "tinyint": 1, "smallint": 2, "int": 3, "bigint": 4}


class ExpressionBinder:
    """Binds expressions; queries inside them are bound by the class that extends this one."""

    def __init__(self, compilation: Compilation) -> None:
        """Bind into a compilation."""
        self.compilation = compilation

    def query(self, query: syntax.Query, parent: Scope | None) -> tuple[str, list[OutputColumn]]:
        """Bind a query; returns its SQLite text with columns o0, o1, .. and their types."""
        raise NotImplementedError

    # --- values ----------------------------------------------------------------------------------------------

    def value(self, node: syntax.Expression, scope: Scope) -> Bound:
        """Bind a value."""
        mark = len(scope.grouping.violations)
        bound = self._value(node, scope)
        if bound.sql in scope.grouping.groups:
            del scope.grouping.violations[mark:]
        return bound

    def _value(self, node: syntax.Expression, scope: Scope) -> Bound:
        match node:
            case syntax.Literal(value, sql_type):
                digits = len(str(abs(value))) if sql_type == INT else None
                return Bound(self.compilation.constant(value), sql_type, value is None, digits=digits)
            case syntax.ColumnName(parts):
                return self._column(parts, scope)
            case syntax.Variable(name):
                return self._variable(name)
            case syntax.GlobalVariable(name):
                return functions.global_variable(self, name)
            case syntax.Unary(operator, operand):
                return self._unary(operator, self.value(operand, scope))
            case syntax.Binary():
                return self._operations(node, scope)
            case syntax.Case():
                return self._case(node, scope)
            case syntax.Call():
                return functions.call(self, node, scope)
            case syntax.Cast():
                return self._cast(node, scope)
            case syntax.Collate(operand, collation):
                bound = self.value(operand, scope)
                if family(bound.type) not in (Family.TEXT, Family.NULL):
                    raise SqlError(447, f"Expression type {display(bound.type)} is invalid for COLLATE clause.")
                return replace(bound, collation=collation, explicit=True, folded=None)
            case syntax.ScalarQuery(query):
                return self._scalar_query(query, scope)
        raise SqlError(102, f"Incorrect syntax near '{type(node).__name__}'.", 15)

    def _column(self, parts: syntax.Name, scope: Scope) -> Bound:
        bound, owner = scope.resolve(parts)
        grouping = owner.grouping
        if not grouping.inside_aggregate and bound.sql not in grouping.groups:
            grouping.violations.append(".".join(parts))
        return bound

    def _variable(self, name: str) -> Bound:
        variables, inferred = self.compilation.variables, self.compilation.inferred
        if name in variables:
            return Bound(self.compilation.variable(name), variables[name])
        if inferred is None:
            raise SqlError(137, f'Must declare the scalar variable "{name}".', 15, 2)
        if name in inferred:
            return Bound("NULL", inferred[name])
        return Bound("NULL", NULL, undeclared=name)

    def settle(self, bound: Bound, wanted: SqlType) -> Bound:
        """Give an undeclared parameter the type that its place asks for."""
        if bound.undeclared is None or wanted.name == "null" or self.compilation.inferred is None:
            return bound
        self.compilation.inferred.setdefault(bound.undeclared, wanted)
        return replace(bound, type=wanted, undeclared=None)

    def _operations(self, node: syntax.Binary, scope: Scope) -> Bound:
        """Bind an operation and those on its left, which may be thousands."""
        operations = []
        first: syntax.Expression = node
        while isinstance(first, syntax.Binary):
            operations.append(first)
            first = first.left
        mark = len(scope.grouping.violations)
        bound = self.value(first, scope)
        for operation in reversed(operations):
            bound = self.binary(operation.operator, bound, self.value(operation.right, scope))
            if bound.sql in scope.grouping.groups:
                del scope.grouping.violations[mark:]
        return bound

    def _unary(self, operator: str, bound: Bound) -> Bound:
        bound = self.settle(bound, INT)
        kind = family(bound.type)
        if kind is Family.NULL:
            return bound
        if operator == "~":
            if kind is not Family.INTEGER:
                raise _invalid_operand(bound.type, "'~'")
            full = {"tinyint": 255, "bit": 1}.get(bound.type.name)
            return replace(bound, sql=f"(~{bound.sql})" if full is None else f"({full} - {bound.sql})", digits=None)
        if kind not in NUMERIC or (operator == "-" and bound.type.name == "bit"):
            raise _invalid_operand(bound.type, "minus" if operator == "-" else "plus")
        if operator == "+":
            return bound
        zero = Bound(self.compilation.constant(0), bound.type)
        if kind is Family.DECIMAL:
            return replace(bound, sql=f"negate_decimal({bound.sql})")
        if kind is Family.FLOAT:
            return replace(bound, sql=f"(-{bound.sql})")
        return replace(self._arithmetic("-", zero, bound, bound.type), digits=bound.digits)

    def binary(self, operator: str, left: Bound, right: Bound) -> Bound:
        """Bind left operator right."""
        left, right = self.settle(left, right.type), self.settle(right, left.type)
        left, right = self.settle(left, INT), self.settle(right, INT)
        a, b = family(left.type), family(right.type)
        if operator == "+" and {a, b} <= {Family.TEXT, Family.NULL} and Family.TEXT in (a, b):
            return self._concatenation(left, right)
        if operator == "+" and a is b is Family.BINARY:
            return Bound(f"concat_binary({left.sql}, {right.sql})", concatenated(left.type, right.type))
        if operator in "+-" and (left.type.name in _OLDER_MOMENTS or right.type.name in _OLDER_MOMENTS):
            return self._move_moment(operator, left, right)
        for bound, other in ((left, right), (right, left)):
            newer = family(bound.type) in MOMENTS and bound.type.name not in _OLDER_MOMENTS
            if newer and family(other.type) is Family.INTEGER:
                raise SqlError(
                    206, f"Operand type clash: {display(bound.type)} is incompatible with {display(other.type)}"
                )
        if operator in "&|^":
            return self._bitwise(operator, left, right)
        if a is b is Family.NULL:
            return Bound("NULL", INT)
        for bound, other in ((left, right), (right, left)):
            kind = family(bound.type)
            if kind not in (Family.INTEGER, Family.DECIMAL, Family.FLOAT, Family.TEXT, Family.NULL):
                raise _invalid_operand(bound.type, _NAMES[operator])
            if kind is Family.TEXT and family(other.type) in (Family.TEXT, Family.NULL):
                raise _invalid_operand(bound.type, _NAMES[operator])
        if a is Family.TEXT:
            left = self.convert(left, right.type)
        if b is Family.TEXT:
            right = self.convert(right, left.type)
        return self._numeric(operator, left, right)

    def _numeric(self, operator: str, left: Bound, right: Bound) -> Bound:
        if family(left.type) is Family.NULL:
            left = replace(left, type=right.type)
        if family(right.type) is Family.NULL:
            right = replace(right, type=left.type)
        kinds = {family(left.type), family(right.type)}
        left_type, right_type = left.type, right.type
        if "decimal" in {left.type.name, right.type.name}:
            left_type, right_type = _exact(left), _exact(right)
        result = arithmetic_type(operator, left_type, right_type)
        both_bits = left.type.name == right.type.name == "bit"
        if both_bits or (Family.FLOAT in kinds and operator == "%"):
            raise _incompatible(left.type, right.type, _NAMES[operator])
        return self._arithmetic(operator, left, right, result)

    def _arithmetic(self, operator: str, left: Bound, right: Bound, result: SqlType) -> Bound:
        name = _SQLITE_NAMES[operator]
        match family(result):
            case Family.INTEGER:
                return _chained(left, f"{name}_integer", right, result, INTEGER_KINDS[result.name])
            case Family.FLOAT:
                left, right = self.convert(left, result), self.convert(right, result)
                return _chained(left, f"{name}_float", right, result)
        left, right = self._to_decimal(left), self._to_decimal(right)
        exact = as_decimal(result)
        return _chained(left, f"{name}_decimal", right, result, exact.precision or 38, exact.scale or 0)

    def _to_decimal(self, bound: Bound) -> Bound:
        return bound if family(bound.type) is Family.DECIMAL else self.convert(bound, as_decimal(bound.type))

    def _concatenation(self, left: Bound, right: Bound) -> Bound:
        if Family.NULL in (family(left.type), family(right.type)):
            known = right if family(left.type) is Family.NULL else left
            return Bound("NULL", known.type)
        result = concatenated(left.type, right.type)
        limit = unit_limit(result)
        collation, explicit = combined_collation([left, right], "add", is_result=True)
        cut = (limit,) if result.length != MAX and (left.type.length or 1) + (right.type.length or 1) > limit else ()
        made = _chained(left, "||", right, result, *cut)
        nullable = left.nullable or right.nullable
        return replace(made, nullable=nullable, collation=collation, explicit=explicit)

    def _move_moment(self, operator: str, left: Bound, right: Bound) -> Bound:
        """Bind what the older types alone can: one of them more or less a number of days, or another one."""
        for bound, other in ((left, right), (right, left)):
            if family(bound.type) in MOMENTS and bound.type.name not in _OLDER_MOMENTS:
                raise _incompatible(left.type, right.type, _NAMES[operator])
            if family(bound.type) not in (*NUMERIC, *MOMENTS, Family.TEXT, Family.NULL):
                check_implicit(bound.type, other.type)
        if family(left.type) is Family.DATETIME and family(right.type) is Family.INTEGER:
            count = right.sql if operator == "+" else f"(-{right.sql})"
            return Bound(f"date_add('day', {count}, {left.sql}, '{left.type.name}', 7)", left.type)
        result = common_type([bound.type for bound in (left, right) if bound.type.name in _OLDER_MOMENTS])
        left, right = self.convert(left, result), self.convert(right, result)
        return Bound(f"{_SQLITE_NAMES[operator]}_datetime({left.sql}, {right.sql}, '{result.name}')", result)

    def _bitwise(self, operator: str, left: Bound, right: Bound) -> Bound:
        for bound in (left, right):
            if family(bound.type) not in (Family.INTEGER, Family.NULL):
                raise _invalid_operand(bound.type, f"'{operator}'")
        result = common_type([left.type, right.type])
        if operator == "^":
            return Bound(f"(({left.sql} | {right.sql}) - ({left.sql} & {right.sql}))", result)
        return Bound(f"({left.sql} {operator} {right.sql})", result)

    def _case(self, node: syntax.Case, scope: Scope) -> Bound:
        tests: list[str] = []
        values: list[Bound] = []
        last: syntax.Expression | None = node
        while isinstance(last, syntax.Case):  # what stands after ELSE is one more of the same
            operand = None if last.operand is None else self.value(last.operand, scope)
            for test, value in last.branches:
                plain = self.condition(test, scope) if operand is None else ""
                tests.append(plain if operand is None else self.compare("=", operand, self.value(test, scope)))
                values.append(self.value(value, scope))
            last = last.otherwise
        values.append(Bound("NULL", NULL) if last is None else self.value(last, scope))
        values = self.unified(values)
        if values[0].type.name == "null":
            raise SqlError(8133, "At least one of the result expressions in a CASE specification must be an expression other "
                                 "than the NULL constant.")  # fmt: skip
        branches = " ".join(f"WHEN {test} THEN {value.sql}" for test, value in zip(tests, values, strict=False))
        collation, explicit = combined_collation(values, "CASE", is_result=True)
        nullable = any(value.nullable for value in values)
        return Bound(f"CASE {branches} ELSE {values[-1].sql} END", values[0].type, nullable, collation, explicit)

    def _cast(self, node: syntax.Cast, scope: Scope) -> Bound:
        operand = self.settle(self.value(node.operand, scope), node.type)
        style = None
        if node.style is not None:
            match node.style:
                case syntax.Literal(int() as number, _):
                    style = number
                case _:
                    raise unsupported("a CONVERT style that is not a number")
        return self.convert(operand, node.type, style, attempt=node.attempt)

    def _scalar_query(self, query: syntax.Query, scope: Scope) -> Bound:
        sql, columns = self.query(query, scope)
        if len(columns) != 1:
            raise SqlError(116, "Only one expression can be specified in the select list when the subquery is not introduced "
                                "with EXISTS.")  # fmt: skip
        column = columns[0]
        sql = f"(SELECT only_value(count(*), max(o0)) FROM (SELECT o0 FROM ({sql}) LIMIT 2))"
        return Bound(sql, column.type, True, column.collation, column.explicit)

    # --- conversion ------------------------------------------------------------------------------------------

    def convert(self, bound: Bound, target: SqlType, style: int | None = None, *, attempt: bool = False) -> Bound:
        """Bind the conversion of a value to a type, as CAST does it."""
        bound = self.settle(bound, target)
        if bound.type == target and family(target) is Family.FLOAT and style is None:
            return bound
        keep = family(target) is Family.TEXT
        collation, explicit = (bound.collation, bound.explicit) if keep else (None, False)
        key = (bound.type, target, style, attempt)
        function = (try_conversion if attempt else conversion)(bound.type, target, style)
        if function is None:
            return Bound(bound.sql, target, bound.nullable, collation, explicit, chain=bound.chain)
        number = registry.number(key, function)
        return Bound(f"converted({bound.sql}, {number})", target, bound.nullable or attempt, collation, explicit)

    def implicit(self, bound: Bound, target: SqlType) -> Bound:
        """Bind an implicit conversion; what SQL Server refuses is refused."""
        bound = self.settle(bound, target)
        check_implicit(bound.type, target)
        if family(bound.type) is Family.TEXT and target.name in {"varchar", "nvarchar"}:
            return replace(bound, type=target)
        return self.convert(bound, target)

    def assigned(self, bound: Bound, target: SqlType) -> Bound:
        """Bind the assignment to a variable: implicit, but a text that is too long is cut without an error."""
        bound = self.settle(bound, target)
        check_implicit(bound.type, target)
        return self.convert(bound, target)

    def unified(self, values: Sequence[Bound]) -> list[Bound]:
        """Return the values converted to their common type."""
        wanted = common_type([value.type for value in values])
        values = [self.settle(value, wanted) for value in values]
        exact = [_exact(value) if wanted.name == "decimal" and value.digits else value.type for value in values]
        target = common_type(exact)
        return [self.implicit(value, target) for value in values]

    def text(self, bound: Bound) -> Bound:
        """Return a value as text; numbers and times are converted as they are implicitly."""
        bound = self.settle(bound, SqlType("nvarchar", 4000))
        if family(bound.type) is Family.TEXT:
            return bound
        if family(bound.type) is Family.NULL:
            return replace(bound, type=SqlType("varchar", 1))
        return self.convert(bound, functions.text_type(bound.type))

    def collated(self, bound: Bound) -> str:
        """Return SQLite text that compares and sorts by the value's type and collation."""
        suffix = collate_suffix(bound.type, bound.collation)
        return bound.sql + suffix

    # --- conditions ------------------------------------------------------------------------------------------

    def condition(self, node: syntax.Expression, scope: Scope) -> str:
        """Bind a condition to SQLite text that is 1, 0 or NULL."""
        match node:
            case syntax.Comparison(operator, left, right):
                return self.compare(operator, self.value(left, scope), self.value(right, scope))
            case syntax.Logical(operator, left, right):
                return f"({self.condition(left, scope)} {operator} {self.condition(right, scope)})"
            case syntax.Not(operand):
                return f"(NOT {self.condition(operand, scope)})"
            case syntax.IsNull(operand, negated):
                bound = self.settle(self.value(operand, scope), INT)
                return f"({bound.sql} IS {'NOT ' if negated else ''}NULL)"
            case syntax.Between(operand, low, high, negated):
                bound = self.value(operand, scope)
                above = self.compare(">=", bound, self.value(low, scope))
                below = self.compare("<=", bound, self.value(high, scope))
                return f"({'NOT ' if negated else ''}({above} AND {below}))"
            case syntax.InList(operand, items, negated):
                values = [self.value(operand, scope), *(self.value(item, scope) for item in items)]
                return self._in(values, negated)
            case syntax.InQuery(operand, query, negated):
                return self._in_query(self.value(operand, scope), query, negated, scope)
            case syntax.Exists(query):
                return f"EXISTS ({self.query(query, scope)[0]})"
            case syntax.Like():
                return self._like(node, scope)
        raise SqlError(
            4145, "An expression of non-boolean type specified in a context where a condition is expected.", 15
        )

    def compare(self, operator: str, left: Bound, right: Bound) -> str:
        """Bind a comparison."""
        left, right = self._comparable([left, right])
        collation, _ = combined_collation([left, right], _COMPARED[operator])
        if operator == "=" and left.folded and right.folded and left.collation == right.collation:
            return f"({left.folded} = {right.folded})"
        return f"({left.sql}{collate_suffix(left.type, collation)} {operator} {right.sql})"

    def _comparable(self, values: Sequence[Bound]) -> list[Bound]:
        wanted = common_type([value.type for value in values])
        values = [self.settle(value, wanted) for value in values]
        for value in values:
            check_implicit(value.type, wanted)
        return [
            value
            if family(value.type) is family(wanted) or family(value.type) is Family.NULL
            else self.convert(value, wanted)
            for value in values
        ]

    def _in(self, values: list[Bound], negated: bool) -> str:
        operand, *items = self._comparable(values)
        collation, _ = combined_collation([operand, *items], "equal to")
        listed = ", ".join(item.sql for item in items)
        suffix = collate_suffix(operand.type, collation)
        return f"({operand.sql}{suffix} {'NOT ' if negated else ''}IN ({listed}))"

    def _in_query(self, operand: Bound, query: syntax.Query, negated: bool, scope: Scope) -> str:
        sql, columns = self.query(query, scope)
        if len(columns) != 1:
            raise SqlError(116, "Only one expression can be specified in the select list when the subquery is not introduced "
                                "with EXISTS.")  # fmt: skip
        column = Bound("o0", columns[0].type, True, columns[0].collation, columns[0].explicit)
        left, right = self._comparable([operand, column])
        collation, _ = combined_collation([left, right], "equal to")
        suffix = collate_suffix(left.type, collation)
        return f"({left.sql}{suffix} {'NOT ' if negated else ''}IN (SELECT {right.sql} FROM ({sql})))"

    def _like(self, node: syntax.Like, scope: Scope) -> str:
        operand = self.text(self.value(node.operand, scope))
        pattern = self.text(self.value(node.pattern, scope))
        escape = "''" if node.escape is None else self.text(self.value(node.escape, scope)).sql
        collation, _ = combined_collation([operand, pattern], "like")
        name = sqlite_name(collation or database_default())
        call = f"like_match({operand.sql}, {pattern.sql}, {escape}, '{name}')"
        return f"(NOT {call})" if node.negated else call


def collate_suffix(sql_type: SqlType, collation: str | None) -> str:
    """Return the COLLATE that a comparison or sort of this type needs in SQLite."""
    match family(sql_type):
        case Family.TEXT:
            return f" COLLATE {sqlite_name(collation or database_default())}"
        case Family.OFFSET:
            return " COLLATE offset_instant"
    return ""


def _chained(left: Bound, function: str, right: Bound, result: SqlType, *constants: int) -> Bound:
    before = left.chain if left.chain is not None and left.chain.text == left.sql else Chain(left.sql)
    chain = before.then(function, right.sql, *constants)
    return Bound(chain.text, result, chain=chain)


def _exact(bound: Bound) -> SqlType:
    if bound.digits is not None:
        return decimal(bound.digits, 0)
    return as_decimal(bound.type)


def _incompatible(left: SqlType, right: SqlType, operation: str) -> SqlError:
    return SqlError(
        402, f"The data types {display(left)} and {display(right)} are incompatible in the {operation} operator."
    )


def _invalid_operand(sql_type: SqlType, operation: str) -> SqlError:
    return SqlError(8117, f"Operand data type {display(sql_type)} is invalid for {operation} operator.")
