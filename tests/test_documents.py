"""What the documents name exists."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import Field, fields
from pathlib import Path
from typing import Any

import pytest

from adapters.sql_server.connection_string import to_odbc
from adapters.sql_server.migrations import script
from adapters.sql_server.rights import rights
from devstack.command.main import VERBS
from functions_standin.sql_trigger.connection_string import to_odbc as trigger_to_odbc
from mssql_standin.testing.microsoft_parser import syntax_errors, with_parameters
from relay.backoff import Backoff
from relay.config.file import parse_configuration
from relay.config.values import Channel, RecoveryPolicy, Relay
from relay.identifiers import parse_table_name
from relay.numbers import numbers_of
from tests.architecture.test_rooms import ALLOWED
from workflows.aggregates.values import Aggregate
from workflows.config.file import Workflows, parse_workflows
from workflows.mailing.account import MailAccount
from workflows.resources.connection import Connection
from workflows.resources.permissions import DefinitionRules
from workflows.resources.statement import Statement
from workflows.streams.values import Stream

ROOT = Path(__file__).parent.parent
OF_OTHERS = {".venv", "node_modules", ".data", ".pytest_cache"}
DOCUMENTS = sorted(path for path in ROOT.rglob("*.md") if not OF_OTHERS & set(path.relative_to(ROOT).parts))
LINK = re.compile(r"\]\(([^)#\s]*)(?:#([^)]*))?\)")
FILE = re.compile(r"`([\w./]+/[\w.]+\.(?:py|sql|json|toml|md))`")
TEST = re.compile(r"^(?:async )?def (test_\w+)", re.MULTILINE)
SQL = ROOT / "adapters" / "sql_server" / "sql"
MOST_README_LINES = 100
WORKFLOWS_OF_EXAMPLES = ("order",)
COMMAND = re.compile(r"(?:^|`)\./dev ([a-z]+)", re.MULTILINE)


@pytest.mark.parametrize("path", DOCUMENTS, ids=lambda path: str(path.relative_to(ROOT)))
def test_every_link_and_every_verb_exists(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    links = [(link, anchor) for link, anchor in LINK.findall(text) if "://" not in link]

    assert [link for link, _ in links if not (path.parent / link).exists()] == []
    assert [(link, a) for link, a in links if a and a not in anchors(path.parent / link if link else path)] == []
    assert set(COMMAND.findall(text)) - VERBS.keys() == set()


def anchors(path: Path) -> set[str]:
    """The headings of a document, as GitHub makes anchors of them."""
    headings = re.findall(r"^#+ (.+)$", path.read_text(encoding="utf-8"), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


def test_every_file_that_is_named_exists() -> None:
    named = {
        (path.name, file)
        for path in DOCUMENTS
        if path.parent in {ROOT, ROOT / "docs"}
        for file in FILE.findall(path.read_text("utf-8"))
        if f"```python {file}\n" not in path.read_text("utf-8")  # the page shows it whole, for a reader to write
    }

    assert [found for found in sorted(named) if not any((root / found[1]).exists() for root in (ROOT, SQL))] == []
    assert named


def test_every_test_that_is_named_exists() -> None:
    """What a document claims with a test beside it is shown by one."""
    tests = {name for path in (ROOT / "tests").rglob("test_*.py") for name in TEST.findall(path.read_text("utf-8"))}
    named = {
        (path.name, name)
        for path in DOCUMENTS
        if path.parent in {ROOT, ROOT / "docs"}
        for name in re.findall(r"`(test_\w+)`", path.read_text("utf-8"))
    }

    assert [each for each in sorted(named) if each[1] not in tests] == []
    assert named


def blocks(language: str) -> list[Any]:
    """Every block of that language in docs/, as a parameter."""
    return [
        pytest.param(text, id=f"{path.name} {number}")
        for path in sorted((ROOT / "docs").glob("*.md"))
        for number, text in enumerate(re.findall(rf"```{language}\n(.*?)```", path.read_text("utf-8"), re.DOTALL), 1)
    ]


@pytest.mark.parametrize("text", blocks("sql"))
def test_microsofts_parser_accepts_every_example(text: str) -> None:
    assert not syntax_errors([with_parameters(batch) for batch in re.split(r"^GO$", text, flags=re.MULTILINE)])


@pytest.mark.parametrize("text", blocks("toml"))
def test_every_example_of_relays_toml_and_workflows_toml_is_one(text: str) -> None:
    settings = dict.fromkeys(re.findall(r"%(\w+)%", text), "https://api.example")

    if "[[relay]]" not in text and "[[channel]]" not in text:
        assert parse_workflows(text, settings) != Workflows()
    else:
        assert parse_configuration(text, settings, workflows=WORKFLOWS_OF_EXAMPLES).relays


@pytest.mark.parametrize(
    "text", re.findall(r"`(Server=tcp:[^`]+Encrypt=True)`", (ROOT / "docs" / "deploying.md").read_text("utf-8"))
)
def test_app_and_trigger_take_every_login_of_the_documents(text: str) -> None:
    for odbc in (to_odbc(text, "driver").text, trigger_to_odbc(text, "driver").text):
        assert ("Authentication={ActiveDirectoryMsi}" in odbc) == ("Managed Identity" in text)
        assert ("UID={CLIENT-ID}" in odbc) == ("CLIENT-ID" in text)


def test_the_readme_shows_every_verb() -> None:
    text = (ROOT / "README.md").read_text(encoding="utf-8")

    assert [verb for verb in VERBS if f"./dev {verb}" not in text] == []
    assert len(text.splitlines()) <= MOST_README_LINES


def test_tables_sql_is_what_the_migrations_are() -> None:
    text = (ROOT / "docs" / "sql" / "tables.sql").read_text(encoding="utf-8")

    assert text == script(), "python -m adapters.sql_server.migrations > docs/sql/tables.sql"


def test_rights_sql_is_what_the_projects_own_relays_need() -> None:
    text = (ROOT / "docs" / "sql" / "rights.sql").read_text(encoding="utf-8")
    tables = re.findall(r'^table = "(.+)"$', (ROOT / "relays.toml").read_text(encoding="utf-8"), re.MULTILINE)

    assert text == rights(parse_table_name(table) for table in tables), "./dev sql rights > docs/sql/rights.sql"


@pytest.mark.parametrize("path", sorted((ROOT / "docs" / "sql").glob("*.sql")), ids=lambda path: path.name)
def test_microsofts_parser_accepts_every_script(path: Path) -> None:
    assert not syntax_errors(re.split(r"^GO$", path.read_text(encoding="utf-8"), flags=re.MULTILINE))


@pytest.mark.parametrize("path", sorted((ROOT / "docs" / "workflows").rglob("*.sql")), ids=lambda path: path.name)
def test_microsofts_parser_accepts_what_the_examples_of_definitions_run(path: Path) -> None:
    assert not syntax_errors([with_parameters(path.read_text(encoding="utf-8"))])


def rows_of(text: str) -> Iterator[list[str]]:
    """The cells of every row of a document's tables."""
    for line in text.splitlines():
        if line.startswith("| ") and not line.startswith("| ---"):
            yield [cell.strip() for cell in re.split(r"(?<!\\)\|", line)[1:-1]]


