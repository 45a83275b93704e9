"""Microsoft's own T-SQL parser, which knows the grammar but no tables; the real server starts with these settings."""

import itertools
import json
import re
import subprocess
import sys
import tempfile
from collections.abc import Iterable, Sequence
from pathlib import Path

_PARSER = Path(sys.executable).with_name("maxdop")
_VERSION = "2019"


def syntax_errors(batches: Iterable[str]) -> str:
    """Return what the parser finds wrong with the batches, empty if nothing."""
    with tempfile.TemporaryDirectory() as folder:
        script, config = Path(folder, "script.sql"), Path(folder, "config.json")
        script.write_text("".join(f"{batch}\nGO\n" for batch in batches), encoding="utf-8")
        config.write_text(json.dumps({"initialQuotedIdentifiers": True}))  # as every ODBC driver asks for at login
        command = [str(_PARSER), "--config", str(config), "--parser-version", _VERSION, str(script)]
        parsed = subprocess.run(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True, check=False)
    if parsed.returncode and not parsed.stderr:
        raise RuntimeError(f"{_PARSER} failed without a word")
    return parsed.stderr


def refused(batches: Sequence[str]) -> list[str]:
    """Return the batches that the parser refuses, each with its reason, found by halving.

    The tool also prints what it has parsed; if it stumbles over its own print, it says so instead of naming what it could not parse.
    """
    said = syntax_errors(batches)
    if not said or (len(batches) == 1 and "could not be parsed" not in said):
        return []
    if len(batches) == 1:
        return [f"{batches[0]}\n    {said.strip()}"]
    middle = len(batches) // 2
    return refused(batches[:middle]) + refused(batches[middle:])


def with_parameters(sql: str) -> str:
    """Replace each ? of ODBC by the parameter that the driver makes of it."""
    numbers = itertools.count(1)
    return re.sub(r"\?", lambda _: f"@P{next(numbers)}", sql)
