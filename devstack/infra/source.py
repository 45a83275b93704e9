"""A Bicep file as it is parsed: what it declares, and the places that are no Bicep."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import tree_sitter_bicep
from tree_sitter import Language, Node, Parser

_PARSER = Parser(Language(tree_sitter_bicep.language()))
_KINDS = {
    "parameter_declaration": "param",
    "variable_declaration": "var",
    "resource_declaration": "resource",
    "module_declaration": "module",
    "output_declaration": "output",
}
# The grammar knows no `param name = value` of a .bicepparam file; `var` is read the same way.
_ASSIGNMENT = re.compile(rb"^param(?= +\w+ *=)", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Declared:
    """One declaration: its kind, its name, and its node."""

    kind: str
    name: str
    node: Node

    @property
    def children(self) -> Sequence[Node]:
        """The named parts after the name, without comments."""
        return [child for child in self.node.named_children if child.type != "comment"][1:]

    @property
    def existing(self) -> bool:
        """Whether it is a resource that is only looked at."""
        return any(child.type == "existing" for child in self.node.children)

    @property
    def body(self) -> Node | None:
        """The object that says what it is, out of whatever `if` and `for` stand around it."""
        return object_of(self.children[-1])


@dataclass(frozen=True)
class BicepFile:
    """A file of infra/."""

    path: Path

    @cached_property
    def root(self) -> Node:
        """The whole file."""
        text = self.path.read_bytes()
        return _PARSER.parse(_ASSIGNMENT.sub(b"var  ", text) if self.path.suffix == ".bicepparam" else text).root_node

    @cached_property
    def declared(self) -> Sequence[Declared]:
        """Everything that is declared, resources within resources too."""
        found = (node for node in descend(self.root) if node.type in _KINDS)
        return [Declared(_KINDS[node.type], text_of(node.named_children[0]), node) for node in found]

    def of(self, kind: str) -> dict[str, Declared]:
        """Return what is declared of a kind, by name."""
        return {declared.name: declared for declared in self.declared if declared.kind == kind}

    def problems(self) -> Iterator[str]:
        """Say what cannot be read."""
        for node in descend(self.root):
            if node.type == "ERROR" or node.is_missing:
                yield self.at(node, "cannot be read")

    def at(self, node: Node, problem: str) -> str:
        """Return the problem with its place."""
        return f"{self.path.name}:{node.start_point.row + 1}: {problem}"


def descend(node: Node) -> Iterator[Node]:
    """Yield the node and all below it."""
    yield node
    for child in node.children:
        yield from descend(child)


def text_of(node: Node) -> str:
    """Return a node's text, a string's without its quotes."""
    text = (node.text or b"").decode()
    return text[1:-1] if node.type == "string" else text


def object_of(node: Node) -> Node | None:
    """Return the object in a node; None if it is something else."""
    if node.type == "object":
        return node
    if node.type in {"if_statement", "for_statement", "parenthesized_expression"}:
        return object_of(node.named_children[-1])
    return None


def properties(node: Node) -> Iterator[tuple[str, Node, Node]]:
    """Yield key, its node and the value's of an object; keys that are made at run time are `None`'s text, empty."""
    for pair in node.named_children:
        if pair.type == "object_property" and len(pair.named_children) > 1:
            key, value = pair.named_children[0], pair.named_children[-1]
            made = any(child.type == "interpolation" for child in key.named_children)
            yield "" if made else text_of(key), key, value
