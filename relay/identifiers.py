"""Names of SQL Server objects: parsed from text, validated, quoted."""

import re
from dataclasses import dataclass

_PART = r"(?:\[(?P<q{0}>(?:[^\]]|\]\])+)\]|(?P<p{0}>[^\W\d][\w@$#]*))"
_TABLE = re.compile(rf"\s*(?:{_PART.format(1)}\s*\.\s*)?{_PART.format(2)}\s*")
_MAX_LENGTH = 128


def quote(name: str) -> str:
    """Return `name` as a delimited T-SQL identifier; raise ValueError if no identifier can hold it."""
    if not name or len(name) > _MAX_LENGTH or "\0" in name:
        raise ValueError(f"{name!r} is no SQL Server name (1 to {_MAX_LENGTH} characters)")
    return "[" + name.replace("]", "]]") + "]"


def literal(text: str) -> str:
    """Return `text` as a T-SQL nvarchar literal."""
    return "N'" + text.replace("'", "''") + "'"


@dataclass(frozen=True, slots=True)
class TableName:
    """A table with its schema; `str()` gives the quoted form, such as [dbo].[Orders]."""

    schema: str
    name: str

    def __str__(self) -> str:
        """Return the quoted two-part name."""
        return f"{quote(self.schema)}.{quote(self.name)}"


def parse_table_name(text: str) -> TableName:
    """Read `T`, `dbo.T` or `[dbo].[T]` (schema dbo if none is given); raise ValueError for anything else."""
    match = _TABLE.fullmatch(text)
    if match is None:
        raise ValueError(f"{text!r} is no table name; write it as dbo.Orders or [dbo].[Order Lines]")
    schema = _part(match, 1) or "dbo"
    name = _part(match, 2)
    quote(schema), quote(name)
    return TableName(schema, name)


def _part(match: re.Match[str], number: int) -> str:
    quoted: str | None = match[f"q{number}"]
    return quoted.replace("]]", "]") if quoted is not None else (match[f"p{number}"] or "")
