"""Azure's models, read out of the sources of azure-mgmt packages: for each model its properties that can be set, and their types."""

import ast
import re
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path

_PLAIN = {"str": "text", "int": "number", "float": "number", "bool": "truth"}
_NOTHING: Mapping[str, str] = {}


class PackageModels(Mapping[str, Mapping[str, str]]):
    """The models of installed packages by `PACKAGE:NAME`; remembers which were asked for."""

    def __init__(self, site_packages: Path) -> None:
        self._mgmt = site_packages / "azure" / "mgmt"
        self.asked: dict[str, Mapping[str, str]] = {}
        self._made: dict[str, dict[str, str]] = {}

    def __getitem__(self, name: str) -> Mapping[str, str]:
        self.asked[name] = self._made[name] if name in self._made else self._fields(*name.split(":"))
        return self.asked[name]

    def __contains__(self, name: object) -> bool:
        return isinstance(name, str) and ":" in name and not name.startswith(("'", "[", "{"))

    def __iter__(self) -> Iterator[str]:
        return iter(self.asked)

    def __len__(self) -> int:
        return len(self.asked)

    def _fields(self, package: str, model: str) -> dict[str, str]:
        classes, enums = _sources(self._mgmt / package)
        if model not in classes:
            raise SystemExit(f"azure.mgmt.{package.replace('/', '.')} has no model {model}")
        found: dict[str, str] = {}
        for base in classes[model].bases:
            name = base.attr if isinstance(base, ast.Attribute) else getattr(base, "id", "")
            if name in classes:
                found |= self._fields(package, name)
        old = _assigned(classes[model], "_attribute_map")
        if old is None:
            return found | dict(_rest_fields(classes[model], package, enums))
        return found | self._mapped(classes[model], package, enums, old)

    def _mapped(
        self, class_: ast.ClassDef, package: str, enums: Mapping[str, str], attributes: ast.expr
    ) -> dict[str, str]:
        """Return the fields of an older model; what it has flattened becomes models of their own again."""
        validation = ast.literal_eval(_assigned(class_, "_validation") or ast.parse("{}", mode="eval").body)
        enums_of = dict(re.findall(r":vartype (\w+):\s+str\s+or\s+~[\w.]+\.(\w+)", ast.get_docstring(class_) or ""))
        found: dict[str, str] = {}
        for attribute, how in ast.literal_eval(attributes).items():
            if validation.get(attribute, _NOTHING).get("readonly"):
                continue
            *outer, key = how["key"].replace("\\.", "\0").split(".")
            kind = enums.get(enums_of.get(attribute, "")) or _old_type(how["type"], package)
            fields = found
            for depth, name in enumerate(outer, start=1):
                inner = f"{package}:{class_.name}.{'.'.join(outer[:depth])}"
                fields[name] = inner
                fields = self._made.setdefault(inner, {})
            fields[key.replace("\0", ".")] = kind
        return found


def _old_type(kind: str, package: str) -> str:
    if kind[0] in "[{":
        return f"{kind[0]}{kind[-1]} {_old_type(kind[1:-1], package)}"
    return _PLAIN.get(kind) or (f"{package}:{kind}" if kind[0].isupper() else "any")


def _rest_fields(class_: ast.ClassDef, package: str, enums: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    for line in class_.body:
        if not (
            isinstance(line, ast.AnnAssign) and isinstance(line.target, ast.Name) and isinstance(line.value, ast.Call)
        ):
            continue
        said = {
            word.arg: ast.literal_eval(word.value) for word in line.value.keywords if word.arg in {"name", "visibility"}
        }
        if said.get("visibility") != ["read"]:
            yield said.get("name", line.target.id), _new_type(ast.unparse(line.annotation), package, enums)


def _new_type(annotation: str, package: str, enums: Mapping[str, str]) -> str:
    inner = re.fullmatch(r"(?:Optional|Union)\[(.+)\]", annotation)
    if inner:
        return _new_type(inner[1].removeprefix("str, "), package, enums)
    if several := re.fullmatch(r"(list|dict)\[(?:str, )?(.+)\]", annotation):
        return f"{'[]' if several[1] == 'list' else '{}'} {_new_type(several[2], package, enums)}"
    named = re.fullmatch(r"'?_models\.(\w+)'?", annotation)
    if named:
        return enums.get(named[1]) or f"{package}:{named[1]}"
    return _PLAIN.get(annotation, "any")


@cache
def _sources(package: Path) -> tuple[Mapping[str, ast.ClassDef], Mapping[str, str]]:
    """Return a package's classes by name, and its enumerations as `'A' | 'B'`."""
    classes: dict[str, ast.ClassDef] = {}
    for path in (package / "models").glob("*.py"):
        tree = ast.parse(path.read_text(encoding="utf-8"))
        classes |= {node.name: node for node in tree.body if isinstance(node, ast.ClassDef)}
    enums = {
        name: " | ".join(f"'{value}'" for value in _members(node)) for name, node in classes.items() if _is_enum(node)
    }
    return classes, enums


def _is_enum(node: ast.ClassDef) -> bool:
    return any("Enum" in ast.unparse(base) for base in node.bases)


def _members(node: ast.ClassDef) -> Iterator[str]:
    for line in node.body:
        if isinstance(line, ast.Assign) and isinstance(line.value, ast.Constant):
            yield str(line.value.value)


def _assigned(class_: ast.ClassDef, name: str) -> ast.expr | None:
    for line in class_.body:
        if isinstance(line, ast.Assign) and isinstance(line.targets[0], ast.Name) and line.targets[0].id == name:
            return line.value
    return None
