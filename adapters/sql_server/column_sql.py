"""T-SQL fragments that depend on a column's type: declared type, exact value, text of a key."""

from relay.guard.table import Column
from relay.identifiers import literal

UNSUPPORTED_TYPES = frozenset({"sql_variant"})

LONGEST_KEY_TEXT = 700  # characters, of relay.Ledger.KeyText
_CUT_KEY_TEXT = 600  # of one that is longer; then its digest
_SIZED = frozenset({"char", "varchar", "nchar", "nvarchar", "binary", "varbinary"})
_DECIMALS = frozenset({"decimal", "numeric"})
_FRACTIONAL_SECONDS = frozenset({"time", "datetime2", "datetimeoffset"})
_MOMENTS = frozenset({"date", "time", "datetime", "smalldatetime", "datetime2", "datetimeoffset"})
_TEXTS = frozenset({"char", "varchar", "nchar", "nvarchar"})


def declared_type(column: Column) -> str:
    """Return the column's type as it is written in a declaration."""
    if column.type in _SIZED:
        return f"{column.type}({'max' if column.length == -1 else column.length})"
    if column.type in _DECIMALS:
        return f"{column.type}({column.precision}, {column.scale})"
    if column.type in _FRACTIONAL_SECONDS:
        return f"{column.type}({column.scale})"
    return column.type


def described(column: Column) -> str:
    """Return name, type, length in bytes, precision, scale and place in the key, as a row of a VALUES list."""
    in_bytes = column.length * 2 if column.type in {"nchar", "nvarchar"} and column.length > 0 else column.length
    return f"({literal(column.name)}, {literal(column.type)}, {in_bytes}, {column.precision}, {column.scale}, {column.key_ordinal})"


def exact_value(column: Column, expression: str) -> str:
    """Return an expression whose value crosses ODBC without losing anything: moments as ISO 8601 text."""
    if column.type in _MOMENTS:
        return f"CONVERT(varchar(40), {expression}, 126)"
    if column.type == "uniqueidentifier":
        return f"LOWER(CONVERT(char(36), {expression}))"
    if column.type in {"text", "ntext", "xml", "json"}:
        return f"CONVERT(nvarchar(max), {expression})"
    if column.type in {"image", "timestamp"}:
        return f"CONVERT(varbinary(max), {expression})"
    return expression


def key_text(columns: dict[str, Column]) -> str:
    """Return an expression for the canonical JSON array of a key; `columns` maps expressions to their columns."""
    parts = [_key_part(column, expression) for expression, column in columns.items()]
    whole = "CONCAT(N'[', " + ", N',', ".join(parts) + ", N']')"
    if sum(map(_longest_key_part, columns.values())) + len(columns) + 1 <= LONGEST_KEY_TEXT:
        return whole
    # Escapes can make a text six times as long. What does not fit is cut, and told from others by its digest.
    digest = f"CONVERT(char(64), HASHBYTES('SHA2_256', {whole}), 2)"
    cut = f"CONCAT(CONVERT(nvarchar({_CUT_KEY_TEXT}), {whole}), N'#', {digest})"
    return f"CASE WHEN DATALENGTH({whole}) <= {LONGEST_KEY_TEXT * 2} THEN {whole} ELSE {cut} END"


def array_text(columns: dict[str, Column]) -> str:
    """Return an expression for the canonical JSON array of values that may be NULL, whole whatever its length."""
    parts = [
        f"CASE WHEN {expression} IS NULL THEN N'null' ELSE CONCAT({_key_part(column, expression)}, N'') END"
        for expression, column in columns.items()
    ]
    return "CONCAT(N'[', " + ", N',', ".join(parts) + ", N']')"


def _longest_key_part(column: Column) -> int:
    """Return the most characters that a column's part of a key's text can have, escapes and quotes included."""
    if column.type in _TEXTS:
        return 6 * column.length + 2
    return 2 * column.length + 4 if column.type in {"binary", "varbinary"} else 43


def key_from_text(column: Column, text: str) -> str:
    """Return an expression for the value of a key's column; `text` is an expression for its part of the canonical text.

    NULL for what is no such value: the server may convert the keys of other relays, too, before it leaves them out.
    """
    if column.type in {"binary", "varbinary"}:
        return f"TRY_CONVERT({declared_type(column)}, {text}, 1)"
    if column.type in _MOMENTS:
        return f"TRY_CONVERT({declared_type(column)}, {text}, 126)"
    return f"TRY_CONVERT({declared_type(column)}, {text})"


def _key_part(column: Column, expression: str) -> str:
    if column.type in _TEXTS:
        # Trailing blanks tell no keys apart, and a row can be spelt anew with or without them.
        text = f"STRING_ESCAPE(RTRIM({expression}), 'json')"
    elif column.type in _MOMENTS:
        text = f"CONVERT(nvarchar(40), {expression}, 126)"
    elif column.type == "uniqueidentifier":
        text = f"LOWER(CONVERT(nvarchar(36), {expression}))"
    elif column.type in {"binary", "varbinary"}:
        text = f"CONVERT(nvarchar(max), {expression}, 1)"
    elif column.type in {"float", "real"}:
        return f"CONVERT(nvarchar(40), {expression}, 3)"
    elif column.type in {"money", "smallmoney"}:
        return f"CONVERT(nvarchar(40), {expression}, 2)"
    else:
        return f"CONVERT(nvarchar(41), {expression})"
    return f"N'\"', {text}, N'\"'"
