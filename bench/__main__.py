"""`./dev bench NAME`: runs the module of that name in this folder."""

import importlib
import pkgutil
import sys
from collections.abc import Sequence

import bench


def names() -> list[str]:
    """Return what can be measured."""
    return sorted(found.name for found in pkgutil.iter_modules(bench.__path__) if not found.name.startswith("_"))


def main(arguments: Sequence[str]) -> int:
    """Run one measurement; its module has a `main` that takes the other arguments and returns the exit status."""
    name, *rest = arguments or [""]
    if name not in names():
        sys.stderr.write(f"bench: there is no measurement {name!r}; there are: {', '.join(names()) or 'none'}\n")
        return 2
    return int(importlib.import_module(f"bench.{name}").main(rest))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
