"""T-SQL's rules about types: families, precedence, the common type of several, the type of an arithmetic result.

docs: "Data type precedence", "Precision, scale, and length".
"""

from collections.abc import Sequence
from enum import Enum

from mssql_standin.results import SqlError
from mssql_standin.sql_types import MAX, SqlType


class Family(Enum):
    """Types whose values share one Python form and one set of conversion rules."""

    INTEGER = "integer"
    DECIMAL = "decimal"
    FLOAT = "float"
    TEXT = "text"
    BINARY = "binary"
    GUID = "guid"
    DATE = "date"
    TIME = "time"
    DATETIME = "datetime"
    OFFSET = "offset"
    NULL = "null"


NULL = SqlType("null")  # the type of a bare NULL; never leaves the engine
BIT, TINYINT, SMALLINT, INT, BIGINT = (SqlType(n) for n in ("bit", "tinyint", "smallint", "int", "bigint"))
FLOAT, REAL, MONEY = SqlType("float"), SqlType("real"), SqlType("money")
SYSNAME = SqlType("nvarchar", 128)
NTEXT, TEXT, BLOB = SqlType("nvarchar", MAX), SqlType("varchar", MAX), SqlType("varbinary", MAX)
GUID, DATE, DATETIME = SqlType("uniqueidentifier"), SqlType("date"), SqlType("datetime")
DATETIME2, DATETIMEOFFSET = SqlType("datetime2", scale=7), SqlType("datetimeoffset", scale=7)

_FAMILIES = {
    **dict.fromkeys(("bit", "tinyint", "smallint", "int", "bigint"), Family.INTEGER),
    **dict.fromkeys(("decimal", "money", "smallmoney"), Family.DECIMAL),
    **dict.fromkeys(("float", "real"), Family.FLOAT),
    **dict.fromkeys(("char", "varchar", "nchar", "nvarchar"), Family.TEXT),
    **dict.fromkeys(("binary", "varbinary"), Family.BINARY),
    **dict.fromkeys(("datetime", "smalldatetime", "datetime2"), Family.DATETIME),
    "uniqueidentifier": Family.GUID,
    "date": Family.DATE,
    "time": Family.TIME,
    "datetimeoffset": Family.OFFSET,
    "null": Family.NULL,
}
_PRECEDENCE = [
    "datetimeoffset", "datetime2", "datetime", "smalldatetime", "date", "time", "float", "real", "decimal", "money",
    "smallmoney", "bigint", "int", "smallint", "tinyint", "bit", "uniqueidentifier", "nvarchar", "nchar", "varchar",
    "char", "varbinary", "binary", "null",
]  # fmt: skip
_RANK = {name: rank for rank, name in enumerate(_PRECEDENCE)}
_INTEGER_DIGITS = {"bit": 1, "tinyint": 3, "smallint": 5, "int": 10, "bigint": 19}
INTEGER_RANGES = {
    "bit": (0, 1),
    "tinyint": (0, 255),
    "smallint": (-(2**15), 2**15 - 1),
    "int": (-(2**31), 2**31 - 1),
    "bigint": (-(2**63), 2**63 - 1),
}
MONEY_DIGITS = {"money": 19, "smallmoney": 10}
NUMERIC = (Family.INTEGER, Family.DECIMAL, Family.FLOAT)
MOMENTS = (Family.DATE, Family.TIME, Family.DATETIME, Family.OFFSET)


def family(sql_type: SqlType) -> Family:
    """Return the family of a type."""
    return _FAMILIES[sql_type.name]


def decimal(precision: int, scale: int) -> SqlType:
    """Return decimal(precision, scale)."""
    return SqlType("decimal", precision=precision, scale=scale)


def rank(sql_type: SqlType) -> int:
    """Return the place in the order of precedence; the lowest number wins."""
    return _RANK[sql_type.name]


