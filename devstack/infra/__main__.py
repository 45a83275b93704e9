"""`python -m devstack.infra`: say what is wrong with the Bicep files of infra/; part of `./dev check`."""

import json
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path

from devstack.infra import bodies, names
from devstack.infra.bodies import Models
from devstack.infra.source import BicepFile

INFRA = Path(__file__).parents[2] / "infra"
TABLE = Path(__file__).with_name("resource_types.json")


def files(folder: Path) -> Mapping[str, BicepFile]:
    """Return the Bicep files of a folder, by name."""
    return {path.name: BicepFile(path) for path in sorted([*folder.glob("*.bicep"), *folder.glob("*.bicepparam")])}


def table() -> tuple[Mapping[str, str], Models]:
    """Return the model of each resource type, and the models."""
    read = json.loads(TABLE.read_text(encoding="utf-8"))
    return read["types"], read["models"]


def problems(folder: Path, types: Mapping[str, str], models: Models) -> Iterator[str]:
    """Say what is wrong with the files of a folder."""
    found = files(folder)
    for file in found.values():
        unreadable = list(file.problems())
        yield from unreadable
        if not unreadable:
            yield from names.problems(file, found)
            yield from bodies.problems(file, types, models)


def main() -> int:
    """Print every problem; return 0 if there is none, else 1."""
    found = list(problems(INFRA, *table()))
    print("\n".join(found) or f"{len(files(INFRA))} files of infra/: nothing wrong")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
