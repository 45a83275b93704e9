"""JSONata as a workflow's definition may use it: every expression ends soon, asks nothing of the outside and is replayed alike.

The engine is jsonata-python, an optional requirement: without it a definition in JSONata is refused, JSONPath works fully.
"""

import sys
from collections.abc import Mapping
from importlib.util import find_spec

from asl.effort import Effort
from asl.jsonata.values import UNDEFINED, JsonValue, QueryError, Sources, Undefined

__all__ = [
    "REMEDY",
    "UNDEFINED",
    "JsonValue",
    "QueryError",
    "Sources",
    "Undefined",
    "check",
    "evaluate",
    "is_available",
]

REMEDY = (
    "this app has no engine for JSONata: take the comment sign from jsonata-python in requirements.txt and deploy again, "
    "or write the definition with QueryLanguage JSONPath"
)


def is_available() -> bool:
    """Whether the engine is installed."""
    return find_spec("jsonata") is not None


if is_available():
    # The engine sets the whole process's limit to 10,000 when it is imported. What our bounds let through needs less.
    _limit = max(sys.getrecursionlimit(), 4_000)
    from asl.jsonata import evaluating, parsing

    sys.setrecursionlimit(_limit)


def check(expression: str) -> str | None:
    """What is wrong with the text of an expression (which stands between {% and %}), or None."""
    return parsing.mistake_in(expression) if is_available() else REMEDY


def evaluate(
    expression: str, variables: Mapping[str, JsonValue], sources: Sources, effort: Effort | None = None
) -> JsonValue | Undefined:
    """What an expression yields; UNDEFINED if that is nothing. Variables are named without their $.

    `effort` is what it has left together with others.
    """
    if not is_available():
        raise QueryError(REMEDY)
    return evaluating.evaluate(expression, variables, sources, effort or Effort())
