"""Which function answers a request: classic ASP.NET Core route templates, tried in the order of function names.

docs: "Azure Functions HTTP trigger", "Routing in ASP.NET Core".
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from functions_standin.errors import FunctionInError
from functions_standin.functions import LoadedFunction
from functions_standin.http.constraints import Constraint, parse_constraint
from functions_standin.http.head import decoded

_RESERVED = ("admin", "runtime")


@dataclass(frozen=True, slots=True)
class Template:
    """A compiled route template."""

    text: str
    pattern: re.Pattern[str]
    names: Mapping[str, str]  # group in the pattern -> parameter
    constraints: Mapping[str, Sequence[Constraint]]
    defaults: Mapping[str, str]

    def match(self, path: str) -> dict[str, str] | None:
        """Return the path's parameters (without those that are absent), or None if it does not fit."""
        matched = self.pattern.fullmatch(path)
        if matched is None:
            return None
        found = {self.names[group]: value for group, value in matched.groupdict().items() if value}
        values = {**self.defaults, **found}
        for name, constraints in self.constraints.items():
            if name in values and not all(fits(values[name]) for fits in constraints):
                return None
        return values


@dataclass(frozen=True, slots=True)
class Route:
    """A function's route; `methods` is empty for all of them."""

    function: LoadedFunction
    template: Template
    methods: frozenset[str]

    def overlaps(self, other: "Route") -> bool:
        """Tell whether some request would fit both, going by template text and methods."""
        same_template = self.template.text.lower() == other.template.text.lower()
        return same_template and (not self.methods or not other.methods or bool(self.methods & other.methods))


class Router:
    """The routes of the app."""

    def __init__(self, prefix: str) -> None:
        self._prefix = prefix
        self._routes: list[Route] = []

    def add(self, function: LoadedFunction) -> None:
        """Add an HTTP function; raise FunctionInError if its route cannot be served."""
        text = route_text(function)
        if text.lower().startswith(_RESERVED):
            raise FunctionInError("The specified route conflicts with one or more built in routes.")
        try:
            template = compile_template("/".join(part for part in (self._prefix, text) if part))
        except ValueError as error:
            raise FunctionInError(f"route '{text}': {error}") from error
        route = Route(function, template, frozenset(allowed_methods(function)))
        if conflict := next((other for other in self._routes if route.overlaps(other)), None):
            raise FunctionInError(
                f"The route specified conflicts with the route defined by function '{conflict.function.name}'."
            )
        self._routes.append(route)
        self._routes.sort(key=lambda each: each.function.name.lower())

    def find(self, method: str, path: str) -> tuple[LoadedFunction, dict[str, str]] | None:
        """Return the first function, by name, whose route and methods fit, with the route's parameters."""
        path = decoded_path(path)
        for route in self._routes:
            if route.methods and method.upper() not in route.methods:
                continue
            if (values := route.template.match(path)) is not None:
                return route.function, values
        return None


def route_text(function: LoadedFunction) -> str:
    """Return the route of an HTTP function, without the prefix."""
    route = function.trigger.properties.get("route")
    return function.name if route is None else str(route).strip("/")


def allowed_methods(function: LoadedFunction) -> tuple[str, ...]:
    """Return the methods an HTTP function lists, in upper case; empty means all."""
    return tuple(str(method).upper() for method in function.trigger.properties.get("methods") or ())


def decoded_path(raw: str) -> str:
    """Return a request's path without its first slash and one last slash; %2F and what is no UTF-8 stay."""
    return decoded(raw).removeprefix("/").removesuffix("/")


