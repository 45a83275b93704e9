"""What names stand for, in a place of an expression."""

from typing import Any

from jsonata.jsonata import Jsonata

from asl.jsonata.bounds import DEPTH
from asl.jsonata.values import QueryError

HOOKS = frozenset({"__evaluate_entry", "__evaluate_exit"})  # the engine looks for callables under them: there are none


class Frame(Jsonata.Frame):
    """Names of one place, within those of the places around it."""

    def __init__(self, parent: "Frame | None") -> None:
        super().__init__(parent)
        self._nesting: int = parent._nesting + 1 if parent is not None else 0
        if self._nesting > DEPTH:
            raise QueryError(f"functions in the expression are made of each other more than {DEPTH} deep")

    def bind(self, name: str, val: Any) -> None:
        """Lets a name stand for a value. A function keeps its own name: it serves other evaluations too."""
        self.bindings[name] = val

    def lookup(self, name: str) -> Any:
        """What a name stands for, None if for nothing."""
        if name in HOOKS:
            return None
        frame: Any = self
        while frame is not None:
            if name in frame.bindings:
                return frame.bindings[name]
            frame = frame.parent
        return None
