"""What a package of this repository may import, how its files hang together, and what it may know."""

import ast
import re
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.architecture.imports import circles, graph_of, imports_of, modules_below, run_at_import, tree_of, within

ROOT = Path(__file__).resolve().parents[2]
PACKAGES = sorted(path.parent for path in ROOT.glob("packages/*/pyproject.toml"))
DEVSTACK = ROOT / "devstack"
NAMES = {package.name.replace("-", "_") for package in PACKAGES}
NOT_THE_APP = {"devstack", "bench", "tests", "conftest"}
IMPORT_NAMES = {  # of the distributions that are imported under a name which is not theirs
    "azure-functions": "azure.functions",
    "azure-functions-durable": "azure.durable_functions",
    "azure-data-tables": "azure.data.tables",
    "azure-storage-blob": "azure.storage.blob",
    "azure-storage-queue": "azure.storage.queue",
    "pytest-timeout": "pytest",
}
BELONGINGS = {"azure.data.tables": "azure.core", "azure.storage.blob": "azure.core"}  # told in their own documentation
WORLD = {  # modules whose functions reach outside, or depend on when and where they are called
    *("os", "socket", "subprocess", "sqlite3", "tempfile", "shutil", "urllib", "http", "asyncio", "signal", "time"),
    *("importlib", "logging", "random", "secrets", "concurrent", "pyodbc", "aiohttp"),
}
WORLDLY = {  # what reaches outside under any name
    *("open", "input", "print", "exec", "eval", "Thread", "ThreadPoolExecutor", "ProcessPoolExecutor", "Timer"),
    *("read_text", "read_bytes", "write_text", "write_bytes", "mkdir", "exists", "iterdir", "glob", "rglob", "touch"),
    *("start", "submit", "connect", "now", "utcnow", "today", "uuid4", "uuid1"),
}
STATEMENTS = (
    ast.Import,
    ast.ImportFrom,
    ast.FunctionDef,
    ast.AsyncFunctionDef,
    ast.ClassDef,
    ast.Assign,
    ast.AnnAssign,
)
ELSEWHERE = "clients/programs"  # programs of tests that run in an environment of their own
WORDS_OF_THE_APP = re.compile(
    r"\brelays?\b|\brelay_|relays?\.toml|\bledger\b|devstack|RelayDemo|\./dev\b", re.IGNORECASE
)


def code_of(package: Path) -> Path:
    return package / package.name.replace("-", "_")


def companions_of(package: Path) -> list[Path]:
    """Its tests and its measurements, packages too."""
    return [path.parent for room in ("tests", "bench") for path in sorted(package.glob(f"{room}/*/__init__.py"))]


def app_rooms() -> set[str]:
    """What lies at the top of this repository and is the app's."""
    found = {path.parent.name for path in ROOT.glob("*/__init__.py")} | {path.stem for path in ROOT.glob("*.py")}
    return found - NOT_THE_APP


def declared_by(package: Path, *, with_tests: bool = False) -> set[str]:
    """The names under which the declared dependencies of a package are imported."""
    project = tomllib.loads((package / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    lines = [
        *project["dependencies"],
        *(project.get("optional-dependencies", {}).get("tests", []) if with_tests else []),
    ]
    distributions = [re.split(r"[^A-Za-z0-9-]", line, maxsplit=1)[0] for line in lines]
    names = {IMPORT_NAMES.get(name, name.replace("-", "_")) for name in distributions}
    return names | {BELONGINGS[name] for name in names if name in BELONGINGS}


# The rules: each yields what breaks it.


def undeclared(folder: Path, allowed: set[str]) -> Iterator[str]:
    """Imports that are neither of the standard library nor allowed."""
    for path in modules_below(folder).values():
        if path.is_relative_to(folder / ELSEWHERE):
            continue
        found = set(imports_of(path))
        wrong = {n for n in found if n.partition(".")[0] not in sys.stdlib_module_names and not within(n, allowed)}
        # `from a import b` counts as a too, which is the parent only of what may be imported
        yield from (
            f"{path}: {n}" for n in sorted(wrong) if not any(within(o, {n}) and within(o, allowed) for o in found)
        )


def mutual(folder: Path) -> Iterator[str]:
    """Files that import each other."""
    yield from (", ".join(circle) for circle in circles(graph_of(modules_below(folder))))


def done_at_import(folder: Path) -> Iterator[str]:
    """Whatever a module does when it is imported beyond defining things."""
    for path in modules_below(folder).values():
        for node in tree_of(path).body:
            is_text = isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)
            is_main = isinstance(node, ast.If) and ast.unparse(node.test) == "__name__ == '__main__'"
            targets = node.targets if isinstance(node, ast.Assign) else []
            foreign = any(isinstance(target, ast.Attribute) for target in targets)
            if foreign or not (is_text or is_main or isinstance(node, STATEMENTS)):
                yield f"{path}:{node.lineno}: {ast.unparse(node)[:80]}"
        for run in run_at_import(tree_of(path)):
            if isinstance(run, ast.Call | ast.Subscript) and _reaches_outside(run):
                yield f"{path}:{run.lineno}: {ast.unparse(run)[:80]}"


def _reaches_outside(node: ast.Call | ast.Subscript) -> bool:
    if isinstance(node, ast.Subscript):
        return ast.unparse(node.value) == "os.environ"
    name = ast.unparse(node.func)
    return name.partition(".")[0] in WORLD or name.rpartition(".")[2] in WORLDLY


def words_of_the_app(folder: Path) -> Iterator[str]:
    """Places that speak of the app, in code and in what stands beside it."""
    for path in sorted(folder.rglob("*")):
        if path.suffix in {".py", ".sql", ".md", ".toml", ".json"}:
            for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
                if WORDS_OF_THE_APP.search(line):
                    yield f"{path}:{number}: {line.strip()[:80]}"


@pytest.mark.parametrize("package", PACKAGES, ids=lambda path: path.name)
class TestAPackage:
    def test_imports_only_itself_and_what_it_declares(self, package: Path) -> None:
        allowed = {code_of(package).name, *declared_by(package)}

        assert list(undeclared(code_of(package), allowed)) == []

    def test_has_tests_and_measurements_that_import_no_app(self, package: Path) -> None:
        companions = companions_of(package)
        allowed = {code_of(package).name, *(path.name for path in companions), *declared_by(package, with_tests=True)}

        assert len(companions) == 2
        assert [wrong for folder in companions for wrong in undeclared(folder, allowed | {"function_app"})] == []

    def test_has_no_two_files_that_import_each_other(self, package: Path) -> None:
        assert [wrong for folder in [code_of(package), *companions_of(package)] for wrong in mutual(folder)] == []

    def test_does_nothing_when_it_is_imported(self, package: Path) -> None:
        assert list(done_at_import(code_of(package))) == []

    def test_knows_nothing_of_this_app(self, package: Path) -> None:
        assert list(words_of_the_app(package)) == []


def test_the_devstack_imports_packages_and_no_room_of_the_app() -> None:
    rooms = app_rooms()

    assert {"relay", "function_app"} <= rooms
    assert [name for path in modules_below(DEVSTACK).values() for name in imports_of(path) if within(name, rooms)] == []
    assert any(within(name, NAMES) for path in modules_below(DEVSTACK).values() for name in imports_of(path))


def test_no_room_of_the_app_imports_a_package_or_the_devstack() -> None:
    files = [
        path for room in app_rooms() for path in [ROOT / f"{room}.py", *(ROOT / room).rglob("*.py")] if path.exists()
    ]

    assert [
        f"{path}: {name}" for path in files for name in imports_of(path) if within(name, NAMES | {"devstack"})
    ] == []


# Each rule finds a planted breach.


def plant(tmp_path: Path, files: dict[str, str]) -> Path:
    folder = tmp_path / "planted"
    for name, text in {"__init__.py": "", **files}.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text)
    return folder


