"""Functions of text and binary values."""

from dataclasses import replace

from mssql_standin.binder.collations import combined_collation
from mssql_standin.binder.number_functions import Builder, integer
from mssql_standin.binder.scope import Binder, Bound
from mssql_standin.parser.cursor import unsupported
from mssql_standin.parser.syntax import Call, Literal
from mssql_standin.results import SqlError
from mssql_standin.sql_types import MAX, SqlType
from mssql_standin.values.collation import database_default, sqlite_name
from mssql_standin.values.type_rules import (
    BIGINT,
    GUID,
    INT,
    MOMENTS,
    NUMERIC,
    Family,
    byte_length,
    digits,
    display,
    family,
    is_national,
    unit_limit,
)

_TEXT_LENGTHS = {
    "bit": 1, "tinyint": 3, "smallint": 6, "int": 12, "bigint": 24, "decimal": 41, "money": 30, "smallmoney": 30, "float": 23,
    "real": 23, "uniqueidentifier": 36, "date": 10, "time": 16, "datetime": 26, "smalldatetime": 26, "datetime2": 27,
    "datetimeoffset": 34,
}  # fmt: skip


def text_type(sql_type: SqlType) -> SqlType:
    """Return the character type that an implicit conversion to text gives."""
    if family(sql_type) is Family.TEXT:
        return sql_type
    if family(sql_type) is Family.BINARY:
        return SqlType("varchar", sql_type.length)
    return SqlType("varchar", _TEXT_LENGTHS.get(sql_type.name, 1))


def _joined_type(values: list[Bound], extra: int = 0) -> SqlType:
    national = any(is_national(value.type) for value in values)
    name = "nvarchar" if national else "varchar"
    lengths = [value.type.length or 1 for value in values]
    if MAX in lengths:
        return SqlType(name, MAX)
    return SqlType(name, max(1, min(sum(lengths) + extra, unit_limit(SqlType(name)))))


def _with_type(bound: Bound, sql: str, sql_type: SqlType) -> Bound:
    return replace(bound, sql=sql, type=sql_type, nullable=True, digits=None)


def _varying(sql_type: SqlType) -> SqlType:
    return SqlType("nvarchar" if is_national(sql_type) else "varchar", sql_type.length)


def strictly_text(binder: Binder, bound: Bound, place: int, function: str, *others: Family) -> Bound:
    """Return an argument that must be text already, or of another family. Raises SqlError 8116."""
    bound = binder.settle(bound, SqlType("nvarchar", 4000))
    if family(bound.type) not in (Family.TEXT, *others):
        shown = "NULL" if family(bound.type) is Family.NULL else display(bound.type)
        raise SqlError(8116, f"Argument data type {shown} is invalid for argument {place} of {function} function.")
    return bound


def _concat(binder: Binder, _: Call, arguments: list[Bound]) -> Bound:
    values = [binder.text(argument) for argument in arguments]
    collation, explicit = combined_collation(values, "concat")
    parts = ", ".join(value.sql for value in values)
    return Bound(f"concat_text({parts})", _joined_type(values), False, collation, explicit)


def _concat_ws(binder: Binder, _: Call, arguments: list[Bound]) -> Bound:
    values = [binder.text(argument) for argument in arguments]
    parts = ", ".join(value.sql for value in values)
    separators = (values[0].type.length or 1) * max(len(values) - 2, 0)
    return Bound(f"concat_separated({parts})", _joined_type(values[1:], separators), False)


def _substring(binder: Binder, _: Call, arguments: list[Bound]) -> Bound:
    source = strictly_text(binder, arguments[0], 1, "substring", Family.BINARY)
    start, length = integer(binder, arguments[1]), integer(binder, arguments[2])
    result = SqlType("varbinary", source.type.length) if family(source.type) is Family.BINARY else _varying(source.type)
    return _with_type(source, f"substring_of({source.sql}, {start.sql}, {length.sql})", result)


def _side(name: str) -> Builder:
    def build(binder: Binder, _: Call, arguments: list[Bound]) -> Bound:
        source, count = binder.text(arguments[0]), integer(binder, arguments[1])
        return _with_type(source, f"{name}_of({source.sql}, {count.sql})", _varying(source.type))

    return build


def _letter_case(function: str) -> Builder:
    def build(binder: Binder, _: Call, arguments: list[Bound]) -> Bound:
        source = binder.text(arguments[0])
        sql = f"{function}({source.sql}, {int(is_national(source.type))})"
        return _with_type(source, sql, _varying(source.type))

    return build


