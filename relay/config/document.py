"""What the app's TOML files have in common: a text, tables by name, and names that may stand there once."""

import tomllib
from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

from relay.config.toml_reader import TableReader
from relay.errors import ConfigError


def document_of(text: str, file: str) -> Mapping[str, Any]:
    """Return what a TOML text says; raise ConfigError, which names the file."""
    try:
        # Notepad and PowerShell write a mark before the text, which TOML has not.
        return tomllib.loads(text.removeprefix("\ufeff"), parse_float=Decimal)
    except tomllib.TOMLDecodeError as error:
        raise ConfigError([f"{file} is no TOML: {error}"]) from None


def tables_of(document: Mapping[str, Any], key: str) -> list[dict[str, Any]] | None:
    """Return the tables of that name; None if something else is there."""
    tables = document.get(key, [])
    return tables if isinstance(tables, list) and all(isinstance(t, dict) for t in tables) else None


def repeated_names(readers: Sequence[TableReader]) -> list[str]:
    """Return what is wrong with tables that share a name."""
    names = [reader.label for reader in readers]
    return [
        f"{name}: {names.count(name)} {name.split()[0]}s have this name; give each its own"
        for name in dict.fromkeys(names)
        if names.count(name) > 1
    ]
