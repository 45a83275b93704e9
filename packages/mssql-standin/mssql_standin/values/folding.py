"""Runs the long chains of operations that the binder writes as one call (binder/chains.py)."""

import marshal
from collections.abc import Callable
from functools import lru_cache
from itertools import chain
from typing import Any

from mssql_standin.values import arithmetic, text

Operation = Callable[..., Any]


def _concatenated(left: str | None, right: str | None, *limits: int) -> str | None:
    if left is None or right is None:
        return None
    cut = text.FUNCTIONS["cut_text"][1]
    return cut(left + right, limits[0]) if limits else left + right


_OPERATIONS: dict[str, Operation] = {
    **{name: function for name, (_, function) in arithmetic.FUNCTIONS.items()},
    "||": _concatenated,
}


def _pack(*operands: Any) -> bytes:
    return marshal.dumps(operands)


def _fold(told: str, first: Any, *packs: bytes) -> Any:
    value = first
    operands = chain.from_iterable(map(marshal.loads, packs))
    for (function, constants), operand in zip(_steps(told), operands, strict=True):
        value = function(value, operand, *constants)
    return value


@lru_cache(maxsize=256)
def _steps(told: str) -> list[tuple[Operation, tuple[int, ...]]]:
    steps: list[tuple[Operation, tuple[int, ...]]] = []
    for part in told.split(";"):
        call, count = part.split("*")
        name, *constants = call.split(",")
        steps += [(_OPERATIONS[name], tuple(map(int, constants)))] * int(count)
    return steps


FUNCTIONS: dict[str, tuple[int, Operation]] = {"pack": (-1, _pack), "fold": (-1, _fold)}
