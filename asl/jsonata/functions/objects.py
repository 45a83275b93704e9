"""JSONata's functions on objects, and on values of any kind."""

from typing import Any

from jsonata.functions import Functions
from jsonata.jexception import JException

from asl.jsonata.conversion import copy_of
from asl.jsonata.operators import field_of


def keys(engine: Any, value: Any) -> Any:
    """The names of an object's fields, or of all objects in a list."""
    engine.budget.charge_whole(value)
    return Functions.keys(value)


def lookup(value: Any, name: Any) -> Any:
    """A field."""
    return field_of(value, name)


def merge(engine: Any, objects: Any) -> Any:
    """One object with the fields of all."""
    engine.budget.charge_whole(objects)
    return Functions.merge(objects)


def clone(engine: Any, value: Any) -> Any:
    """A copy."""
    engine.budget.charge_whole(value)
    return copy_of(value)


def assert_(condition: Any, message: Any) -> None:
    """Ends the evaluation unless something holds."""
    if condition is not True:
        raise JException("D3141", -1, "$assert() statement failed" if message is None else message)


FUNCTIONS = {
    "assert": ("<bs?:x>", assert_),
    "clone": ("<(oa)-:o>", clone),
    "keys": ("<x-:a<s>>", keys),
    "lookup": ("<x-s:x>", lookup),
    "merge": ("<a<o>:o>", merge),
}