@pytest.mark.parametrize(
    "text",
    [
        "import yaml",
        "from relay.config import Relay",
        "def f():\n    import devstack.command",
        "from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    import adapters",
        "import azure.identity",
        "from azure import identity",
    ],
)
def test_an_undeclared_import_is_found(tmp_path: Path, text: str) -> None:
    folder = plant(tmp_path, {"a.py": f"import os\nimport planted.b\nfrom azure import functions\n{text}\n"})

    assert len(list(undeclared(folder, {"planted", "azure.functions"}))) > 0
    folder.joinpath("a.py").write_text("import os\nimport planted.b\nfrom azure import functions\n")
    tree_of.cache_clear()
    assert list(undeclared(folder, {"planted", "azure.functions"})) == []


@pytest.mark.parametrize(
    "back",
    [
        "import planted.a",
        "from planted import a",
        "from planted.a import f",
        "def f():\n    from planted.a import f",
        "from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    from planted.a import f",
        "import planted.sub.c",
    ],
)
def test_files_that_import_each_other_are_found(tmp_path: Path, back: str) -> None:
    files = {"a.py": "from planted.b import g", "sub/__init__.py": "", "sub/c.py": "import planted.a"}

    assert list(mutual(plant(tmp_path / "circle", {**files, "b.py": back}))) != []
    assert list(mutual(plant(tmp_path / "none", {**files, "b.py": "import os"}))) == []


@pytest.mark.parametrize(
    "text",
    [
        "import os\nX = os.environ['HOME']",
        "import os\nX = os.environ.get('HOME')",
        "X = open('file').read()",
        "from pathlib import Path\nX = Path('x').read_text()",
        "import threading\nthreading.Thread(target=print).start()",
        "from concurrent.futures import ThreadPoolExecutor\nclass A:\n    pool = ThreadPoolExecutor(1)",
        "import socket\nX = socket.create_server(('', 0))",
        "def f(when=__import__('time').time()): ...\nimport time\ndef g(when=time.time()): ...",
        "register_all()",
        "import pyodbc\npyodbc.pooling = False",
        "for n in (1, 2):\n    pass",
    ],
)
def test_what_happens_at_import_is_found(tmp_path: Path, text: str) -> None:
    assert list(done_at_import(plant(tmp_path, {"a.py": text}))) != []


def test_what_only_defines_is_no_breach(tmp_path: Path) -> None:
    text = '''"""Text."""
import os, re, threading
from functools import cache
X = re.compile("x")
@cache
def f(): return os.environ["HOME"]
class A:
    local = threading.local()
    def g(self): open("x")
if __name__ == "__main__":
    print(f())
'''

    assert list(done_at_import(plant(tmp_path, {"a.py": text}))) == []


@pytest.mark.parametrize("text", ["# as relays.toml says", "SELECT * FROM relay.Ledger", "run ./dev up", "RelayDemo"])
def test_a_word_of_the_app_is_found(tmp_path: Path, text: str) -> None:
    assert len(list(words_of_the_app(plant(tmp_path, {"a.sql": text})))) == 1


def test_an_import_of_the_app_by_the_devstack_is_found(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(f"{__name__}.DEVSTACK", plant(tmp_path, {"a.py": "import mssql_standin\nimport relay"}))

    with pytest.raises(AssertionError):
        test_the_devstack_imports_packages_and_no_room_of_the_app()