def is_national(sql_type: SqlType) -> bool:
    """Tell whether a character type is Unicode."""
    return sql_type.name in {"nchar", "nvarchar"}


def unit_limit(sql_type: SqlType) -> int:
    """Return the longest declarable length that is not (max)."""
    return 4000 if is_national(sql_type) else 8000


def as_decimal(sql_type: SqlType) -> SqlType:
    """Return the decimal type that holds every value of an integer, money or decimal type."""
    if sql_type.name in _INTEGER_DIGITS:
        return decimal(_INTEGER_DIGITS[sql_type.name], 0)
    if sql_type.name in MONEY_DIGITS:
        return decimal(MONEY_DIGITS[sql_type.name], 4)
    return sql_type


def digits(sql_type: SqlType) -> tuple[int, int]:
    """Return precision and scale of an exact numeric type."""
    exact = as_decimal(sql_type)
    return exact.precision or 18, exact.scale or 0


def display(sql_type: SqlType) -> str:
    """Return the name that error messages use; SQL Server calls decimal numeric there."""
    return "numeric" if sql_type.name == "decimal" else sql_type.name


def declaration(sql_type: SqlType) -> str:
    """Return a type as it would be declared, for example decimal(10,2)."""
    if sql_type.length is not None:
        return f"{sql_type.name}({'max' if sql_type.length == MAX else sql_type.length})"
    if sql_type.name == "decimal":
        return f"decimal({sql_type.precision},{sql_type.scale})"
    if sql_type.scale is not None and sql_type.name in {"time", "datetime2", "datetimeoffset"}:
        return f"{sql_type.name}({sql_type.scale})"
    return sql_type.name


def byte_length(sql_type: SqlType) -> int:
    """Return max_length of sys.columns: bytes, -1 for (max)."""
    if sql_type.length is not None:
        return sql_type.length if sql_type.length == MAX else sql_type.length * (2 if is_national(sql_type) else 1)
    if sql_type.name == "decimal":
        precision = sql_type.precision or 18
        return 5 if precision <= 9 else 9 if precision <= 19 else 13 if precision <= 28 else 17
    scale = 7 if sql_type.scale is None else sql_type.scale
    fraction = 0 if scale <= 2 else 1 if scale <= 4 else 2
    fixed = {
        "bit": 1, "tinyint": 1, "smallint": 2, "int": 4, "bigint": 8, "float": 8, "real": 4, "money": 8, "smallmoney": 4,
        "uniqueidentifier": 16, "date": 3, "datetime": 8, "smalldatetime": 4, "time": 3 + fraction, "datetime2": 6 + fraction,
        "datetimeoffset": 8 + fraction,
    }  # fmt: skip
    return fixed[sql_type.name]


def common_type(types: Sequence[SqlType]) -> SqlType:
    """Return the type of a CASE, COALESCE, UNION column or comparison over these types. Raises SqlError 206."""
    known = [t for t in types if t.name != "null"]
    if not known:
        return NULL
    result = known[0]
    for other in known[1:]:
        result = _common_pair(result, other)
    return result


def _common_pair(left: SqlType, right: SqlType) -> SqlType:
    if left == right:
        return left
    high, low = (left, right) if rank(left) <= rank(right) else (right, left)
    check_implicit(low, high)
    kind = family(high)
    if kind is Family.TEXT and family(low) is Family.TEXT:
        return SqlType(_varying(high, low), _longest(left, right))
    if kind is Family.BINARY:
        return SqlType("varbinary" if high != low else high.name, _longest(left, right))
    if high.name == "decimal" and family(low) in (Family.INTEGER, Family.DECIMAL):
        (p1, s1), (p2, s2) = digits(left), digits(right)
        scale = max(s1, s2)
        whole = max(p1 - s1, p2 - s2)
        return decimal(min(38, whole + scale), min(scale, 38 - min(whole, 38)))
    if high.name in {"datetime2", "datetimeoffset", "time"}:
        return SqlType(high.name, scale=max(_fraction_digits(left), _fraction_digits(right)))
    return high


