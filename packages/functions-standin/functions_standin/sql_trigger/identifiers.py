"""Names in T-SQL, and the names that the trigger makes up."""

import hashlib
import re
import uuid
from dataclasses import dataclass

from functions_standin.errors import SettingsError
from functions_standin.sql_trigger.keywords import RESERVED_KEYWORDS

SCHEMA = "az_func"
_PART = re.compile(
    r"""\s*(?:\[(?P<brackets>(?:[^\]]|\]\])+)\]|"(?P<quotes>(?:[^"]|"")+)"|(?P<plain>[^\W\d][\w@$#]*)|)\s*"""
)
_MOST_PARTS = 4


@dataclass(frozen=True, slots=True)
class TableName:
    """A table's name as the function gives it; without a schema the login's default one counts."""

    schema: str | None
    name: str

    @property
    def quoted(self) -> str:
        """The name for use in T-SQL."""
        return ".".join(quote(part) for part in (self.schema, self.name) if part)

    def __str__(self) -> str:
        return ".".join(part for part in (self.schema, self.name) if part)


def quote(name: str) -> str:
    """Quote a name for T-SQL."""
    return "[" + name.replace("]", "]]") + "]"


def parse_table_name(text: str) -> TableName:
    """Parse T, dbo.T or [dbo].[T]; a database and a server before it are read and left out.

    Raises SettingsError for anything else: with such a name the real host does not start.
    """
    parts: list[str] = []
    position = 0
    while found := _PART.match(text, position):
        if (found["plain"] or "").upper() in RESERVED_KEYWORDS:
            break
        parts.append(_name_in(found))
        position = found.end()
        if text[position : position + 1] != ".":
            break
        position += 1
    if position < len(text) or not 0 < len(parts) <= _MOST_PARTS or not parts[-1]:
        raise SettingsError(
            "Encountered error(s) while parsing schema and object name:\n"
            f"Incorrect syntax near {text[position:] or text!r}. '{text}' is no table name; write it as T, dbo.T or "
            "[dbo].[T], and keywords such as [Order] in brackets"
        )
    return TableName(parts[-2] or None if len(parts) > 1 else None, parts[-1])


def _name_in(found: re.Match[str]) -> str:
    if (brackets := found["brackets"]) is not None:
        return brackets.replace("]]", "]")
    if (quotes := found["quotes"]) is not None:
        return quotes.replace('""', '"')
    return found["plain"] or ""


def site_function_id(site: str, function_name: str) -> str:
    """Return the id of a function's state when WEBSITE_SITE_NAME is set."""
    return _function_id(site + function_name)


def host_function_id(host_id: str, function_name: str) -> str:
    """Return the id of a function's state when there is no WEBSITE_SITE_NAME."""
    return _function_id(f"{host_id}Host.Functions.{function_name}")


def leases_table(function_id: str, table_id: int, given: str | None) -> TableName:
    """Return the name of the leases table, the given one if there is one."""
    return TableName(SCHEMA, given or f"Leases_{function_id}_{table_id}")


def _function_id(text: str) -> str:
    # The first half of the .NET GUID (little-endian fields) made from the hash's first 16 bytes.
    return uuid.UUID(bytes_le=hashlib.sha256(text.encode()).digest()[:16]).hex[:16]
