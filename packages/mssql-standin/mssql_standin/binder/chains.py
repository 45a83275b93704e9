"""Chains of one operation after the other, of any length: SQLite's parser goes 100 deep, SQL Server's far deeper.

A short chain is calls inside each other. A long one is one call of `fold`, with its operands in packs of a hundred and its
steps as a text (values/folding.py runs it).
"""

from dataclasses import dataclass, replace
from itertools import groupby

_NESTED = 8  # steps that are written as calls inside each other
_PACKED = 100  # operands of one call, and packs of one fold; SQLite allows 127 arguments


@dataclass(frozen=True, slots=True)
class Chain:
    """A first value and what is done to it: SQLite function or ||, its second argument, its constants."""

    first: str
    steps: tuple[tuple[str, str, tuple[int, ...]], ...] = ()  # that are in no pack yet
    text: str = ""
    packs: tuple[tuple[str, str], ...] = ()  # what is done, to which operands

    def then(self, function: str, operand: str, *constants: int) -> "Chain":
        """Return the chain with one more step."""
        if len(self.packs) == _PACKED:
            return Chain(self.text).then(function, operand, *constants)
        steps = (*self.steps, (function, operand, constants))
        if len(steps) <= _NESTED and not self.packs:
            return Chain(self.first, steps, _called(function, self.text or self.first, operand, constants))
        packs = (*self.packs, (_told(steps), ", ".join(step[1] for step in steps)))
        listed = ", ".join(f"pack({operands})" for _, operands in packs)
        text = f"fold('{';'.join(told for told, _ in packs)}', {self.first}, {listed})"
        return Chain(self.first, (), text, packs) if len(steps) == _PACKED else replace(self, steps=steps, text=text)


def _told(steps: tuple[tuple[str, str, tuple[int, ...]], ...]) -> str:
    same = groupby(steps, key=lambda step: (step[0], step[2]))
    return ";".join(f"{','.join([name, *map(str, numbers)])}*{len(list(group))}" for (name, numbers), group in same)


def _called(function: str, left: str, right: str, constants: tuple[int, ...]) -> str:
    if function == "||":
        text = f"({left} || {right})"
        return f"cut_text({text}, {constants[0]})" if constants else text
    return f"{function}({', '.join([left, right, *map(str, constants)])})"
