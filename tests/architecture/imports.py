"""Reads who imports whom, as text: nothing is run. Imports inside functions and under TYPE_CHECKING count too."""

import ast
from collections.abc import Iterable, Iterator, Mapping, Sequence
from graphlib import CycleError, TopologicalSorter
from pathlib import Path


def imports_of(path: Path) -> Iterator[str]:
    """Yield the dotted names that a file imports: modules, and what is taken from them."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}: relative import"
            yield str(node.module)
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def within(name: str, packages: Iterable[str]) -> bool:
    """Tell whether a dotted name is one of the packages or inside one."""
    return any(name == package or name.startswith(package + ".") for package in packages)


def module_name(path: Path, root: Path) -> str:
    """Return the dotted name under which a file is imported."""
    parts = path.relative_to(root).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def files_imported(paths: Sequence[Path], root: Path) -> Mapping[str, set[str]]:
    """Return for each file, by module name, which of the other files it imports."""
    names = {module_name(path, root): path for path in paths}
    found = {}
    for name, path in names.items():
        imported = set()
        for dotted in imports_of(path):
            if dotted in names:
                imported.add(dotted)
        # `from package import module` names the package and the module: only the module is meant.
        packages = {dotted for dotted in imported if names[dotted].name == "__init__.py"}
        inside = {package for package in packages if any(other.startswith(package + ".") for other in imported)}
        found[name] = imported - inside - {name}
    return found


def circle_in(graph: Mapping[str, Iterable[str]]) -> Sequence[str]:
    """Return the members of a circle, nothing if there is none."""
    try:
        TopologicalSorter(graph).prepare()
    except CycleError as error:
        return list(error.args[1])
    return ()