def test_the_design_has_the_rules_between_rooms_that_are_tested() -> None:
    text = (ROOT / "DESIGN.md").read_text(encoding="utf-8").split("## Rules between rooms")[1]
    told = {
        room: set(filter(None, allowed.split(", ")))
        for rooms, allowed, _ in rows_of(text)
        if rooms not in {"room", "packages", "bench"}
        for room in rooms.split(", ")
    }
    tested = {
        room: {name.replace(".", "/") for name in allowed} - {room}
        for room, allowed in ALLOWED.items()
        if room != "bench"
    }
    tested["devstack"] = {"packages"}
    del tested["adapters/__init__.py"]  # nothing is in it

    assert told == tested


def described() -> Mapping[str, Mapping[str, tuple[str, str]]]:
    """The keys of both files that docs/configuration.md has, each with default and bounds."""
    found: dict[str, dict[str, tuple[str, str]]] = {"": {}}
    parts, part = iter(CONFIGURED), ""
    for first, *rest in rows_of((ROOT / "docs" / "configuration.md").read_text(encoding="utf-8")):
        if rest[:2] == ["default", "bounds"]:
            part = next(parts)
            found[part] = {}
        elif not first.startswith("`"):
            part = ""  # another kind of table
        else:
            found[part].update({key.strip("`"): (rest[0], rest[1] if part else "") for key in first.split(", ")})
    return found