def compile_template(text: str) -> Template:
    """Compile a route template; raise ValueError naming what is wrong with it."""
    names: dict[str, str] = {}
    constraints: dict[str, list[Constraint]] = {}
    defaults: dict[str, str] = {}
    pattern = ""
    segments = list(_segments(text))
    for index, parts in enumerate(segments):
        segment = ""
        may_be_absent = False
        for part in parts:
            if isinstance(part, Literal):
                segment += re.escape(part.text)
                continue
            if part.name.lower() in {name.lower() for name in names.values()}:
                raise ValueError(f"parameter '{part.name}' appears more than once")
            if part.is_optional and len(parts) > 1:
                raise ValueError(f"parameter '{part.name}' may be optional only if it is a whole segment")
            if part.is_catch_all and (index < len(segments) - 1 or len(parts) > 1):
                raise ValueError(f"catch-all parameter '{part.name}' must be the last segment")
            group = f"p{len(names)}"
            names[group] = part.name
            constraints[part.name] = [parse_constraint(constraint) for constraint in part.constraints]
            if part.default is not None:
                defaults[part.name] = part.default
            may_be_absent = len(parts) == 1 and (part.is_optional or part.is_catch_all or part.default is not None)
            segment += f"(?P<{group}>{'.*' if part.is_catch_all else '[^/]+'})"
        slash = "/" if index else ""
        if may_be_absent and all(_may_be_absent(following) for following in segments[index:]):
            pattern += f"(?:{slash}{segment}"
        else:
            pattern += f"{slash}{segment}"
    pattern += ")?" * pattern.count("(?:")
    return Template(text, re.compile(pattern, re.IGNORECASE | re.DOTALL), names, constraints, defaults)


@dataclass(frozen=True, slots=True)
class Literal:
    """Text of a template."""

    text: str


@dataclass(frozen=True, slots=True)
class Parameter:
    """A `{name}` of a template."""

    name: str
    constraints: tuple[str, ...]
    default: str | None
    is_optional: bool
    is_catch_all: bool


Part = Literal | Parameter


def _may_be_absent(parts: Sequence[Part]) -> bool:
    match parts:
        case [Parameter() as only]:
            return only.is_optional or only.is_catch_all or only.default is not None
    return False


def _segments(text: str) -> Iterable[list[Part]]:
    parts: list[Part] = []
    position = 0
    while position < len(text):
        character = text[position]
        if character == "/":
            if not parts:
                raise ValueError("a segment is empty")
            yield parts
            parts = []
            position += 1
        elif text[position : position + 2] in {"{{", "}}"}:
            parts.append(Literal(character))
            position += 2
        elif character == "{":
            end = _end_of_parameter(text, position)
            if parts and isinstance(parts[-1], Parameter):
                raise ValueError("two parameters must be separated by text")
            parts.append(_parameter(text[position + 1 : end]))
            position = end + 1
        elif character == "}":
            raise ValueError("a '}' closes nothing; write '}}' for a brace")
        else:
            parts.append(Literal(character))
            position += 1
    if parts:
        yield parts


def _end_of_parameter(text: str, start: int) -> int:
    position = start + 1
    while position < len(text):
        if text[position : position + 2] in {"{{", "}}"}:
            position += 2
            continue
        if text[position] == "}":
            return position
        position += 1
    raise ValueError("a '{' is not closed")


def _parameter(text: str) -> Parameter:
    stars = len(text) - len(text.lstrip("*"))
    if stars > 2:
        raise ValueError(f"'{text}' has too many asterisks")
    name_and_constraints = _split_outside_parentheses(text[stars:].replace("{{", "{").replace("}}", "}"))
    last, equals, default = _partition_outside_parentheses(name_and_constraints[-1])
    is_optional = not equals and last.endswith("?")
    name, *constraints = [*name_and_constraints[:-1], last.removesuffix("?") if is_optional else last]
    if not name or set(name) & set("/{}?*"):
        raise ValueError(f"'{text}' is no parameter name")
    return Parameter(name, tuple(constraints), default if equals else None, is_optional, stars > 0)


def _split_outside_parentheses(text: str) -> list[str]:
    pieces = [""]
    depth = 0
    for character in text:
        depth += {"(": 1, ")": -1}.get(character, 0)
        if character == ":" and depth == 0:
            pieces.append("")
        else:
            pieces[-1] += character
    return pieces


def _partition_outside_parentheses(text: str) -> tuple[str, str, str]:
    depth = 0
    for position, character in enumerate(text):
        depth += {"(": 1, ")": -1}.get(character, 0)
        if character == "=" and depth == 0:
            return text[:position], "=", text[position + 1 :]
    return text, "", ""