def _same_length(function: str) -> Builder:
    def build(binder: Binder, _: Call, arguments: list[Bound]) -> Bound:
        source = binder.text(arguments[0])
        return _with_type(source, f"{function}({source.sql})", _varying(source.type))

    return build


def _len(binder: Binder, _: Call, arguments: list[Bound]) -> Bound:
    source = arguments[0] if family(arguments[0].type) is Family.BINARY else binder.text(arguments[0])
    return Bound(f"length_of({source.sql})", BIGINT if source.type.length == MAX else INT, source.nullable)


def _datalength(binder: Binder, _: Call, arguments: list[Bound]) -> Bound:
    source = binder.settle(arguments[0], SqlType("nvarchar", 4000))
    result = BIGINT if source.type.length == MAX else INT
    kind = family(source.type)
    if kind in (Family.TEXT, Family.BINARY):
        size = 2 if kind is Family.TEXT and is_national(source.type) else 1
        return Bound(f"byte_length({source.sql}, {size})", result)
    fixed = 4 if kind is Family.NULL else byte_length(source.type)
    return Bound(f"CASE WHEN {source.sql} IS NULL THEN NULL ELSE {fixed} END", result)


def _replace(binder: Binder, _: Call, arguments: list[Bound]) -> Bound:
    values = [binder.text(argument) for argument in arguments]
    collation, explicit = combined_collation(values, "replace")
    parts = ", ".join(value.sql for value in values)
    national = any(is_national(value.type) for value in values)
    length = MAX if values[0].type.length == MAX else (4000 if national else 8000)
    result = SqlType("nvarchar" if national else "varchar", length)
    name = sqlite_name(collation or database_default())
    return Bound(f"replace_text({parts}, '{name}', {length})", result, True, collation, explicit)


def _replicate(binder: Binder, _: Call, arguments: list[Bound]) -> Bound:
    source, count = binder.text(arguments[0]), integer(binder, arguments[1])
    limit = MAX if source.type.length == MAX else unit_limit(source.type)
    result = replace(_varying(source.type), length=limit)
    return _with_type(source, f"replicate_text({source.sql}, {count.sql}, {limit})", result)


def _space(binder: Binder, _: Call, arguments: list[Bound]) -> Bound:
    return Bound(f"replicate_text(' ', {integer(binder, arguments[0]).sql}, 8000)", SqlType("varchar", 8000))


def _stuff(binder: Binder, _: Call, arguments: list[Bound]) -> Bound:
    source, inserted = binder.text(arguments[0]), binder.text(arguments[3])
    start, length = integer(binder, arguments[1]), integer(binder, arguments[2])
    sql = f"stuff_text({source.sql}, {start.sql}, {length.sql}, {inserted.sql})"
    return _with_type(source, sql, _joined_type([source, inserted]))


def _charindex(binder: Binder, _: Call, arguments: list[Bound]) -> Bound:
    needle, text = binder.text(arguments[0]), binder.text(arguments[1])
    start = integer(binder, arguments[2]).sql if len(arguments) > 2 else "1"
    collation, _explicit = combined_collation([needle, text], "charindex")
    name = sqlite_name(collation or database_default())
    return Bound(
        f"index_of_text({needle.sql}, {text.sql}, {start}, '{name}')", BIGINT if text.type.length == MAX else INT
    )


def _patindex(binder: Binder, _: Call, arguments: list[Bound]) -> Bound:
    pattern, text = binder.text(arguments[0]), strictly_text(binder, arguments[1], 2, "patindex", Family.NULL)
    collation, _explicit = combined_collation([pattern, text], "patindex")
    return Bound(f"index_of_pattern({pattern.sql}, {text.sql}, '{sqlite_name(collation or database_default())}')", INT)


def _code(national: bool) -> Builder:
    def build(binder: Binder, _: Call, arguments: list[Bound]) -> Bound:
        return Bound(f"{'unicode_of' if national else 'ascii_of'}({binder.text(arguments[0]).sql})", INT)

    return build


def _character(national: bool) -> Builder:
    def build(binder: Binder, _: Call, arguments: list[Bound]) -> Bound:
        number = integer(binder, arguments[0])
        if national:
            return Bound(f"unicode_character({number.sql})", SqlType("nchar", 1))
        return Bound(f"ansi_character({number.sql})", SqlType("char", 1))

    return build


def _str(binder: Binder, _: Call, arguments: list[Bound]) -> Bound:
    number = binder.implicit(arguments[0], SqlType("float"))
    length = integer(binder, arguments[1]).sql if len(arguments) > 1 else "10"
    places = integer(binder, arguments[2]).sql if len(arguments) > 2 else "0"
    return Bound(f"str_of({number.sql}, {length}, {places})", SqlType("varchar", 8000))


