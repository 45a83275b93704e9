"""Asks azure-cli's own parser about az commands; runs in the environment that has azure-cli, without login and network.

Reads a JSON list of commands, each the list of its words behind `az`; prints a JSON object: `release`; `everywhere`, the arguments of all
commands; `commands`, the arguments of those that were read, each as its spellings with blanks between them; `refused`, for each command
that was read what the parser has against it, or null.
"""

import argparse
import json
import sys
from typing import Any

from azure.cli.core import __version__, get_default_cli
from azure.cli.core.commands.events import EVENT_INVOKER_PRE_LOAD_ARGUMENTS
from azure.cli.core.parser import AzCliCommandParser

_INNER = frozenset({"cmd", "client"})  # arguments that azure-cli hands to its own functions


class _Refused(Exception):
    """What the parser says of a command."""


class _Parser(AzCliCommandParser):  # type: ignore[misc]
    """The parser, with faults as exceptions: its own way is to look for advice, on the network too. An option has to be written out."""

    def __init__(self, *arguments: Any, **named: Any) -> None:
        super().__init__(*arguments, **named)
        self.allow_abbrev = False

    def error(self, message: str) -> Any:
        raise _Refused(message)

    def _check_value(self, action: argparse.Action, value: Any) -> None:
        argparse.ArgumentParser._check_value(self, action, value)


def main() -> None:
    """Answer one list of commands."""
    told: dict[str, Any] = {"release": __version__, "everywhere": [], "commands": {}, "refused": []}
    for words in json.load(sys.stdin):
        try:
            _ask(words, told)
        except (_Refused, argparse.ArgumentError) as refused:
            told["refused"].append(str(refused))
        else:
            told["refused"].append(None)
    json.dump(told, sys.stdout)


def _ask(words: list[str], told: dict[str, Any]) -> None:
    """Parse one command, as azure-cli does before it runs one, and note its arguments."""
    cli = get_default_cli()
    invoker = cli.invocation = cli.invocation_cls(
        cli_ctx=cli, parser_cls=_Parser, commands_loader_cls=cli.commands_loader_cls, help_cls=cli.help_cls
    )
    loader = invoker.commands_loader
    loader.load_command_table(words)
    name = " ".join(words[: next((place for place, word in enumerate(words) if word.startswith("-")), len(words))])
    if name not in loader.command_table:
        raise _Refused(f"there is no command {name!r}")
    loader.command_table = {name: loader.command_table[name]}
    loader.command_name = invoker.data["command_string"] = name
    cli.raise_event(EVENT_INVOKER_PRE_LOAD_ARGUMENTS, commands_loader=loader)  # who listens adds --subscription
    loader.load_arguments(name)
    invoker.parser.cli_ctx = cli
    invoker.parser.load_command_table(loader)
    [parser] = [found for path, found in _parsers(invoker.parser) if path == name]
    everywhere = {spelling for action in invoker.parser._actions for spelling in action.option_strings}
    told["everywhere"] = _sorted(action for action in parser._actions if everywhere & set(action.option_strings))
    own = [
        a
        for a in parser._actions
        if a.option_strings and a.dest not in _INNER and not everywhere & set(a.option_strings)
    ]
    told["commands"][name] = {
        "required": _sorted(action for action in own if action.required),
        "optional": _sorted(action for action in own if not action.required),
    }
    invoker.parser.parse_args(words)


def _parsers(parser: argparse.ArgumentParser, path: str = "") -> Any:
    """Yield a parser and all below it, each with the command that it is for."""
    yield path.strip(), parser
    for action in parser._actions:
        if isinstance(action, argparse._SubParsersAction):
            for word, below in action.choices.items():
                yield from _parsers(below, f"{path} {word}")


def _sorted(actions: Any) -> list[str]:
    return sorted(" ".join(str(spelling) for spelling in action.option_strings) for action in actions)


if __name__ == "__main__":
    main()
