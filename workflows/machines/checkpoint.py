"""How an execution stands between two activities, as plain JSON: whoever starts it again goes on from there."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from asl.running.position import Position, from_json, to_json


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """A position, how much was told on the way there, and how many answers to the token that is out were taken."""

    position: Position
    told: int = 0
    answers: int = 0

    def at(self, position: Position) -> "Checkpoint":
        """Return it with another position; who answers a token answers one attempt."""
        before = self.position
        same = (before.state, before.visit, before.attempt) == (position.state, position.visit, position.attempt)
        return replace(self, position=position, answers=self.answers if same else 0)

    def to_dict(self) -> dict[str, Any]:
        """Return it as plain JSON."""
        return {"position": to_json(self.position), "told": self.told, "answers": self.answers}

    @classmethod
    def from_dict(cls, written: Mapping[str, Any]) -> "Checkpoint":
        """Return what plain JSON says."""
        return cls(from_json(dict(written["position"])), written.get("told", 0), written.get("answers", 0))