def _quotename(binder: Binder, _: Call, arguments: list[Bound]) -> Bound:
    source = binder.text(arguments[0])
    quote = binder.text(arguments[1]).sql if len(arguments) > 1 else "'['"
    return Bound(f"quotename({source.sql}, {quote})", SqlType("nvarchar", 258))


def _string_escape(binder: Binder, node: Call, arguments: list[Bound]) -> Bound:
    match node.arguments[1]:
        case Literal(str() as kind, _) if kind.lower() == "json":
            source = binder.text(arguments[0])
            return _with_type(source, f"escape_json({source.sql})", SqlType("nvarchar", MAX))
    raise unsupported("STRING_ESCAPE for anything but 'json'")


def _translate(binder: Binder, _: Call, arguments: list[Bound]) -> Bound:
    source, old, new = (binder.text(argument) for argument in arguments)
    return _with_type(source, f"translate_text({source.sql}, {old.sql}, {new.sql})", _varying(source.type))


def _hashbytes(binder: Binder, _: Call, arguments: list[Bound]) -> Bound:
    algorithm = binder.text(arguments[0])
    source = strictly_text(binder, arguments[1], 2, "hashbytes", Family.BINARY, Family.NULL)
    data = binder.convert(source, SqlType("varbinary", MAX))
    return Bound(f"hash_of({algorithm.sql}, {data.sql})", SqlType("varbinary", 8000))


def _newid(_binder: Binder, _: Call, _arguments: list[Bound]) -> Bound:
    return Bound("new_guid()", GUID, False)


def _newsequentialid(_binder: Binder, _: Call, _arguments: list[Bound]) -> Bound:
    raise SqlError(
        302,
        "The newsequentialid() built-in function can only be used in a DEFAULT expression for a column of type "
        "'uniqueidentifier' in a CREATE TABLE or ALTER TABLE statement. It cannot be combined with other operators to form a "
        "complex scalar expression.",
    )


def _soundex(binder: Binder, _: Call, arguments: list[Bound]) -> Bound:
    return Bound(f"soundex_of({binder.text(arguments[0]).sql})", SqlType("varchar", 5))


def _format(binder: Binder, _: Call, arguments: list[Bound]) -> Bound:
    value = binder.settle(arguments[0], INT)
    if family(value.type) not in (*NUMERIC, *MOMENTS) or value.type.name == "bit":
        shown = "NULL" if family(value.type) is Family.NULL else display(value.type)
        raise SqlError(8116, f"Argument data type {shown} is invalid for argument 1 of format function.")
    pattern = strictly_text(binder, arguments[1], 2, "format")
    culture = strictly_text(binder, arguments[2], 3, "format").sql if len(arguments) > 2 else "'en-us'"
    scale = digits(value.type)[1] if family(value.type) is Family.DECIMAL else 0
    sql = f"formatted({value.sql}, '{value.type.name}', {scale}, {pattern.sql}, {culture})"
    return Bound(sql, SqlType("nvarchar", 4000))


def _refused(name: str) -> Builder:
    """Return the builder of a function whose results are not documented so far that they could be the same."""

    def build(_binder: Binder, _: Call, _arguments: list[Bound]) -> Bound:
        raise unsupported(name)

    return build


BUILDERS: dict[str, Builder] = {
    "concat": _concat,
    "concat_ws": _concat_ws,
    "substring": _substring,
    "left": _side("left"),
    "right": _side("right"),
    "len": _len,
    "datalength": _datalength,
    "upper": _letter_case("upper_text"),
    "lower": _letter_case("lower_text"),
    "ltrim": _same_length("trim_left"),
    "rtrim": _same_length("trim_right"),
    "trim": _same_length("trim_both"),
    "reverse": _same_length("reverse_text"),
    "replace": _replace,
    "replicate": _replicate,
    "space": _space,
    "stuff": _stuff,
    "charindex": _charindex,
    "patindex": _patindex,
    "ascii": _code(False),
    "unicode": _code(True),
    "char": _character(False),
    "nchar": _character(True),
    "str": _str,
    "quotename": _quotename,
    "string_escape": _string_escape,
    "translate": _translate,
    "hashbytes": _hashbytes,
    "newid": _newid,
    "newsequentialid": _newsequentialid,
    "soundex": _soundex,
    "format": _format,
    "difference": _refused("DIFFERENCE"),
    "checksum": _refused("CHECKSUM"),
}
