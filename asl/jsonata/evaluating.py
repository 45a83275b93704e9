"""One evaluation of one expression."""

from collections.abc import Mapping
from typing import Any

from jsonata.jexception import JException

from asl.effort import MOST_STEPS, Effort
from asl.jsonata.bounds import ELEMENTS_PER_STEP, STEPS, Budget
from asl.jsonata.conversion import given_back
from asl.jsonata.engine import Engine
from asl.jsonata.parsing import parse, told
from asl.jsonata.reading import part_read, values_in
from asl.jsonata.values import JsonValue, QueryError, Sources, Undefined

CAUSE_CHARACTERS = 1000  # the engine puts values into its texts


def evaluate(expression: str, variables: Mapping[str, Any], sources: Sources, effort: Effort) -> JsonValue | Undefined:
    """What an expression yields."""
    parsed = parse(expression)
    read = part_read(variables, parsed.ways)
    effort.steps -= values_in(read) // ELEMENTS_PER_STEP  # they are copied
    if effort.steps < STEPS:
        raise QueryError(f"the expressions of a state take more than {MOST_STEPS} steps together")
    budget = Budget()
    engine = Engine(parsed, sources, budget)
    try:
        return given_back(engine.run(read))
    except QueryError as error:
        raise QueryError(_short(error.cause)) from None
    except JException as error:
        raise QueryError(_short(told(error))) from None
    except RecursionError:
        raise QueryError("the expression, or a value in it, is nested too deep") from None
    except Exception as error:  # noqa: BLE001 - of what the engine stumbles over, nothing may get past the one error there is
        raise QueryError(_short(f"the engine could not evaluate this: {type(error).__name__} {error}")) from None
    finally:
        effort.steps -= budget.used


def _short(text: str) -> str:
    return text if len(text) <= CAUSE_CHARACTERS else text[:CAUSE_CHARACTERS] + "…"
