"""Only `system` reads the clock, sleeps, draws or starts threads; everything else is told by the outside that it was given."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

import functions_standin

ROOT = Path(functions_standin.__file__).parent
# What may, and why.
EXEMPT = {
    "system.py": "it is the real outside",
    "worker": "the app's process, whose loop and threads are the real worker's",
    "worker_process": "starts and watches that process",
    "durable/rpc.py": "the port of the real host, taken by chance",
    "testing/simulation": "the other outside",
    "testing/sql_trigger.py": "runs loops in a test's threads",
    "testing/durable.py": "takes the test's random numbers",
}
FORBIDDEN = {
    "time.time",
    "time.monotonic",
    "time.perf_counter",
    "time.sleep",
    "datetime.now",
    "datetime.utcnow",
    "datetime.today",
    "date.today",
    "uuid.uuid1",
    "uuid.uuid4",
    "asyncio.sleep",
    "asyncio.to_thread",
    "threading.Thread",
    "threading.Timer",
    "platform.node",
}
FORBIDDEN_MODULES = {"random", "secrets", "sched"}
FORBIDDEN_METHODS = {"run_in_executor", "call_later", "call_at"}
FIRST_LOOK = {"identity.py": {"platform.node"}}  # part of the host's id, which the composer decides


def modules() -> list[Path]:
    return [path for path in sorted(ROOT.rglob("*.py")) if not any(_is_below(path, each) for each in EXEMPT)]


def _is_below(path: Path, name: str) -> bool:
    return path == ROOT / name or ROOT / name in path.parents


def reaches_outside(source: str) -> Iterator[str]:
    """Yield what a module uses that is the outside's."""
    for node in ast.walk(ast.parse(source)):
        match node:
            case ast.Import(names=names):
                yield from (each.name for each in names if each.name in FORBIDDEN_MODULES)
            case ast.ImportFrom(module=module, names=names) if module:
                yield from (f"{module}.{each.name}" for each in names if f"{module}.{each.name}" in FORBIDDEN)
                if module in FORBIDDEN_MODULES:
                    yield module
            case ast.Attribute(value=ast.Name(id=name), attr=attribute) if f"{name}.{attribute}" in FORBIDDEN:
                yield f"{name}.{attribute}"
            case ast.Attribute(attr=attribute) if attribute in FORBIDDEN_METHODS:
                yield attribute


@pytest.mark.parametrize("path", modules(), ids=lambda path: path.relative_to(ROOT).as_posix())
def test_a_module_leaves_clock_chance_and_threads_to_the_outside(path: Path) -> None:
    allowed = FIRST_LOOK.get(path.relative_to(ROOT).as_posix(), set())

    assert set(reaches_outside(path.read_text(encoding="utf-8"))) <= allowed


@pytest.mark.parametrize(
    "source",
    [
        "import random",
        "from random import uniform",
        "from asyncio import sleep",
        "import time\ntime.monotonic()",
        "from datetime import datetime\ndatetime.now()",
        "import threading\nthreading.Thread()",
        "loop.run_in_executor(None, f)",
    ],
)
def test_what_reaches_outside_is_found(source: str) -> None:
    assert list(reaches_outside(source))


@pytest.mark.parametrize("name", EXEMPT)
def test_every_exemption_is_of_something_that_is_there(name: str) -> None:
    assert (ROOT / name).exists()


def test_no_product_module_knows_the_simulation() -> None:
    users = [
        path
        for path in ROOT.rglob("*.py")
        if "testing" not in path.relative_to(ROOT).parts
        and "functions_standin.testing" in path.read_text(encoding="utf-8")
    ]

    assert users == []