def _varying(high: SqlType, low: SqlType) -> str:
    if high.name == low.name:
        return high.name
    return "nvarchar" if is_national(high) else "varchar"


def _longest(left: SqlType, right: SqlType) -> int:
    lengths = (left.length or 1, right.length or 1)
    return MAX if MAX in lengths else max(lengths)


def _fraction_digits(sql_type: SqlType) -> int:
    if sql_type.scale is not None and sql_type.name in {"time", "datetime2", "datetimeoffset"}:
        return sql_type.scale
    return {"datetime": 3}.get(sql_type.name, 0)


def check_implicit(source: SqlType, target: SqlType) -> None:
    """Raise 206 or 257 when SQL Server has no implicit conversion from source to target."""
    a, b = family(source), family(target)
    if Family.NULL in (a, b) or a is b:
        return
    if a is Family.TEXT:
        if b is Family.BINARY:
            raise implicit_refused(source, target)
        return
    if b is Family.TEXT:
        return
    pair = {a, b}
    allowed = (
        (a in NUMERIC and b in NUMERIC)
        or pair in ({Family.INTEGER, Family.BINARY}, {Family.DECIMAL, Family.BINARY}, {Family.GUID, Family.BINARY})
        or (pair <= set(MOMENTS) and pair != {Family.DATE, Family.TIME})
        or (source.name in {"datetime", "smalldatetime"} and b is Family.BINARY)
        or (b is Family.DATETIME and target.name != "datetime2" and a in (*NUMERIC, Family.BINARY))
    )
    if not allowed:
        if a is Family.DATETIME and source.name != "datetime2" and b in NUMERIC:
            raise implicit_refused(source, target)
        raise SqlError(206, f"Operand type clash: {display(source)} is incompatible with {display(target)}")


def implicit_refused(source: SqlType, target: SqlType) -> SqlError:
    """Return error 257."""
    return SqlError(
        257,
        f"Implicit conversion from data type {display(source)} to {display(target)} is not allowed. "
        "Use the CONVERT function to run this query.",
        state=3,
    )


def arithmetic_type(operator: str, left: SqlType, right: SqlType) -> SqlType:
    """Return the type of a numeric operation between two numeric types."""
    high = left if rank(left) <= rank(right) else right
    if high.name != "decimal":
        if high.name in {"bit", "real"} and operator in "+-*/%":
            return INT if high.name == "bit" else high
        return high
    (p1, s1), (p2, s2) = digits(left), digits(right)
    whole = max(p1 - s1, p2 - s2)
    if operator in "+-":
        scale, precision = max(s1, s2), whole + max(s1, s2) + 1
        return decimal(precision, scale) if precision <= 38 else decimal(38, max(0, min(scale, 38 - whole)))
    if operator == "*":
        precision, scale = p1 + p2 + 1, s1 + s2
    elif operator == "/":
        scale = max(6, s1 + p2 + 1)
        precision = p1 - s1 + s2 + scale
    else:
        scale, precision = max(s1, s2), min(p1 - s1, p2 - s2) + max(s1, s2)
    if precision > 38:
        integral = precision - scale
        scale = min(scale, 38 - integral) if integral < 32 else min(scale, 6)
        precision = 38
    return decimal(precision, max(scale, 0))


def concatenated(left: SqlType, right: SqlType) -> SqlType:
    """Return the type of `left + right` for two character or two binary types."""
    if family(left) is Family.BINARY:
        name, limit = "varbinary", 8000
    else:
        name = "nvarchar" if is_national(left) or is_national(right) else "varchar"
        limit = 4000 if name == "nvarchar" else 8000
    if MAX in (left.length, right.length):
        return SqlType(name, MAX)
    return SqlType(name, min(limit, (left.length or 1) + (right.length or 1)))
