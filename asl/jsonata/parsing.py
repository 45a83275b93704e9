"""The text of an expression, read once, and what is wrong with it."""

import re
from dataclasses import dataclass
from typing import Any

from jsonata.jexception import JException
from jsonata.parser import Parser

from asl.jsonata.bounds import EXPRESSION_BYTES, PARAMETERS
from asl.jsonata.keeping import Kept
from asl.jsonata.reading import Way, parts_of, ways_in
from asl.jsonata.regular_expressions import engine
from asl.jsonata.values import QueryError

KEPT_CHARACTERS = 300_000  # all expressions of a definition fit in
HALF_CHARACTER = re.compile("[\\ud800-\\udfff]")


@dataclass(frozen=True)
class Parsed:
    """An expression that was read: never written to, so it serves all evaluations at once."""

    tree: Any
    parser: Any
    ways: tuple[Way, ...]  # to what it reads of its variables


class Reader(Parser):
    """The engine's reader, which works some parts twice (of a ?: b the first is the condition, too), and negates a number twice."""

    def __init__(self) -> None:
        super().__init__()
        self._done: dict[Any, Any] = {}

    def process_ast(self, expr: Any) -> Any:
        """What a part becomes. The engine comes through here with each."""
        if expr not in self._done:
            self._done[expr] = super().process_ast(expr)
        return self._done[expr]


def mistake_in(expression: str) -> str | None:
    """What is wrong with an expression, or None."""
    try:
        parse(expression)
    except QueryError as error:
        return error.cause
    return None


def read(expression: str) -> Parsed:
    """An expression that may be evaluated."""
    if len(expression.encode(errors="surrogatepass")) > EXPRESSION_BYTES:
        raise QueryError(f"the expression is longer than {EXPRESSION_BYTES // 1024} KiB: keep parts of it in variables")
    parser = Reader()  # not the engine's own for the thread, which keeps what it was at when an expression failed
    try:
        tree = parser.parse(expression, engine())
        _look_through(tree)
    except JException as error:
        raise QueryError(f"{told(error)} (at character {error.location})") from None
    except RecursionError:
        raise QueryError("the expression is nested too deep") from None
    except QueryError:
        raise
    except Exception as error:  # noqa: BLE001 - the engine's reader raises whatever it stumbles over
        raise QueryError(f"the expression cannot be read: {type(error).__name__} {error}") from None
    return Parsed(tree, parser, ways_in(tree))


parse = Kept(read, KEPT_CHARACTERS)


def told(error: Any) -> str:
    """An error of the engine's with its code, in JSONata's words: it says "Object" where JSONata says "function"."""
    text, template = str(error), JException.error_codes.get(error.error, "")
    return f"{error.error}: {text.replace(' Object ', ' function ') if ' Object ' in template else text}"


def _look_through(tree: Any) -> None:
    """Refuses what cannot be bounded, and makes characters of the halves that \\ud83d\\ude00 writes down."""
    for part in parts_of(tree):
        if part.type == "string" and HALF_CHARACTER.search(part.value):
            part.value = part.value.encode("utf-16", "surrogatepass").decode("utf-16", "surrogatepass")
        if part.type == "variable" and part.value == "eval":
            raise QueryError("$eval is not available: write the expression itself")
        if part.type == "lambda" and part.signature is not None and not _is_simple(part.signature):
            raise QueryError(
                f"a function's signature may name {PARAMETERS} parameters at most, each repeated at most once"
            )


def _is_simple(signature: Any) -> bool:
    """The engine makes a regular expression of it, which must not be one that takes for ever."""
    return len(signature._params) <= PARAMETERS and all(
        re.fullmatch(r"(f|\[[a-z]+\])[?+]?", parameter.regex) for parameter in signature._params
    )
