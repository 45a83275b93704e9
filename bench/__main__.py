"""`./dev bench NAME`: runs the module of that name, in this folder or among the measurements of a package."""

import importlib
import os
import pkgutil
import sys
from collections.abc import Mapping, Sequence

import bench
import functions_standin_bench
import mssql_standin_bench
from devstack.command.parts import AZURITE_PROGRAMS


def modules() -> Mapping[str, str]:
    """Return what can be measured: names, and the modules behind them."""
    return {
        found.name: f"{room.__name__}.{found.name}"
        for room in (bench, functions_standin_bench, mssql_standin_bench)
        for found in pkgutil.iter_modules(room.__path__)
        if not found.name.startswith("_")
    }


def main(arguments: Sequence[str]) -> int:
    """Run one measurement; its module has a `main` that takes the other arguments and returns the exit status."""
    name, *rest = arguments or [""]
    if name not in modules():
        sys.stderr.write(f"bench: there is no measurement {name!r}; there are: {', '.join(sorted(modules()))}\n")
        return 2
    os.environ["PATH"] = os.pathsep.join([str(AZURITE_PROGRAMS), os.environ.get("PATH", os.defpath)])
    return int(importlib.import_module(modules()[name]).main(rest))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
