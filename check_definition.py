"""`./dev workflow check FILE...`, or `python check_definition.py FILE...`: says of definitions what PUT /api/workflows/{name} would.

Every mistake and every warning comes with its line and its JSON pointer; exit status 1 if there is a mistake. Neither the app nor
SQL Server is asked, and app settings that workflows.toml names need not be there.
"""

import argparse
import re
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

from adapters.environment import app_environment, workflows_text
from asl.definition import Machine
from asl.reader.mistakes import Mistake
from relay.errors import RelayError
from workflows.config.file import Workflows, parse_workflows
from workflows.definitions.diagram.mermaid import mermaid
from workflows.definitions.diagram.parts import one_line
from workflows.definitions.diagram.svg import svg
from workflows.definitions.lines import Lines, line_of, lines_of
from workflows.definitions.mistakes import RefusedDefinition
from workflows.definitions.names import check_name
from workflows.definitions.reading import read_definition

STANDARD_INPUT = "-"
_ENDINGS = (".json", ".asl")
_ANY_VALUE = (
    "http://not-set.invalid"  # fits a URL, a header and a secret: what a definition may name depends on none of them
)
_SETTING = re.compile(r"%(\w+)%")


class Checked(NamedTuple):
    """What there is to say of a definition; without a machine it has mistakes."""

    lines: Sequence[str]
    machine: Machine | None = None


def main(arguments: Sequence[str] | None = None) -> int:
    """Run as a program; return the exit status."""
    parser = argparse.ArgumentParser(prog="./dev workflow check", description=__doc__.split("\n", 1)[0])
    parser.add_argument("files", nargs="+", metavar="FILE", help="a definition; - is standard input")
    parser.add_argument("--name", help="under which it would be put; without it that of the file")
    parser.add_argument("--workflows", type=_file, metavar="FILE", help="instead of the app's workflows.toml")
    parser.add_argument(
        "--mermaid", action="store_true", help="print the picture, for Mermaid; the rest to standard error"
    )
    parser.add_argument("--svg", type=Path, metavar="OUT", help="write the picture")
    asked = parser.parse_args(arguments)
    if len(asked.files) > 1 and (asked.name or asked.mermaid or asked.svg):
        parser.error("--name, --mermaid and --svg are for one FILE")
    said = sys.stderr if asked.mermaid else sys.stdout
    try:
        workflows = _workflows(asked.workflows)
        are_right = True
        for file in asked.files:
            name = asked.name or _name_of(file)
            checked = check(file, _read(file), name, workflows)
            said.writelines(f"{one_line(line)}\n" for line in checked.lines)  # names are whoever's who wrote the file
            if checked.machine is None:
                are_right = False
                continue
            if asked.mermaid:
                sys.stdout.write(mermaid(checked.machine))
            if asked.svg:
                asked.svg.write_text(svg(checked.machine, name), encoding="utf-8")
    except RelayError as error:
        sys.stderr.write(f"{error}\n")
        return 1
    except OSError as error:
        sys.stderr.write(f"{error.filename}: {error.strerror}\n")
        return 1
    return 0 if are_right else 1


def check(file: str, content: bytes, name: str, workflows: Workflows) -> Checked:
    """Say what there is to say of a file's content, as a definition of that name."""
    try:
        check_name(name)
        text = content.decode("utf-8-sig")  # as the route does
        read = read_definition(text, workflows.rules_for(name).resources)
    except RefusedDefinition as error:
        told = list(_told(file, "mistake", error.found, lines_of(text)))
        return Checked([*told, f"{file}: {_counted(len(told), 'mistake')}"])
    except RelayError as error:
        return Checked([f"{file}: mistake: {error}"])
    except UnicodeDecodeError:
        return Checked([f"{file}: mistake: it is no UTF-8; write the definition's JSON in UTF-8."])
    warnings = list(_told(file, "warning", read.warnings, lines_of(text)))
    warned = f", {_counted(len(warnings), 'warning')}" if warnings else ""
    return Checked([*warnings, f"{file}: no mistakes{warned}"], read.machine)


def _told(file: str, kind: str, found: Sequence[Mistake], lines: Lines) -> Iterator[str]:
    placed = [(line_of(each.pointer, lines), each) for each in found]
    for line, each in sorted(placed, key=lambda pair: pair[0] or 0):
        yield f"{file}:{line}: {kind}: {each}" if line else f"{file}: {kind}: {each}"


def _counted(number: int, what: str) -> str:
    return f"{number} {what}" if number == 1 else f"{number} {what}s"


def _read(file: str) -> bytes:
    return sys.stdin.buffer.read() if file == STANDARD_INPUT else Path(file).read_bytes()


def _name_of(file: str) -> str:
    """Return the name of the definition in a file: order of order.asl.json, and of what has none `stdin`."""
    name = Path(file).name
    for ending in _ENDINGS:
        name = name.removesuffix(ending)
    return "stdin" if file == STANDARD_INPUT else name


def _file(text: str) -> Path:
    if not Path(text).is_file():
        raise argparse.ArgumentTypeError(f"there is no file {text!r}")
    return Path(text).resolve()


def _workflows(file: Path | None) -> Workflows:
    """Return what workflows.toml says, or another file. Raises ConfigError."""
    environment = app_environment()
    if file:
        environment = {**environment, "WORKFLOWS_FILE": str(file)}
    text = workflows_text(environment)
    given = {name: value for name, value in environment.items() if value}
    return parse_workflows(text, {**dict.fromkeys(_SETTING.findall(text), _ANY_VALUE), **given})


if __name__ == "__main__":
    sys.exit(main())
