"""Whether every name of the Bicep files stands for something: references, functions, outputs, parameters of modules."""

from collections.abc import Iterator, Mapping

from tree_sitter import Node

from devstack.infra.source import BicepFile, Declared, descend, properties, text_of

# Of Bicep's functions those that are used here.
FUNCTIONS = frozenset({
    "allowed", "concat", "description", "empty", "environment", "fail", "filter", "first",
    "guid", "items", "listKeys", "loadTextContent", "map", "maxLength", "minLength", "minValue",
    "readEnvironmentVariable", "replace", "resourceGroup", "secure", "skip", "split", "startsWith", "subscriptionResourceId",
    "take", "tenant", "toObject", "union", "uniqueString",
})  # fmt: skip


def problems(file: BicepFile, others: Mapping[str, BicepFile]) -> Iterator[str]:
    """Say which names of a file stand for nothing; `others` are all files by name, itself among them."""
    globals_ = {declared.name for declared in file.declared if declared.kind != "output"}
    used: set[str] = set()
    for node in descend(file.root):
        if node.type == "identifier" and _is_reference(node):
            used.add(name := text_of(node))
            if name not in globals_ and name not in _locals(node):
                yield file.at(node, f"{name} is declared nowhere")
        elif node.type == "call_expression":
            yield from _function(file, node)
        elif node.type == "member_expression":
            yield from _output(file, node, others)
    for declared in file.declared:
        if declared.kind in {"param", "var"} and declared.name not in used and file.path.suffix == ".bicep":
            yield file.at(declared.node, f"{declared.kind} {declared.name} is never used")
        if declared.kind == "module":
            yield from _module(file, declared, others)
    yield from _assignments(file, others)


def required(file: BicepFile) -> set[str]:
    """Return the parameters without a default."""
    return {name for name, declared in file.of("param").items() if len(declared.children) < 2}


def _is_reference(node: Node) -> bool:
    parent = node.parent
    if parent is None or parent.type in {"decorator", "loop_variable", "loop_enumerator"}:
        return False
    if parent.type == "call_expression":
        return parent.child_by_field_name("function") != node
    if parent.type == "resource_expression":
        return parent.child_by_field_name("object") == node
    if parent.type == "for_statement":
        return parent.child_by_field_name("initializer") != node
    declares = parent.type.endswith("_declaration") or parent.type in {"object_property", "lambda_expression"}
    return not declares or parent.named_children[0] != node


def _locals(node: Node) -> set[str]:
    """Return the names that loops and lambdas around a node bring."""
    found: set[str] = set()
    parent = node.parent
    while parent is not None:
        if parent.type == "lambda_expression":
            found |= {text_of(name) for name in descend(parent.named_children[0]) if name.type == "identifier"}
        elif parent.type == "for_statement":
            first = parent.named_children[0]
            found |= {text_of(name) for name in descend(first) if not name.named_children}
        parent = parent.parent
    return found


def _function(file: BicepFile, node: Node) -> Iterator[str]:
    function = node.child_by_field_name("function")
    if function is None:
        return
    name = text_of(function.child_by_field_name("property") or function)
    if name not in FUNCTIONS:
        yield file.at(node, f"{name} is no function that is known here")


def _output(file: BicepFile, node: Node, others: Mapping[str, BicepFile]) -> Iterator[str]:
    """Say whether MODULE.outputs.NAME names an output that there is none of."""
    chain = text_of(node).replace("!", "").replace(".?", ".").split(".")
    module = file.of("module").get(chain[0])
    if module is None or len(chain) != 3 or chain[1] != "outputs":
        return
    target = others.get(text_of(module.children[0]))
    if target is not None and chain[2] not in target.of("output"):
        yield file.at(node, f"module {chain[0]} has no output {chain[2]}")


def _module(file: BicepFile, module: Declared, others: Mapping[str, BicepFile]) -> Iterator[str]:
    target = others.get(text_of(module.children[0]))
    if target is None:
        yield file.at(module.node, f"there is no file {text_of(module.children[0])}")
        return
    body = {key: value for key, _, value in properties(module.body)} if module.body else {}
    given = {key: value for key, _, value in properties(body["params"])} if "params" in body else {}
    taken = target.of("param")
    for name in given.keys() - taken.keys():
        yield file.at(given[name], f"module {module.name} has no parameter {name}")
    for name in sorted(required(target) - given.keys()):
        yield file.at(module.node, f"module {module.name} is not given {name}")
    own = file.of("param")
    for name in given.keys() & taken.keys():
        passed = own.get(text_of(given[name])) if given[name].type == "identifier" else None
        if passed and text_of(passed.children[0]) != text_of(taken[name].children[0]):
            yield file.at(given[name], f"module {module.name} takes another type as {name}")


def _assignments(file: BicepFile, others: Mapping[str, BicepFile]) -> Iterator[str]:
    """Say what a .bicepparam file assigns that its template does not take, and what it leaves out."""
    if file.path.suffix != ".bicepparam":
        return
    using = next(node for node in descend(file.root) if node.type == "using_statement")
    target = others[text_of(using.named_children[0]).removeprefix("./")]
    given = file.of("var")
    for name in given.keys() - target.of("param").keys():
        yield file.at(given[name].node, f"{target.path.name} has no parameter {name}")
    for name in sorted(required(target) - given.keys()):
        yield file.at(using, f"{target.path.name} is not given {name}")
