"""Reads the catalog procedures from their files: what each is called, its parameters, its text."""

from dataclasses import dataclass
from functools import cache
from pathlib import Path

from mssql_standin.parser.types import parse_parameters
from mssql_standin.sql_types import SqlType

_FOLDER = Path(__file__).parent


@dataclass(frozen=True, slots=True)
class CatalogProcedure:
    """T-SQL with parameters: name as written, type, whether it must be given."""

    name: str
    parameters: tuple[tuple[str, SqlType, bool], ...]
    text: str

    @property
    def types(self) -> dict[str, SqlType]:
        """The types of the parameters by lower-case name."""
        return {name.lower(): sql_type for name, sql_type, _ in self.parameters}


@cache
def catalog_procedures() -> dict[str, CatalogProcedure]:
    """Return the catalog procedures by lower-case name."""
    found = {}
    for file in sorted(_FOLDER.glob("*.sql")):
        text = file.read_text(encoding="utf-8")
        head = dict(line[3:].split(": ", 1) for line in text.splitlines() if line.startswith("-- ") and ": " in line)
        parameters = tuple(
            (name, sql_type, kind == "required")
            for kind in ("required", "optional")
            for name, sql_type in parse_parameters(head.get(kind, "")).items()
        )
        for name in (file.stem, *filter(None, head.get("also called", "").split(", "))):
            found[name.lower()] = CatalogProcedure(name, parameters, text)
    return found
