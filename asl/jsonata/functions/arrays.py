"""JSONata's functions on arrays."""

from functools import cmp_to_key
from typing import Any

from jsonata.functions import Functions
from jsonata.jexception import JException
from jsonata.utils import Utils

from asl.jsonata.conversion import json_text
from asl.jsonata.numbers import is_number
from asl.jsonata.operators import add_to


def sort(engine: Any, values: Any, comparator: Any) -> Any:
    """In order; what is alike stays in the order it had."""
    if values is None or len(values) <= 1:
        return values
    if comparator is not None:
        # The function says whether its first argument belongs behind its second. That Python asks only whether something is
        # less, and never whether it is alike, keeps the order of what is.
        behind = cmp_to_key(lambda left, right: -1 if Functions.to_boolean(engine.call(comparator, right, left)) else 1)
        return sorted(values, key=behind)
    if not (all(isinstance(value, str) for value in values) or all(is_number(value) for value in values)):
        raise JException("D3070", -1)
    engine.budget.charge_whole(values)
    return sorted(values)


def shuffle(engine: Any, values: Any) -> Any:
    """In an order by chance."""
    if values is None or len(values) <= 1:
        return values
    result = list(values)
    for index in range(len(result) - 1, 0, -1):
        other = int(engine.sources.random(None) * (index + 1))
        result[index], result[other] = result[other], result[index]
    return result


def distinct(engine: Any, values: Any) -> Any:
    """Each value once."""
    if not isinstance(values, list) or len(values) <= 1:
        return values
    engine.budget.charge_whole(values)
    found: dict[str, Any] = {}
    for value in values:
        found.setdefault(_identity(value), value)
    return Utils.create_sequence_from_iter(found.values()) if isinstance(values, Utils.JList) else list(found.values())


def _identity(value: Any) -> str:
    """A text that equal values have in common, and only they."""
    if isinstance(value, dict):
        return "{" + ",".join(sorted(f"{json_text(key)}:{_identity(held)}" for key, held in value.items())) + "}"
    if isinstance(value, list):
        return "[" + ",".join(_identity(held) for held in value) + "]"
    return repr(float(value)) if is_number(value) else json_text(value)


def spread(engine: Any, value: Any) -> Any:
    """Of objects an object for each field."""
    if isinstance(value, dict):
        return Utils.create_sequence_from_iter({key: held} for key, held in value.items())
    if not isinstance(value, list):
        return value
    engine.budget.charge_whole(value)
    found = Utils.create_sequence()
    for held in value:
        add_to(found, spread(engine, held))
    return found


FUNCTIONS = {
    "distinct": ("<x:x>", distinct),
    "shuffle": ("<a:a>", shuffle),
    "sort": ("<af?:a>", sort),
    "spread": ("<x-:a<o>>", spread),
}