CONFIGURED: Mapping[str, Sequence[type[Any]]] = {
    "relay": [Relay],
    "recovery": [RecoveryPolicy, Backoff],
    "channel": [Channel],
    "connection": [Connection],
    "statement": [Statement],
    "definition": [DefinitionRules],
}
WRITTEN_OTHERWISE = {"sender": "from", "backoff": None, "jitter": None}  # field -> key; None: there is none of its own


def fields_of(part: str) -> Mapping[str, Field[Any]]:
    found = {WRITTEN_OTHERWISE.get(f.name, f.name): f for kind in CONFIGURED[part] for f in fields(kind)}
    return {key: field for key, field in found.items() if key}


@pytest.mark.parametrize("part", CONFIGURED)
def test_every_key_of_both_files_is_described(part: str) -> None:
    assert described()[part].keys() == fields_of(part).keys()


@pytest.mark.parametrize("part", ["connection", "statement", "definition"])
def test_workflows_toml_lists_every_key_with_default_and_bounds(part: str) -> None:
    comments = (ROOT / "workflows.toml").read_text(encoding="utf-8").split(f"Each [[{part}]]")[1].split("[[")[0]

    listed = {
        key for names in re.findall(r"^#   (\w+(?:, \w+)*)  ", comments, re.MULTILINE) for key in names.split(", ")
    }
    assert listed == fields_of(part).keys()
    for number in (number for kind in CONFIGURED[part] for number in numbers_of(kind).values()):
        assert f"{number.least:.10g} to {number.most:.10g} ({number.default:.10g})" in comments


def test_every_number_is_described_with_its_default_and_bounds() -> None:
    told = {(part, key): told for part, keys in described().items() for key, told in keys.items()}
    numbers = {
        (part, name): (f"{number.default:.10g}", f"{number.least:.10g} to {number.most:.10g}")
        for part, kinds in CONFIGURED.items()
        for kind in kinds
        for name, number in numbers_of(kind).items()
    }

    assert numbers
    assert {which: told[which] for which in numbers} == numbers


def test_every_key_of_a_mail_account_is_described_and_its_numbers_with_default_and_bounds() -> None:
    rows = [cells for cells in rows_of((ROOT / "docs" / "mailings.md").read_text(encoding="utf-8")) if len(cells) == 4]
    told = {key.strip("`"): (default, bounds) for first, default, bounds, _ in rows for key in first.split(", ")}
    comments = (ROOT / "workflows.toml").read_text(encoding="utf-8")

    assert told.keys() - {"key"} == {field.name for field in fields(MailAccount)}
    assert [name for name in told.keys() - {"key"} if not re.search(rf"^#   {name} ", comments, re.MULTILINE)] == []
    for name, number in numbers_of(MailAccount).items():
        assert told[name] == (f"{number.default:.10g}", f"{number.least:.10g} to {number.most:.10g}")
        assert f"{number.least:.10g} to {number.most:.10g} ({number.default:.10g})" in comments


def test_every_key_of_an_aggregate_is_described_and_what_it_has_of_a_relays() -> None:
    text = (ROOT / "docs" / "aggregates.md").read_text(encoding="utf-8")
    told = [first.strip("`") for first, *rest in rows_of(text) if len(rest) == 3 and first.startswith("`")]
    comments = (ROOT / "workflows.toml").read_text(encoding="utf-8").partition("Each [[aggregate]]")[2]

    keys = {"kind", *(field.name for field in (*fields(Aggregate), *fields(Stream)))} - {"results"}
    assert set(told) == keys
    assert [name for name in told if not re.search(rf"^#   {name} ", comments, re.MULTILINE)] == []
    for name, number in numbers_of(Stream).items():
        assert f"| {number.default:.10g} | {number.least:.10g} to {number.most:.10g} |" in text, name
    own = {
        *told,
        "watch",
        "send",
        "rename",
        "mask",
        "mask_key",
        "mode",
        "ignore_contexts",
        "on_newer",
        "backfill_after_gap",
    }
    for part in (text, comments):
        assert [f.name for f in fields(Relay) if f.name not in own and not re.search(rf"\b{f.name}\b", part)] == []
