"""What crosses the border of JSONata: JSON values, nothing, what may be asked of the outside, and the error."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from enum import Enum

from asl.values import JsonValue

__all__ = ["UNDEFINED", "JsonValue", "QueryError", "Sources", "Undefined"]


class Undefined(Enum):
    """What an expression yields that yields nothing; null is a value."""

    UNDEFINED = "undefined"


UNDEFINED = Undefined.UNDEFINED


class QueryError(Exception):
    """An expression has failed, or was stopped at one of its bounds."""

    error = "States.QueryEvaluationError"

    def __init__(self, cause: str) -> None:
        super().__init__(cause)
        self.cause = cause


@dataclass(frozen=True, slots=True)
class Sources:
    """What an expression may ask of the outside. Whoever replays it hands in the same answers."""

    now: datetime  # of $now and $millis, with its zone
    random: Callable[[int | None], float]  # from 0 to below 1; a seed gives the same number each time
    uuid: Callable[[], str]
