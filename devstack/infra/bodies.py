"""Whether every property of a resource is one that Azure's own models have, at the API's version that the file names."""

import re
from collections.abc import Iterator, Mapping

from tree_sitter import Node

from devstack.infra.source import BicepFile, object_of, properties, text_of

# What Bicep itself takes in a resource's body.
_BICEP = frozenset({"name", "scope", "parent", "dependsOn"})

# What a literal is, in the table's words.
_LITERALS = {"string": "text", "number": "number", "boolean": "truth"}

Models = Mapping[str, Mapping[str, str]]


def problems(file: BicepFile, types: Mapping[str, str], models: Models) -> Iterator[str]:
    """Say what of a file's resources the models do not know. A field's type is a model's name, `'A' | 'B'`, or a word for a plain value;
    `[] ` before it means several, `{} ` by any key."""
    for resource in file.of("resource").values():
        full = full_type(resource.node)
        if full not in types:
            yield file.at(resource.node, f"{full} is not in the table of resource types; make it anew")
        elif not resource.existing and resource.body is not None:
            for key, node, value in properties(resource.body):
                if key not in _BICEP:
                    yield from _property(file, key, node, value, models, types[full])


def full_type(node: Node) -> str:
    """Return type@version of a resource, which one inside another has from the outer."""
    own = text_of(next(child for child in node.named_children if child.type == "string"))
    outer = node.parent
    while outer is not None and outer.type != "resource_declaration":
        outer = outer.parent
    if outer is None or "@" in own:
        return own
    above, version = full_type(outer).split("@")
    return f"{above}/{own}@{version}"


def _property(file: BicepFile, key: str, node: Node, value: Node, models: Models, model: str) -> Iterator[str]:
    fields = models[model]
    if key not in fields:
        yield file.at(node, f"{model} has no property {key!r} that can be set")
        return
    yield from _value(file, value, models, fields[key])


def _value(file: BicepFile, node: Node, models: Models, kind: str) -> Iterator[str]:
    """Check a value, through whatever chooses or repeats it."""
    if node.type in {"ternary_expression", "parenthesized_expression"}:
        for branch in node.named_children[-2:]:
            yield from _value(file, branch, models, kind)
    elif kind.startswith("[] "):
        for item in _items(node):
            yield from _value(file, item, models, kind[3:])
    elif (body := object_of(node)) is not None:
        yield from _object(file, body, models, kind)
    elif node.type in _LITERALS and not _fits(node, kind):
        yield file.at(node, f"{text_of(node)} is none of {kind}")


def _object(file: BicepFile, body: Node, models: Models, kind: str) -> Iterator[str]:
    for key, key_node, value in properties(body):
        if kind.startswith("{} "):
            yield from _value(file, value, models, kind[3:])
        elif kind in models:
            yield from _property(file, key, key_node, value, models, kind)
        elif kind != "any":
            yield file.at(key_node, f"{kind} is not in the table of resource types, or has no properties; make it anew")


def _fits(node: Node, kind: str) -> bool:
    """Return whether a literal is of a kind; of a text that is put together nobody knows which it will be."""
    if kind.startswith("'"):
        made = any(child.type == "interpolation" for child in node.named_children)
        return node.type == "string" and (made or text_of(node) in re.findall(r"'([^']*)'", kind))
    return kind in {"any", _LITERALS[node.type]}


def _items(node: Node) -> Iterator[Node]:
    """Yield what a list holds: items of an array, the body of a loop, what a lambda of map() makes."""
    if node.type == "array":
        yield from (child for child in node.named_children if child.type != "comment")
    elif node.type == "for_statement":
        yield node.named_children[-1]
    elif node.type == "call_expression":
        arguments = node.named_children[-1].named_children
        yield from (argument.named_children[-1] for argument in arguments if argument.type == "lambda_expression")
