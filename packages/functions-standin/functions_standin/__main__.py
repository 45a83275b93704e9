"""Command line: python -m functions_standin --app DIR."""

import argparse
import os
import sys
from pathlib import Path

from functions_standin.errors import HostError
from functions_standin.startup import Options, run
from functions_standin.version import NAME


def main(arguments: list[str]) -> int:
    """Run an app; return the exit status."""
    try:
        return run(_parse(arguments), os.environ)
    except HostError as error:
        print(f"functions_standin: {error}", file=sys.stderr)
        return 1


def _parse(arguments: list[str]) -> Options:
    parser = argparse.ArgumentParser(prog="python -m functions_standin", description=f"The {NAME}.")
    parser.add_argument("--app", type=Path, required=True, help="folder with host.json and function_app.py")
    parser.add_argument("--port", "-p", type=int, help="default: Host.LocalHttpPort, else 7071; 0: any free one")
    parser.add_argument("--address", help="default: Host.LocalHttpAddress, else 127.0.0.1")
    parser.add_argument(
        "--time-scale", type=_positive, default=1.0, help="factor for times that are fixed on Azure (60 s leases)"
    )
    parser.add_argument("--verbose", action="store_true", help="show the system's log lines too")
    parser.add_argument("--functions", nargs="+", metavar="NAME", help="run only these")
    found = parser.parse_args(arguments)
    return Options(
        app=found.app,
        port=found.port,
        address=found.address,
        time_scale=found.time_scale,
        verbose=found.verbose,
        functions=tuple(found.functions) if found.functions else None,
    )


def _positive(text: str) -> float:
    number = float(text)
    if not 0 < number < float("inf"):
        raise argparse.ArgumentTypeError("must be a number above 0")
    return number


if __name__ == "__main__":
    status = main(sys.argv[1:])
    sys.stdout.flush()
    sys.stderr.flush()
    # Threads of the app that still run end with the process; Python code gets no say in it on Azure either.
    os._exit(status)
