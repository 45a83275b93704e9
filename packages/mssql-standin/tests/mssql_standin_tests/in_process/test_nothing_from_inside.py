"""The engine takes clock, chance, waiting and threads from outside.py alone; what has to do with sockets and processes is no engine."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

import mssql_standin

ROOM = Path(mssql_standin.__file__).parent
NO_ENGINE = ("outside.py", "wire/", "server.py", "__main__.py", "testing/")
MODULES = {
    "time",
    "random",
    "secrets",
    "threading",
    "_thread",
    "asyncio",
    "queue",
    "socket",
    "select",
    "sched",
    "concurrent",
}
NAMES = {
    *("now", "utcnow", "today", "monotonic", "perf_counter", "time_ns", "sleep"),
    *("uuid1", "uuid4", "getnode", "urandom", "getrandbits", "randbits", "token_bytes", "token_hex"),
}
OUTSIDE = {"now"}  # a name of the engine's own, asked of the transaction or the store
OF_SQLITE = re.compile(r"\brandom\(\)|\brandomblob\(|\bCURRENT_TIMESTAMP\b|'now'")
ENGINE = [path for path in sorted(ROOM.rglob("*.py")) if not str(path.relative_to(ROOM)).startswith(NO_ENGINE)]


def findings(text: str) -> Iterator[str]:
    """Yield what a module takes from inside."""
    for node in ast.walk(ast.parse(text)):
        match node:
            case ast.Import(names=names):
                yield from (alias.name for alias in names if alias.name.split(".")[0] in MODULES)
            case ast.ImportFrom(module=str(module), names=names) if not module.startswith("mssql_standin"):
                yield from ([module] if module.split(".")[0] in MODULES else [])
                yield from (alias.name for alias in names if alias.name in NAMES)
            case ast.Attribute(
                value=ast.Name(id="datetime" | "date") | ast.Attribute(attr="datetime" | "date"),
                attr="now" | "utcnow" | "today",
            ):
                yield "the clock of datetime"
            case ast.Attribute(attr=name) if name in NAMES - OUTSIDE:
                yield name


@pytest.mark.parametrize("path", ENGINE, ids=lambda path: str(path.relative_to(ROOM)))
def test_a_module_takes_nothing_from_inside(path: Path) -> None:
    assert list(findings(path.read_text())) == []


def test_no_text_of_sqlite_asks_its_clock_or_chance() -> None:
    texts = {
        node.value
        for path in ENGINE
        if path.parent.name not in {"parser", "values"}
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and node.value.lower() != "current_timestamp"
    }

    assert [text for text in texts if OF_SQLITE.search(text)] == []


@pytest.mark.parametrize(
    "text",
    [
        "import time", "from time import monotonic", "import random", "import uuid; uuid.uuid4()", "from os import urandom",
        "import os; os.urandom(4)", "import datetime; datetime.datetime.now()", "from datetime import datetime; datetime.now()",
        "from threading import Lock", "import secrets",
    ],
)  # fmt: skip
def test_what_is_taken_from_inside_is_found(text: str) -> None:
    assert list(findings(text))
