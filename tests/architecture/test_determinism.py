"""What an orchestrator must not do, found in its text: imports are in test_rooms.py, the rest is here."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.architecture.imports import imports_of, within
from tests.architecture.test_rooms import NOT_FOR_DECISIONS, PURE, modules_of

ROOT = Path(__file__).parents[2]
# Names that bring in the world, whatever they are called on.
CLOCKS = {"now", "utcnow", "today", "monotonic", "perf_counter", "time_ns"}
CHANCE = {"uuid1", "uuid4", "urandom", "getrandbits", "shuffle", "randint"}
SURROUNDINGS = {"environ", "getenv", "getpid", "gethostname"}
BUILTINS = {"open", "input", "print", "hash", "id", "globals", "vars", "exec", "eval"}
BY_IDENTITY = ROOT / "asl/jsonata/bounds.py"  # it finds again what it has weighed, and asks in no order
LOG_METHODS = {"debug", "info", "warning", "error", "exception", "critical", "log"}


def findings(tree: ast.Module, *, orchestrators: bool) -> Iterator[str]:
    """Yield what is forbidden; logs and threads are checked where replays happen."""
    for node in ast.walk(tree):
        match node:
            case ast.Attribute(attr=name) if name in CLOCKS | CHANCE | SURROUNDINGS:
                yield f"line {node.lineno}: {name}"
            case ast.Call(func=ast.Name(id=name)) if name in BUILTINS:
                yield f"line {node.lineno}: {name}()"
            case ast.For(iter=iterated) | ast.comprehension(iter=iterated) if is_a_set(iterated):
                yield f"line {iterated.lineno}: a set has no order"
            case ast.AsyncFunctionDef() | ast.Await() | ast.AsyncFor() | ast.AsyncWith() if orchestrators:
                yield "an orchestrator is a generator, not a coroutine"
    if orchestrators:
        yield from unguarded_logs(tree)


def is_a_set(node: ast.expr) -> bool:
    """Tell whether an expression is plainly a set. sorted(set) is a list, and so is allowed."""
    match node:
        case ast.Set() | ast.SetComp():
            return True
        case ast.Call(func=ast.Name(id="set" | "frozenset")):
            return True
        case ast.BinOp(op=ast.BitOr() | ast.BitAnd() | ast.Sub(), left=left, right=right):
            return is_a_set(left) or is_a_set(right)
        case ast.Call(func=ast.Attribute(attr="union" | "intersection" | "difference")):
            return True
    return False


def unguarded_logs(tree: ast.Module) -> Iterator[str]:
    """Yield log calls that are not inside `if not context.is_replaying`."""
    guarded = {
        id(inner)
        for node in ast.walk(tree)
        if isinstance(node, ast.If) and is_guard(node.test)
        for statement in node.body
        for inner in ast.walk(statement)
    }
    for node in ast.walk(tree):
        if (
            isinstance(node, ast.Call)
            and isinstance(node.func, ast.Attribute)
            and node.func.attr in LOG_METHODS
            and isinstance(node.func.value, ast.Name)
            and "log" in node.func.value.id.lower()
            and id(node) not in guarded
        ):
            yield f"line {node.lineno}: a replay would log this again"


def is_guard(test: ast.expr) -> bool:
    match test:
        case ast.UnaryOp(op=ast.Not(), operand=ast.Attribute(attr="is_replaying")):
            return True
        case ast.BoolOp(op=ast.And(), values=values):
            return any(map(is_guard, values))
    return False


@pytest.mark.parametrize("room", sorted(PURE))
def test_decisions_depend_on_nothing_but_their_input(room: str) -> None:
    found = [
        f"{path.relative_to(ROOT)}: {finding}"
        for path in modules_of(room)
        for finding in findings(ast.parse(path.read_text(encoding="utf-8")), orchestrators=room == "orchestrators")
        if not (path == BY_IDENTITY and finding.endswith(": id()"))
    ]

    assert found == []


PLANTED = {
    "clock": "def f(context):\n    return datetime.now()",
    "clock of the system": "def f(context):\n    return clock.monotonic()",
    "chance": "def f(context):\n    return str(uuid.uuid4())",
    "environment": "def f(context):\n    return os.environ['X']",
    "file": "def f(context):\n    return open('x').read()",
    "hash": "def f(context):\n    return hash('x')",
    "set": "def f(context):\n    for each in {1, 2}:\n        yield each",
    "set in a comprehension": "def f(context):\n    return [each for each in set(context.names)]",
    "union of sets": "def f(context):\n    return [each for each in {1} | {2}]",
    "coroutine": "async def f(context):\n    return 1",
    "unguarded log": "def f(context):\n    _log.warning('x')",
    "log in the wrong branch": "def f(context):\n    if not context.is_replaying:\n        pass\n    else:\n        logger.info('x')",
}


@pytest.mark.parametrize("source", PLANTED.values(), ids=PLANTED)
def test_what_is_planted_is_found(source: str) -> None:
    assert list(findings(ast.parse(source), orchestrators=True)) != []


@pytest.mark.parametrize("module", ["time", "random", "requests", "os", "socket", "threading", "asyncio"])
def test_imports_of_the_world_are_forbidden_next_door(module: str, tmp_path: Path) -> None:
    planted = tmp_path / "planted.py"
    planted.write_text(f"import {module}")

    assert any(within(name, NOT_FOR_DECISIONS) for name in imports_of(planted))


@pytest.mark.parametrize(
    "source",
    [
        "def f(context):\n    if not context.is_replaying:\n        _log.warning('x')",
        "def f(context):\n    for each in sorted({1, 2}):\n        yield each",
        "def f(context):\n    return context.current_utc_datetime",
        "def f(context):\n    return context.new_uuid()",
    ],
    ids=["guarded log", "sorted set", "the replay's clock", "the replay's chance"],
)
def test_what_is_allowed_is_not_found(source: str) -> None:
    assert list(findings(ast.parse(source), orchestrators=True)) == []
