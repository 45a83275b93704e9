"""Who may import whom, as a table; the layout is the architecture."""

import ast
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

import pytest

from tests.architecture.imports import circles, graph_of, imports_of, within

ROOT = Path(__file__).parents[2]
APP = {
    *("asl", "relay", "workflows", "services", "adapters", "wiring", "prepare_database", "check_definition"),
    *("triggers", "orchestrators", "activities", "entities", "function_app"),
}
PACKAGES = {"mssql_standin", "functions_standin"}
OURS = APP | PACKAGES | {"devstack", "bench", "tests"}
CORE = {"relay", "workflows"}
DOING = CORE | {"services"}
SHELLS = {"triggers", "orchestrators", "activities", "entities"}
ALLOWED = {  # room -> which of our rooms it may import
    "asl": {"asl"},
    "relay": {"relay"},
    "workflows": {"asl", *CORE},
    "services": {"asl", *DOING},
    "adapters/clock": {"adapters.clock", *CORE},
    "adapters/durable": {"adapters.durable", *CORE},
    "adapters/http": {"adapters.http", *CORE},
    "adapters/sql_server": {"adapters.sql_server", *CORE},
    "adapters/environment.py": CORE,
    "adapters/__init__.py": set(),
    "wiring.py": {"adapters", *DOING},
    "prepare_database.py": {"wiring", "adapters.sql_server.enable", "adapters.sql_server.rights", *CORE},
    "check_definition.py": {"asl", "adapters.environment", *CORE},
    "orchestrators": {"asl", "orchestrators", *CORE},
    "entities": {"entities", *CORE},
    "activities": {"activities", "wiring", *DOING},
    "triggers": {"triggers", "wiring", *DOING},
    "function_app.py": {"wiring", *SHELLS},
    "devstack": {"devstack", *PACKAGES},
    "bench": OURS,  # it measures anything
}
FOREIGN = {  # room -> the libraries of others that it may use, beside the standard library
    "asl": {"jsonata"},  # optional
    "adapters/durable": {"azure"},
    "adapters/http": {"urllib3", "certifi"},
    "adapters/sql_server": {"pyodbc", "mssql_python_odbc"},
    "wiring.py": {"azure", "pyodbc"},  # the names of what it is handed, and which drivers there are
    **{room: {"azure"} for room in (*SHELLS, "function_app.py")},
}
NOT_FOR_DECISIONS = {  # no I/O, clock, chance, threads
    *("os", "io", "pathlib", "socket", "ssl", "http", "urllib.request", "subprocess", "sqlite3", "tempfile"),
    *("threading", "asyncio", "concurrent", "time", "random", "secrets", "uuid.uuid1", "uuid.uuid4"),
    *("requests", "urllib3", "pyodbc"),
}
NOT_FOR_SERVICES = {  # it reaches them through ports
    *("os", "io", "pathlib", "socket", "ssl", "http", "urllib", "subprocess", "sqlite3", "tempfile"),
    *("asyncio", "concurrent", "time", "random", "secrets", "uuid"),
}
PURE = {"asl", *CORE, "orchestrators", "entities"}


def modules_of(room: str) -> list[Path]:
    path = ROOT / room
    return [path] if path.is_file() else sorted(path.rglob("*.py"))


def strangers(room: str, name: str) -> bool:
    """Tell whether an import is neither ours, nor the standard library's, nor one of the room's own libraries."""
    top = name.partition(".")[0]
    return top not in OURS | sys.stdlib_module_names | FOREIGN.get(room, set())


@pytest.mark.parametrize("room", ALLOWED)
def test_a_room_imports_only_what_it_may(room: str) -> None:
    forbidden = OURS - ALLOWED[room]
    if room in PURE:
        forbidden = forbidden | NOT_FOR_DECISIONS
    if room == "services":
        forbidden = forbidden | NOT_FOR_SERVICES
    is_apps = room not in {"devstack", "bench"}

    wrong = [
        f"{path}: {name}"
        for path in modules_of(room)
        for name in imports_of(path)
        if (within(name, forbidden) and not within(name, ALLOWED[room])) or (is_apps and strangers(room, name))
    ]

    assert wrong == []


def test_every_folder_and_file_of_the_app_has_its_place_in_the_table() -> None:
    rooms = {path.parent.relative_to(ROOT).as_posix() for path in ROOT.glob("*/__init__.py")}
    rooms |= {path.parent.relative_to(ROOT).as_posix() for path in ROOT.glob("adapters/*/__init__.py")}
    rooms |= {path.relative_to(ROOT).as_posix() for path in (*ROOT.glob("*.py"), *ROOT.glob("adapters/*.py"))}

    assert rooms - {"tests", "adapters", "conftest.py"} == set(ALLOWED)


def test_no_room_imports_a_higher_one() -> None:
    rooms = {room.removesuffix(".py").replace("/", "."): allowed for room, allowed in ALLOWED.items()}
    graph = {
        room: frozenset(other for other in rooms if other not in {room, "bench"} and within(other, allowed))
        for room, allowed in rooms.items()
        if room != "bench"
    }

    assert circles(graph) == []


def modules_in(paths: list[Path], root: Path) -> dict[str, Path]:
    """Return files by the dotted names under which they are imported."""
    return {".".join(path.relative_to(root).with_suffix("").parts).removesuffix(".__init__"): path for path in paths}


