"""What a tree of Python files imports, and what it does when it is imported, read from the source."""

import ast
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path

Graph = Mapping[str, frozenset[str]]  # module -> modules that it imports
_FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef)


@cache
def tree_of(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"), filename=str(path))


def modules_below(folder: Path) -> dict[str, Path]:
    """Every module of the package that lies in a folder, by its dotted name."""
    found = {}
    for path in sorted(folder.rglob("*.py")):
        parts = (folder.name, *path.relative_to(folder).with_suffix("").parts)
        found[".".join(parts[:-1] if parts[-1] == "__init__" else parts)] = path
    return found


def imports_of(path: Path) -> Iterator[str]:
    """What a file imports anywhere: at its top, in functions, for the type checker. `from a import b` is a.b and a."""
    for node in ast.walk(tree_of(path)):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}:{node.lineno}: relative import"
            yield from (f"{node.module}.{alias.name}" for alias in node.names)
            yield str(node.module)


def within(name: str, packages: frozenset[str] | set[str]) -> bool:
    """Tell whether a module is one of these packages, or in one."""
    return any(name == package or name.startswith(package + ".") for package in packages)


def graph_of(modules: Mapping[str, Path]) -> Graph:
    """Which of these modules imports which others; a package whose submodule is imported is not meant itself."""
    graph = {}
    for module, path in modules.items():
        found = set()
        for node in ast.walk(tree_of(path)):
            if isinstance(node, ast.Import):
                found |= {alias.name for alias in node.names}
            elif isinstance(node, ast.ImportFrom):
                names = {alias.name: f"{node.module}.{alias.name}" for alias in node.names}
                found |= {full if full in modules else str(node.module) for full in names.values()}
        graph[module] = frozenset(found & modules.keys() - {module})
    return graph


def circles(graph: Graph) -> list[list[str]]:
    """The groups of modules that import each other, directly or by way of others."""
    reached = {module: _reachable(graph, module) for module in graph}
    groups = {frozenset(other for other in reached[module] if module in reached[other]) for module in graph}
    return sorted(sorted(group) for group in groups if len(group) > 1)


def _reachable(graph: Graph, start: str) -> set[str]:
    reached: set[str] = set()
    waiting = [start]
    while waiting:
        for module in graph[waiting.pop()] - reached:
            reached.add(module)
            waiting.append(module)
    return reached


def run_at_import(node: ast.AST) -> Iterator[ast.AST]:
    """Every node that runs when the module is imported: no bodies of functions, nothing of `if __name__ == ...`."""
    for child in ast.iter_child_nodes(node):
        if isinstance(child, ast.If) and ast.unparse(child.test) == "__name__ == '__main__'":
            continue
        yield child
        if isinstance(child, _FUNCTIONS):
            arguments = child.args
            for part in [*child.decorator_list, *arguments.defaults, *(d for d in arguments.kw_defaults if d)]:
                yield part
                yield from run_at_import(part)
        elif not isinstance(child, ast.Lambda):
            yield from run_at_import(child)
