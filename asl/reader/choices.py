"""The rules of a Choice state."""

from typing import Any

from asl.choices.operators import COMPARISONS, OPERATORS, takes, wanted_by
from asl.choices.values import And, Condition, Not, Or, Test
from asl.definition import Choice, Rule
from asl.expressions import Language
from asl.paths.parsing import parse as parse_path
from asl.reader.fields import Fields
from asl.reader.mistakes import below
from asl.reader.templates import assign_of, path_of, query_of, template_of

_JOINED = ("And", "Or", "Not")
_NEVER = Or(())
_WAY_OUT = frozenset({"Next", "Assign", "Output", "Comment"})


def choice_of(fields: Fields, language: Language) -> Choice:
    """What a Choice state does."""
    if not fields.value.get("Choices"):
        fields.missing("Choices", "write at least one rule with a condition and Next")
    return Choice(
        tuple(_rule(one, language) for one in fields.objects("Choices")),
        fields.text("Default"),
    )


def _rule(fields: Fields, language: Language) -> Rule:
    if "Next" not in fields.value:
        fields.missing("Next", "name the state that goes on if the rule holds")
    condition: Any = _NEVER
    if language is Language.JSONATA:
        fields.check_only(_WAY_OUT | {"Condition"}, "a rule in JSONata")
        if not isinstance(fields.value.get("Condition"), bool):
            pointer = below(fields.pointer, "Condition")
            condition = query_of(fields.value.get("Condition"), pointer, fields.mistakes)
        elif fields.value["Condition"]:
            condition = And(())
    else:
        fields.check_only((_WAY_OUT - {"Output"}) | {"Variable", *_JOINED, *OPERATORS}, "a rule in JSONPath")
        condition = _condition(fields)
    return Rule(
        condition=condition,
        next=fields.text("Next") or "",
        output=template_of(fields, "Output", language),
        assign=assign_of(fields, language),
    )


def _condition(fields: Fields) -> Condition:
    given = [name for name in fields.value if name in _JOINED or name in OPERATORS]
    if len(given) != 1:
        told = f"{' and '.join(given)} stand together" if given else "a comparison is missing"
        fields.mistakes.add(fields.pointer, told, "write one of And, Or, Not or an operator such as StringEquals")
        return _NEVER
    (name,) = given
    if name == "Not":
        inner = fields.object("Not")
        return Not(_nested(inner)) if inner else _NEVER
    if name in _JOINED:
        conditions = tuple(_nested(one) for one in fields.objects(name))
        if not fields.value[name]:
            fields.wrong(name, "there is nothing to join", "write at least one condition")
        return And(conditions) if name == "And" else Or(conditions)
    return _comparison(fields, name)


def _nested(fields: Fields) -> Condition:
    fields.check_only({"Variable", "Comment", *_JOINED, *OPERATORS}, "a condition within another")
    return _condition(fields)


def _comparison(fields: Fields, name: str) -> Condition:
    if "Variable" not in fields.value:
        fields.missing("Variable", "write the path that is compared, such as $.status")
    variable = path_of(fields, "Variable") or parse_path("$")
    plain = name.removesuffix("Path")
    if name != plain and plain in COMPARISONS:
        return Test(variable, plain, path_of(fields, name) or parse_path("$"))
    value = fields.value[name]
    if not takes(name, value):
        fields.wrong(name, "the value is of the wrong kind", f"write {wanted_by(name)}")
        return _NEVER
    return Test(variable, name, value)
