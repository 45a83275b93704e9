"""Who may import whom, as a table; the layout is the architecture."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
APP = {"relay", "adapters", "triggers", "orchestrators", "activities", "entities", "function_app"}
STAND_INS = {"mssql_standin", "functions_standin"}
OURS = APP | STAND_INS | {"devstack", "bench", "tests"}
NOT_FOR_DECISIONS = {
    *("os", "io", "pathlib", "socket", "ssl", "http", "urllib.request", "subprocess", "threading", "asyncio"),
    *(
        "sqlite3",
        "tempfile",
        "time",
        "random",
        "uuid.uuid1",
        "uuid.uuid4",
        "secrets",
        "concurrent",
        "requests",
        "pyodbc",
    ),
}
ALLOWED = {  # room -> which of our rooms it may import
    "relay": {"relay"},
    "adapters": {"adapters", "relay"},
    "triggers": {"triggers", "adapters", "relay"},
    "orchestrators": {"orchestrators", "relay"},
    "activities": {"activities", "adapters", "relay"},
    "entities": {"entities", "relay"},
    "devstack": {"devstack"} | STAND_INS,
    "bench": OURS,  # it measures anything
    "function_app.py": {"triggers", "orchestrators", "activities", "entities"},
}
WITHOUT_AZURE = {"relay", "adapters"}
PURE = {"relay", "orchestrators", "entities"}


def modules_of(room: str) -> list[Path]:
    path = ROOT / room
    return [path] if path.is_file() else sorted(path.rglob("*.py"))


def imports_of(path: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}: relative import"
            yield str(node.module)
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def within(name: str, packages: set[str]) -> bool:
    return any(name == package or name.startswith(package + ".") for package in packages)


@pytest.mark.parametrize("room", ALLOWED)
def test_a_room_imports_only_what_it_may(room: str) -> None:
    forbidden = OURS - ALLOWED[room]
    if room in WITHOUT_AZURE:
        forbidden = forbidden | {"azure"}
    if room in PURE:
        forbidden = forbidden | NOT_FOR_DECISIONS

    wrong = [f"{path}: {name}" for path in modules_of(room) for name in imports_of(path) if within(name, forbidden)]

    assert wrong == []


def test_every_folder_has_its_place_in_the_table() -> None:
    folders = {path.parent.name for path in ROOT.glob("*/__init__.py")}

    assert folders - {"tests"} <= set(ALLOWED)


def test_the_core_reads_no_clock() -> None:
    calls = [
        f"{path}:{node.lineno}"
        for room in PURE
        for path in modules_of(room)
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Attribute) and node.attr in {"now", "utcnow", "today"}
    ]

    assert calls == []


@pytest.mark.parametrize(
    ("source", "room"),
    [
        ("import os", "relay"),
        ("from adapters.sql_server import SqlServer", "relay"),
        ("import azure.functions", "adapters"),
        ("import mssql_standin", "triggers"),
        ("import relay", "devstack"),
        ("from urllib.request import urlopen", "relay"),
    ],
)
def test_a_planted_import_is_found(source: str, room: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    planted = tmp_path / "planted.py"
    planted.write_text(source)
    monkeypatch.setattr("tests.test_architecture.modules_of", lambda _: [planted])

    with pytest.raises(AssertionError):
        test_a_room_imports_only_what_it_may(room)
