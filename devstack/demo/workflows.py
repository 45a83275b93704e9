"""`./dev demo workflows`: orders, a mailing, a lock, an aggregate and definitions while the host is killed, counted by a program that shares no code with the app."""

import argparse
import sys
from collections.abc import Sequence
from contextlib import ExitStack
from pathlib import Path

import pyodbc

from devstack.command.errors import CommandError
from devstack.demo.stage import empty_folder
from devstack.demo.workflow_story import Story, stage_of
from devstack.workflows.offices import the_offices
from devstack.workflows.shop import a_shop


def main(arguments: Sequence[str], folder: Path) -> int:
    """Run in a folder, which is made anew; exit status 1 if the count is not as it must be."""
    argparse.ArgumentParser(prog="./dev demo workflows", description=__doc__).parse_args(arguments)
    with ExitStack() as ending:
        try:
            shop = ending.enter_context(a_shop())
            offices = ending.enter_context(the_offices())
            stage = stage_of(empty_folder(folder), shop, offices)
            ending.callback(stage.stop)
            found = Story(stage, shop, offices).tell()
        except (CommandError, OSError, pyodbc.Error) as error:
            sys.stderr.write(f"demo: {error}\n")
            return 1
        except KeyboardInterrupt:
            return 130
    for loss in found.unequal:
        stage.say(f"not equal: {loss}")
    if not found.holds:
        stage.say("the count is not as it must be")
    sys.stdout.write(f"{found.line()}\n")
    return 0 if found.holds else 1
