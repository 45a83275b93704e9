"""How an execution stands between two activities, as plain JSON: whoever starts it again goes on from there.

What ten thousand items have in common is not written down with each: the input of the whole stands in the register, and the variables
of the executions around it stand where those are. They change neither while it runs.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from asl.running.position import Position, from_json, to_json


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """A position, how much was told on the way there, and how many answers to the token that is out were taken.

    `inherits` names the variables of those around it. It assigns none of them: definitions that do are refused.
    """

    position: Position
    told: int = 0
    answers: int = 0
    inherits: tuple[str, ...] = ()

    def at(self, position: Position) -> "Checkpoint":
        """Return it with another position; who answers a token answers one attempt."""
        before = self.position
        same = (before.state, before.visit, before.attempt) == (position.state, position.visit, position.attempt)
        return replace(self, position=position, answers=self.answers if same else 0)

    def to_dict(self) -> dict[str, Any]:
        """Return it as plain JSON, without what is shared."""
        position = to_json(self.position)
        position["variables"] = self._variables(inherited=False)
        position["context"] = _with_input(self.position.context, None)
        return {"told": self.told, "answers": self.answers, "inherits": list(self.inherits), "position": position}

    def shared(self) -> dict[str, Any]:
        """Return what `to_dict` leaves out."""
        return {"input": self.position.context["Execution"]["Input"], "variables": self._variables(inherited=True)}

    def whole(self, shared: Mapping[str, Any]) -> "Checkpoint":
        """Return it with what was left out."""
        context = _with_input(self.position.context, shared["input"])
        variables = {**shared["variables"], **self.position.variables}
        return replace(self, position=replace(self.position, context=context, variables=variables))

    def _variables(self, *, inherited: bool) -> dict[str, Any]:
        names = frozenset(self.inherits)
        return {name: value for name, value in self.position.variables.items() if (name in names) == inherited}

    @classmethod
    def from_dict(cls, written: Mapping[str, Any]) -> "Checkpoint":
        """Return what plain JSON says."""
        position = from_json(dict(written["position"]))
        return cls(position, written.get("told", 0), written.get("answers", 0), tuple(written.get("inherits", ())))


def _with_input(context: Mapping[str, Any], data: Any) -> dict[str, Any]:
    """Return a context with another input of the whole, in its old place: an author may show the context as a text."""
    return {**context, "Execution": {**context["Execution"], "Input": data}}
