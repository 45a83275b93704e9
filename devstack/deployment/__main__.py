"""`./dev check deployment`: puts every az command of scripts, documents and workflows through azure-cli's own parser.

Without login and network, in an environment of its own that it installs the first time. Then it compares what azure-cli says of these
commands with az_commands.toml, which the tests go by; `--write` makes that file anew.
"""

import argparse
import json
import re
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from devstack.command.errors import CommandError
from devstack.command.parts import ROOT
from devstack.command.terminal import run_quietly, step
from devstack.deployment.lines import az_lines
from devstack.deployment.table import PATH, AzCommand, AzTable, written

_REQUIREMENTS = Path(__file__).with_name("requirements.txt")
_VARIABLE = re.compile(r"\$(\w+|\{[^}]*\})")
_MISSPELT = (
    "group",
    "show",
    "--name",
    "shop",
    "--loaction",
    "westeurope",
)  # has to be refused, else nothing is checked


def main(arguments: Sequence[str] | None = None) -> int:
    """Run as a program; return the exit status."""
    parser = argparse.ArgumentParser(prog="./dev check deployment", description=__doc__.split("\n", 1)[0])
    parser.add_argument("--write", action="store_true", help=f"make {PATH.name} anew")
    asked = parser.parse_args(arguments)
    try:
        lines = az_lines(ROOT)
        told = ask(_azure_cli(ROOT / ".data" / "azure-cli"), [_MISSPELT, *(filled(line.words) for line in lines)])
    except CommandError as error:
        sys.stderr.write(f"check: {error}\n")
        return 1
    misspelt, *refused = told["refused"]
    faults = [f"{line}: {fault}" for line, fault in zip(lines, refused, strict=True) if fault]
    if misspelt is None:
        faults.append("azure-cli takes a misspelt option: it does not check what it should")
    text = written(table_of(told))
    if asked.write:
        PATH.write_text(text, encoding="utf-8")
    elif not PATH.exists() or PATH.read_text(encoding="utf-8") != text:
        faults.append(
            f"{PATH.name} is not what azure-cli {told['release']} says; ./dev check deployment --write makes it anew"
        )
    for fault in faults:
        sys.stderr.write(f"check: {fault}\n")
    if not faults:
        sys.stdout.write(f"check: {len(lines)} az commands, all as azure-cli {told['release']} takes them\n")
    return 1 if faults else 0


def filled(words: Sequence[str]) -> Sequence[str]:
    """Return the words of a command with something in the place of each variable: the parser looks at values too."""
    return [_VARIABLE.sub("x", word) for word in words]


def ask(python: Path, commands: Sequence[Sequence[str]]) -> Mapping[str, Any]:
    """Return what azure-cli says of these commands, see azure_cli.py; raise CommandError if it cannot be asked."""
    environment = {
        "AZURE_CONFIG_DIR": str(python.parents[2] / "config"),  # not the one of who runs this
        "AZURE_CORE_COLLECT_TELEMETRY": "false",
        "PATH": "/usr/bin:/bin",
    }
    asked = subprocess.run(
        [str(python), "-m", "devstack.deployment.azure_cli"],
        cwd=ROOT,
        env=environment,
        input=json.dumps(commands),
        capture_output=True,
        text=True,
        check=False,
    )
    if asked.returncode != 0:
        raise CommandError(f"azure-cli cannot be asked; remove {python.parents[1]} and try again:\n{asked.stderr}")
    told: Mapping[str, Any] = json.loads(asked.stdout)
    return told


def table_of(told: Mapping[str, Any]) -> AzTable:
    """Return what azure-cli has told as a table."""
    commands = {name: AzCommand(**arguments) for name, arguments in told["commands"].items()}
    return AzTable(told["release"], told["everywhere"], commands)


def _azure_cli(folder: Path) -> Path:
    """Return the Python that has azure-cli; install it if it is not there, or is another release."""
    python = folder / "venv" / "bin" / "python"
    stamp = folder / "installed"
    wanted = _REQUIREMENTS.read_text(encoding="utf-8") + sys.version
    if not stamp.exists() or stamp.read_text(encoding="utf-8") != wanted:
        stamp.unlink(missing_ok=True)
        remedy = "if the network or the package index failed, run this again"
        with step("installing azure-cli"):
            run_quietly([sys.executable, "-m", "venv", "--clear", str(folder / "venv")], remedy=remedy)
            run_quietly(
                [str(python), "-m", "pip", "install", "--disable-pip-version-check", "-r", str(_REQUIREMENTS)],
                remedy=remedy,
            )
        stamp.write_text(wanted, encoding="utf-8")
    return python


if __name__ == "__main__":
    sys.exit(main())
