"""`./dev conform`: asks a SQL Server and a Functions host the questions that the stand-ins have to answer; tells where they differ."""

import argparse
import os
import subprocess
import sys
from collections.abc import Mapping, Sequence
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

import pyodbc
import pytest
import requests

from devstack.command import own_sql_server
from devstack.command.errors import CommandError
from devstack.command.parts import ROOT
from devstack.conform.published.suites import SUITES, ask_published, described, find
from devstack.conform.report import table
from devstack.conform.suite import ask
from mssql_standin_tests.odbc import to_odbc

SERVER_QUESTIONS = ROOT / "packages" / "mssql-standin" / "tests" / "mssql_standin_tests" / "conformance"
HOST_QUESTIONS = ROOT / "packages" / "functions-standin" / "tests" / "functions_standin_tests" / "conformance"
STATES_LANGUAGE = "asl"
REPORT = ROOT / ".data" / "conform" / "report.md"
_STAND_IN = "the stand-in"
_VARIABLES = {
    "server": "TEST_SQL_CONNECTION_STRING",
    "host": "TEST_FUNCTIONS_HOST_URL",
    "key": "TEST_FUNCTIONS_HOST_KEY",
}
_ASKED = {pytest.ExitCode.OK, pytest.ExitCode.TESTS_FAILED, pytest.ExitCode.NO_TESTS_COLLECTED}


def main(arguments: Sequence[str] | None = None) -> int:
    """Run as a program; exit status 0 if nothing differs, 1 if something does, 2 if it could not be asked."""
    given = list(sys.argv[1:] if arguments is None else arguments)
    if given[:1] == [STATES_LANGUAGE]:
        command = [
            sys.executable,
            "-m",
            "tests.conformance.asl",
            *given[1:],
        ]  # the app's own engine: a process of its own
        return subprocess.run(command, cwd=ROOT, check=False).returncode
    parser = argparse.ArgumentParser(prog="./dev conform", description=__doc__)
    parser.add_argument(
        "--server",
        metavar="CONNECTION",
        help=f"an ADO.NET connection string, whose database may be filled, or {own_sql_server.WORD} for one in a container",
    )
    parser.add_argument("--host", metavar="URL", help=f"it runs the app of {HOST_QUESTIONS.relative_to(ROOT)}")
    parser.add_argument(
        "--suite",
        metavar="FOLDER",
        type=Path,
        help=f"a checkout of {', '.join(suite.repository for suite in SUITES)}: asks the stand-ins what is in there",
    )
    parser.add_argument("--key", metavar="KEY", help="a host key, if the host asks for one")
    parser.add_argument("--report", type=Path, default=REPORT, help="where the tables are written as well")
    parser.add_argument("--only", metavar="WORDS", help="only questions with these words, as pytest's -k takes them")
    told = parser.parse_args(given)
    if told.suite:
        return _conform_to_suite(told.suite, ["-k", told.only] if told.only else [], told.report)
    if told.server != own_sql_server.WORD:
        return _conform(told)
    try:
        with own_sql_server.throwaway(ROOT, Path(sys.executable)) as told.server:
            return _conform(told)
    except CommandError as error:
        raise SystemExit(f"conform: {error}") from None


def _conform(told: argparse.Namespace) -> int:
    both = not told.server and not told.host
    options = ["-k", told.only] if told.only else []
    parts = []
    if told.server or both:
        parts.append(("SQL Server", SERVER_QUESTIONS, options, _about_server(told.server)))
    if told.host or both:
        without = ["--ignore", str(HOST_QUESTIONS / "test_sql_trigger.py")] if told.host and not told.server else []
        parts.append(
            ("Functions host", HOST_QUESTIONS, [*options, *without], _about_host(told.host, told.key, bool(without)))
        )
    os.environ.update({_VARIABLES[name]: value for name, value in vars(told).items() if name in _VARIABLES and value})
    sections, differs, failed = [], False, False
    for title, folder, given, about in parts:
        sys.stdout.write(f"conform: {title}: {about[0]}\n")
        answers, status = ask(folder, given)
        failed |= status not in _ASKED
        differs |= bool(answers.differences)
        sections.append(table(title, about, answers))
    _report(told.report, sections)
    return 2 if failed else int(differs)


def _conform_to_suite(checkout: Path, options: Sequence[str], report: Path) -> int:
    suite = find(checkout)
    if suite is None:
        known = ", ".join(suite.repository for suite in SUITES)
        raise SystemExit(f"conform: {checkout} is no checkout of {known}")
    answers, status = ask_published(suite, checkout, options)
    _report(report, [table("Published suite", described(suite, checkout), answers)])
    return 2 if status not in _ASKED or not answers.asked else int(bool(answers.differences))


def _report(file: Path, sections: Sequence[str]) -> None:
    text = f"# Conformance, {datetime.now(UTC):%Y-%m-%d}\n\n" + "\n".join(sections)
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(text, encoding="utf-8")
    sys.stdout.write(f"\n{text}\nconform: the same text is in {file}\n")


def _about_server(connection_string: str | None) -> Sequence[str]:
    if not connection_string:
        return [_STAND_IN]
    try:
        with closing(pyodbc.connect(to_odbc(connection_string), timeout=30)) as connection:
            return [str(connection.execute("SELECT @@VERSION").fetchval()).partition("\n")[0].strip()]
    except pyodbc.Error as error:
        raise SystemExit(f"conform: --server does not answer: {error.args[-1]}") from None


def _about_host(url: str | None, key: str | None, without_trigger: bool) -> Sequence[str]:
    if not url:
        return [_STAND_IN]
    headers: Mapping[str, str] = {"x-functions-key": key} if key else {}
    try:
        answer = requests.get(f"{url.rstrip('/')}/admin/host/status", headers=headers, timeout=30)
        version = answer.json().get("version", "?") if answer.ok else f"its status answers {answer.status_code}"
    except (requests.RequestException, ValueError) as error:
        raise SystemExit(f"conform: --host does not answer: {error}") from None
    about = [f"version {version}"]
    return [*about, "the SQL trigger was not asked: there was no --server"] if without_trigger else about


if __name__ == "__main__":
    sys.exit(main())
