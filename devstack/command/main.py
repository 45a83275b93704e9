"""The command line of `./dev`."""

import os
import signal
import subprocess
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import FrameType
from typing import NoReturn

from devstack.command import own_sql_server
from devstack.command.checks import check
from devstack.command.chosen_server import settings_beside
from devstack.command.down import down, status
from devstack.command.errors import CommandError
from devstack.command.installation import set_up
from devstack.command.parts import ROOT
from devstack.command.ports import accepts_connections
from devstack.command.settings import STAND_IN_SQL_PORT, sql_address
from devstack.command.up import up

_SERVER_VARIABLE = "TEST_SQL_CONNECTION_STRING"
_HALVES = {"app": "tests", "packages": "packages"}  # of the tests: their word, and their folder
_CLIENTS = "packages/mssql-standin/tests/mssql_standin_tests/clients"  # of other makers, for the stand-in of SQL Server
_CLIENTS_VARIABLE = "TEST_SQL_CLIENTS"
_TESTS_AT_ONCE = 4  # more than two cores, because most of a slow test is waiting


@dataclass(frozen=True, slots=True)
class Verb:
    """One verb of the command line."""

    usage: str
    meaning: str
    run: Callable[[list[str]], int]


def main(arguments: Sequence[str]) -> int:
    """Run one verb; return the exit status. Every error is a sentence on standard error and exit status 1."""
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):  # a shell starts background jobs with SIGINT ignored
        signal.signal(number, _interrupt)
    name, *rest = arguments or ["help"]
    if name in {"-h", "--help"}:
        name = "help"
    try:
        if name not in VERBS:
            raise CommandError(f"there is no verb {name!r}; ./dev help shows them all")
        return VERBS[name].run(rest)
    except CommandError as error:
        print(f"dev: {error}", file=sys.stderr)
        return 1
    except BrokenPipeError:  # who read our output has enough
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 1
    except OSError as error:
        what = f"{error.filename}: {error.strerror}" if error.filename else str(error)
        print(f"dev: {what}; see that you may write there and that there is room, then try again", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("dev: interrupted", file=sys.stderr)
        return 130


def _interrupt(_number: int, _frame: FrameType | None) -> NoReturn:
    raise KeyboardInterrupt


def _help(arguments: list[str]) -> int:
    _no_more(arguments)
    width = max(len(verb.usage) for verb in VERBS.values())
    print("The one command of Durable SQL Relay. It installs what it needs into .venv and node_modules first.\n")
    for verb in VERBS.values():
        print(f"  ./dev {verb.usage.ljust(width)}  {verb.meaning}")
    return 0


def _up(arguments: list[str]) -> int:
    server, rest = _take_server(arguments)
    options = set(rest)
    if unknown := options - {"--detach", "--stand-ins"}:
        raise CommandError(
            f"./dev up does not know {' '.join(sorted(unknown))}; it takes --detach, --stand-ins and --sql-server"
        )
    python = set_up(ROOT)
    return up(ROOT, python, stand_ins="--stand-ins" in options, detach="--detach" in options, sql_server=server)


def _take_server(arguments: list[str]) -> tuple[str | None, list[str]]:
    """Return what stands behind --sql-server, if it is there, and the other arguments."""
    server, rest = None, []
    given = iter(arguments)
    for argument in given:
        option, equals, value = argument.partition("=")
        if option != "--sql-server":
            rest.append(argument)
            continue
        server = value if equals else next(given, "")
        if server != own_sql_server.WORD and "=" not in server:
            raise CommandError(
                f'--sql-server needs a connection string, --sql-server "Server=tcp:host,1433;...", or the word {own_sql_server.WORD}'
            )
    return server, rest


def _down(arguments: list[str]) -> int:
    delete_volume = arguments == ["--delete-volume"]
    _no_more([] if delete_volume else arguments)
    return down(ROOT, delete_volume=delete_volume)


def _status(arguments: list[str]) -> int:
    _no_more(arguments)
    return status(ROOT)


def _check(arguments: list[str]) -> int:
    if arguments[:1] == ["deployment"]:
        _become(
            set_up(ROOT, with_azurite=False, with_libraries=False),
            "devstack.deployment",
            arguments[1:],
            dict(os.environ),
        )
    _no_more(arguments)
    return check(ROOT, set_up(ROOT, with_azurite=False, with_libraries=False))


def _demo(arguments: list[str]) -> int:
    _become(set_up(ROOT), "devstack.demo", arguments, dict(os.environ))


def _bench(arguments: list[str]) -> int:
    _become(set_up(ROOT), "bench", arguments, dict(os.environ))


def _test(arguments: list[str]) -> int:
    server, rest = _take_server(arguments)
    environment = dict(os.environ)
    if clients := rest[:1] == ["clients"]:
        environment[_CLIENTS_VARIABLE] = "1"
        rest = ["--timeout", "900", _CLIENTS, *rest[1:]]
    folders = [_HALVES[word] for word in rest[:1] if word in _HALVES]
    rest = [*folders, *rest[len(folders) :]]
    # All tests, or a half: each file on a stack of its own, several at a time. What is left alone is a server that they would share.
    if len(arguments) == len(folders):
        rest += ["--numprocesses", str(_TESTS_AT_ONCE), "--dist", "loadfile", "--no-loadscope-reorder"]
    python = set_up(ROOT, with_azurite=not clients)
    if server != own_sql_server.WORD:
        if server:
            environment[_SERVER_VARIABLE] = server
        _become(python, "pytest", ["-rs", *rest], environment)
    with own_sql_server.throwaway(ROOT, python) as environment[_SERVER_VARIABLE]:
        command = [str(python), "-m", "pytest", "-rs", *rest]
        return subprocess.run(command, cwd=ROOT, env=environment, check=False).returncode


def _prove(arguments: list[str]) -> int:
    _become(set_up(ROOT), "devstack.prove", arguments, dict(os.environ))


def _conform(arguments: list[str]) -> int:
    _become(set_up(ROOT), "devstack.conform", arguments, dict(os.environ))


def _release(arguments: list[str]) -> int:
    _become(set_up(ROOT), "devstack.release", arguments, dict(os.environ))


def _package(arguments: list[str]) -> int:
    _become(set_up(ROOT, with_azurite=False), "devstack.package", arguments, dict(os.environ))


def _sql(arguments: list[str]) -> int:
    match arguments:
        case ["enable"]:
            module, rest = "prepare_database", []
        case ["rights"]:
            _become(set_up(ROOT, with_azurite=False), "prepare_database", ["--rights"], settings_beside(ROOT))
        case ["query", _]:
            module, rest = "devstack.command.sql_query", arguments[1:]
        case _:
            raise CommandError('it is ./dev sql enable, ./dev sql rights, or ./dev sql query "SELECT ..."')
    settings = settings_beside(ROOT)
    if sql_address(settings).is_stand_in and not accepts_connections(STAND_IN_SQL_PORT):
        raise CommandError(
            "SqlConnectionString points to the stand-in of SQL Server, which does not run; start it with ./dev up"
        )
    _become(set_up(ROOT, with_azurite=False), module, rest, settings)


def _workflow(arguments: list[str]) -> int:
    if arguments[:1] != ["check"]:
        raise CommandError("it is ./dev workflow check FILE...")
    python = set_up(ROOT, with_azurite=False, with_libraries=False)
    # It stays where it was called, for there the files are.
    command = [str(python), str(ROOT / "check_definition.py"), *arguments[1:]]
    os.execve(python, command, settings_beside(ROOT))  # noqa: S606


def _become(python: Path, module: str, arguments: Sequence[str], environment: dict[str, str]) -> NoReturn:
    """Go on as another program: its exit status, and how it takes Ctrl-C, are then its own."""
    sys.stdout.flush()
    os.chdir(ROOT)
    os.execve(python, [str(python), "-m", module, *arguments], environment)  # noqa: S606


def _no_more(arguments: list[str]) -> None:
    if arguments:
        raise CommandError(f"{' '.join(arguments)} means nothing here; ./dev help shows what does")


VERBS = {
    "up": Verb(
        'up [--detach] [--stand-ins] [--sql-server "..." | docker]',
        "start the local stack (real parts where they are there; SQL Server as named, or in a container)",
        _up,
    ),
    "down": Verb("down [--delete-volume]", "end what up has started (and delete the data of a container)", _down),
    "status": Verb("status", "show each part of the stack; exit status 0 if all run", _status),
    "demo": Verb(
        "demo [--short | workflows]",
        "change rows, watch them arrive, count what was lost; or workflows, mails, a lock",
        _demo,
    ),
    "test": Verb(
        'test [app | packages | clients] [--sql-server "..." | docker] [pytest args]',
        "run the tests, or a half of them (against a real SQL Server, if named), or other makers' clients of SQL Server",
        _test,
    ),
    "bench": Verb("bench NAME", "measure something, beside something else in the same run", _bench),
    "prove": Verb(
        "prove [NAME ...]", "kill everything thousands of times, write docs/proof.md; more than an hour", _prove
    ),
    "conform": Verb(
        'conform [--server "..." | docker] [--host URL] | --suite FOLDER | asl --vectors FILE',
        "ask a SQL Server and a Functions host what the stand-ins are asked, the stand-ins what a suite of Microsoft's asks, "
        "or the engine of the Amazon States Language what Step Functions was asked",
        _conform,
    ),
    "package": Verb(
        "package [--lock]", "make the file that is deployed, with everything it needs pinned and listed", _package
    ),
    "release": Verb("release VERSION", "record app, histories and tables of this release into tests/upgrade", _release),
    "check": Verb(
        "check [deployment [--write]]", "lint, format and types; or every az command, by azure-cli's own parser", _check
    ),
    "sql": Verb(
        'sql enable | sql rights | sql query "..."',
        "prepare the database for the relays; print what the app's login needs; run a statement",
        _sql,
    ),
    "workflow": Verb(
        "workflow check FILE... [--mermaid] [--svg OUT] [--workflows FILE]",
        "say of definitions of workflows what the app would, and draw them",
        _workflow,
    ),
    "help": Verb("help", "this", _help),
}
