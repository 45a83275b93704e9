"""What azure-cli knows of the commands that are used here: their arguments, and which of them have to be there. Checked in, so that every
test run can compare without azure-cli."""

import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

PATH = Path(__file__).with_name("az_commands.toml")


@dataclass(frozen=True, slots=True)
class AzCommand:
    """The arguments of one command, each with all its spellings, such as `--name -n`."""

    required: Sequence[str]
    optional: Sequence[str]


@dataclass(frozen=True, slots=True)
class AzTable:
    """The commands of one release of azure-cli, and the arguments that all of them take."""

    release: str
    everywhere: Sequence[str]
    commands: Mapping[str, AzCommand]

    def faults(self, words: Sequence[str]) -> Sequence[str]:
        """Return what is wrong with a command: the words behind `az`."""
        first_option = next((place for place, word in enumerate(words) if word.startswith("-")), len(words))
        name = " ".join(words[:first_option])
        known = self.commands.get(name)
        if known is None:
            return [f"there is no command {name!r} in the table"]
        given = {word.partition("=")[0] for word in words if word.startswith("-")}
        spellings = {
            word for argument in (*known.required, *known.optional, *self.everywhere) for word in argument.split()
        }
        missing = [argument for argument in known.required if not given & set(argument.split())]
        return [
            *(f"it does not know {word}" for word in sorted(given - spellings)),
            *(f"it needs {argument.split()[0]}" for argument in missing),
        ]


def read(text: str) -> AzTable:
    """Return the table that a file holds."""
    content = tomllib.loads(text)
    commands = {name: AzCommand(**arguments) for name, arguments in content["commands"].items()}
    return AzTable(content["release"], content["everywhere"], commands)


def written(table: AzTable) -> str:
    """Return a table as its file holds it."""
    lines = [
        "# What azure-cli says of the az commands that are used here; ./dev check deployment compares, --write makes it anew.",
        f'release = "{table.release}"',
        f"everywhere = {_array(table.everywhere)}",
    ]
    for name, command in sorted(table.commands.items()):
        lines += [
            "",
            f'[commands."{name}"]',
            f"required = {_array(command.required)}",
            f"optional = {_array(command.optional)}",
        ]
    return "\n".join(lines) + "\n"


def _array(texts: Sequence[str]) -> str:
    if not texts:
        return "[]"
    return "[\n" + "".join(f'    "{text}",\n' for text in texts) + "]"