def app_files() -> list[Path]:
    return [path for room in ALLOWED if room not in {"devstack", "bench"} for path in modules_of(room)]


def test_no_two_files_import_each_other() -> None:
    assert circles(graph_of(modules_in(app_files(), ROOT))) == []


def test_the_core_reads_no_clock() -> None:
    calls = [
        f"{path}:{node.lineno}"
        for room in PURE
        for path in modules_of(room)
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Attribute) and node.attr in {"now", "utcnow", "today"}
    ]

    assert calls == []


# What Python itself opens to load a module is no act of ours; everything else at import is one.
IMPORT_ALL = """
import sys, os, threading
sys.path.insert(0, {root!r})
import azure.durable_functions, azure.functions, pyodbc, requests, logging, asyncio, tomllib, concurrent.futures, importlib.resources
sys.path.insert(0, {extra!r})
seen = []
loader = ("<frozen importlib._bootstrap_external>", "<frozen importlib._bootstrap>")
def hook(event, args):
    if event in ("socket.connect", "subprocess.Popen", "os.system", "socket.bind") or (
        event == "open" and sys._getframe(1).f_code.co_filename not in loader
    ):
        seen.append((event, str(args[:1])))
sys.addaudithook(hook)
class NoEnvironment(dict):
    def __getitem__(self, name): seen.append(("environment", name)); return super().__getitem__(name)
    def get(self, name, default=None): seen.append(("environment", name)); return super().get(name, default)
os.environ = NoEnvironment()
threading.Thread.start = lambda thread: seen.append(("thread", thread.name))
for name in {names!r}:
    __import__(name)
assert not seen, seen
"""


def names_of_modules() -> list[str]:
    files = [path for path in app_files() if path.name != "function_app.py"]  # building the app is what it is for
    without = (
        () if find_spec("jsonata") else ("asl.jsonata.",)
    )  # what stands on the engine is imported if that is there
    return sorted(name for name in modules_in(files, ROOT) if not name.startswith(without))


def import_all(names: list[str], extra: Path = ROOT) -> subprocess.CompletedProcess[str]:
    code = IMPORT_ALL.format(root=str(ROOT), extra=str(extra), names=names)
    return subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)


def test_nothing_happens_when_a_module_is_imported() -> None:
    done = import_all(names_of_modules())

    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize(
    ("source", "found"),
    [
        ("import wiring\nwiring.settings()", "environment"),
        ("print(open(__file__).read())", "open"),
        ("import threading\nthreading.Thread(target=print, daemon=True).start()", "thread"),
        ("import socket\nsocket.socket().bind(('127.0.0.1', 0))", "socket.bind"),
    ],
    ids=["settings", "file", "thread", "connection"],
)
def test_what_happens_at_import_is_found(source: str, found: str, tmp_path: Path) -> None:
    (tmp_path / "planted.py").write_text(source)

    done = import_all(["planted"], tmp_path)

    assert done.returncode != 0
    assert found in done.stderr


@pytest.mark.parametrize(
    ("source", "room"),
    [
        ("import os", "relay"),
        ("from adapters.sql_server.connection import SqlServer", "relay"),
        ("from services.deliver import deliver", "relay"),
        ("import wiring", "services"),
        ("import time", "services"),
        ("import pyodbc", "services"),
        ("from adapters.http.endpoint import HttpEndpoint", "services"),
        ("from workflows import campaign", "relay"),
        ("import azure.functions", "adapters/http"),
        ("import pyodbc", "adapters/http"),
        ("from adapters.http.endpoint import HttpEndpoint", "adapters/sql_server"),
        ("import wiring", "adapters/durable"),
        ("import aiohttp", "adapters/http"),
        ("from services.deliver import deliver", "orchestrators"),
        ("from adapters.sql_server.connection import SqlServer", "activities"),
        ("from triggers.http.answers import problem", "activities"),
        ("from devstack import demo", "triggers"),
        ("import mssql_standin", "triggers"),
        ("import relay", "devstack"),
        ("from urllib.request import urlopen", "relay"),
    ],
)
def test_a_planted_import_is_found(source: str, room: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    planted = tmp_path / "planted.py"
    planted.write_text(source)
    monkeypatch.setattr("tests.architecture.test_rooms.modules_of", lambda _: [planted])

    with pytest.raises(AssertionError):
        test_a_room_imports_only_what_it_may(room)


def test_a_planted_circle_is_found(tmp_path: Path) -> None:
    for name, source in {
        "__init__": "",
        "a": "from room.b import x",
        "b": "from room import c",
        "c": "def f():\n    import room.a",
    }.items():
        (tmp_path / "room").mkdir(exist_ok=True)
        (tmp_path / "room" / f"{name}.py").write_text(source)

    [circle] = circles(graph_of(modules_in(sorted(tmp_path.rglob("*.py")), tmp_path)))

    assert circle == ["room.a", "room.b", "room.c"]


@pytest.mark.parametrize("room", sorted(SHELLS))
def test_every_blueprint_of_a_room_is_in_its_list(room: str) -> None:
    having = {
        name
        for name, path in modules_in(modules_of(room), ROOT).items()
        if any(line.startswith("blueprint = ") for line in path.read_text(encoding="utf-8").splitlines())
    }

    listed = {f"{room}.{name}" for name in __import__(room).MODULES}

    assert having == listed
