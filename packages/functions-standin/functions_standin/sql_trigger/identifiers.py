"""Names in T-SQL, and the names that the trigger makes up."""

import hashlib
import re
import uuid
from dataclasses import dataclass

from functions_standin.errors import FunctionInError

SCHEMA = "az_func"
_ONE = r"""(?:\[(?:[^\]]|\]\])+\]|"(?:[^"]|"")+"|[^\W\d][\w@$#]*)"""
_PART = re.compile(_ONE)
_NAME = re.compile(rf"{_ONE}(?:\.{_ONE})?")


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
    """Parse T, dbo.T or [dbo].[T]; raise FunctionInError for anything else."""
    if not _NAME.fullmatch(text.strip()):
        raise FunctionInError(f"'{text}' is no table name; write it as T, dbo.T or [dbo].[T]")
    parts = [_unquoted(part) for part in _PART.findall(text.strip())]
    return TableName(parts[0] if len(parts) == 2 else None, parts[-1])


def _unquoted(part: str) -> str:
    if part.startswith("["):
        return part[1:-1].replace("]]", "]")
    if part.startswith('"'):
        return part[1:-1].replace('""', '"')
    return part


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
