"""From a field's value to what is computed of it."""

from typing import Any

from asl import jsonata
from asl.expressions import Elements, Language, Literal, Members, Query, Template
from asl.intrinsics.parsing import parse as parse_call
from asl.intrinsics.values import Call
from asl.paths.parsing import parse as parse_path
from asl.paths.values import Path, PathSyntaxError
from asl.paths.writing import check_reference
from asl.reader.fields import Fields
from asl.reader.mistakes import Mistakes, below

_WRITE_PATH = "write a path such as $.order.id, $$.Execution.Id or $variable"
_WHOLE = parse_path("$")


def template_of(fields: Fields, name: str, language: Language) -> Template | None:
    """A field of which values are computed at any depth, if it is there."""
    if name not in fields.value:
        return None
    return _template(fields.value[name], name, below(fields.pointer, name), language, fields.mistakes)


def assign_of(fields: Fields, language: Language) -> Template | None:
    """The variables that are assigned, if there are any."""
    if not isinstance(fields.value.get("Assign", {}), dict):
        fields.wrong("Assign", "variables and their values are needed", "write { name: value, … }")
        return None
    return template_of(fields, "Assign", language)


def value_of(fields: Fields, name: str, language: Language) -> Template | None:
    """A field with one value: it stands there as it is, or is an expression in JSONata."""
    if name not in fields.value:
        return None
    value = fields.value[name]
    if language is Language.JSONATA and isinstance(value, str):
        return _text(value, below(fields.pointer, name), fields.mistakes)
    return Literal(value)


def path_or_call(fields: Fields, name: str) -> Template | None:
    """A field that holds a path or a call of an intrinsic function, if it is there."""
    if name not in fields.value:
        return None
    return _path_or_call(fields.value[name], below(fields.pointer, name), fields.mistakes)


def path_of(fields: Fields, name: str) -> Path | None:
    """A field that holds a path, if it is there; the whole input if it is wrong."""
    if name not in fields.value:
        return None
    value = fields.value[name]
    try:
        if isinstance(value, str):
            return parse_path(value)
        problem = "a path is needed, in a text"
    except PathSyntaxError as error:
        problem = f"this is no path: {error}"
    fields.wrong(name, problem, _WRITE_PATH)
    return _WHOLE


def shaping_path(fields: Fields, name: str) -> Path | None:
    """InputPath or OutputPath: $ if it is not there, None if it says null."""
    if name in fields.value and fields.value[name] is None:
        return None
    return path_of(fields, name) or _WHOLE


def reference_path(fields: Fields, name: str) -> Path | None:
    """ResultPath: $ if it is not there, None if it says null."""
    path = shaping_path(fields, name)
    if path is not None:
        try:
            check_reference(path)
        except PathSyntaxError as error:
            fields.wrong(name, str(error), "write a path such as $.result, or null to leave the result out")
    return path


def query_of(value: Any, pointer: str, mistakes: Mistakes) -> Query:
    """A value that has to be an expression in JSONata."""
    template = _text(value, pointer, mistakes) if isinstance(value, str) else None
    if isinstance(template, Query):
        return template
    mistakes.add(pointer, "an expression in JSONata is needed", "write it as {% … %}")
    return Query("null")


def _template(value: Any, name: str, pointer: str, language: Language, mistakes: Mistakes) -> Template:
    if language is Language.JSONATA and isinstance(value, str):
        return _text(value, pointer, mistakes)
    if isinstance(value, list):
        elements = tuple(
            _template(held, f"{name}[{number}]", below(pointer, number), language, mistakes)
            for number, held in enumerate(value)
        )
        return Literal(value) if all(isinstance(one, Literal) for one in elements) else Elements(elements)
    if not isinstance(value, dict):
        return Literal(value)
    members = []
    for key, held in value.items():
        place = below(pointer, key)
        if language is Language.JSONATA:
            members.append((key, f"{name}/{key}", _template(held, f"{name}/{key}", place, language, mistakes)))
        elif key.endswith(".$"):
            if key.removesuffix(".$") in value:
                mistakes.add(place, f"there is a field {key.removesuffix('.$')} too", "leave one of them out")
            members.append((key.removesuffix(".$"), key, _path_or_call(held, place, mistakes)))
        else:
            members.append((key, key, _template(held, key, place, language, mistakes)))
    if all(isinstance(one, Literal) for _, _, one in members):
        return Literal(value)
    return Members(tuple(members))


def _path_or_call(value: Any, pointer: str, mistakes: Mistakes) -> Path | Call:
    if not isinstance(value, str):
        mistakes.add(
            pointer, "a path or an intrinsic function is needed, in a text", f"{_WRITE_PATH}, or States.Format(…)"
        )
        return _WHOLE
    try:
        return parse_path(value) if value.startswith("$") else parse_call(value)
    except PathSyntaxError as error:
        mistakes.add(
            pointer, f"this is neither a path nor an intrinsic function: {error}", f"{_WRITE_PATH}, or States.Format(…)"
        )
        return _WHOLE


def _text(value: str, pointer: str, mistakes: Mistakes) -> Literal | Query:
    begins, ends = value.startswith("{%"), value.endswith("%}")
    if not begins and not ends:
        return Literal(value)  # also " {% … %} ", for the blanks belong to the text
    if not (begins and ends and len(value) >= 4):
        mistakes.add(
            pointer, "an expression in JSONata begins with {% and ends with %}", "write {% … %} and nothing around it"
        )
        return Literal(value)
    expression = value[2:-2].strip()
    problem = jsonata.check(expression) if jsonata.is_available() else None  # told once for each state
    if problem is not None:
        mistakes.add(pointer, f"the expression cannot be evaluated: {problem}", "mend the expression between {% and %}")
    return Query(expression)
