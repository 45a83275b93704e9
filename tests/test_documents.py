"""What the documents name exists."""

import re
from pathlib import Path
from typing import Any

import pytest

from devstack.command.main import VERBS
from mssql_standin.testing.microsoft_parser import syntax_errors
from relay.config.file import parse_configuration

ROOT = Path(__file__).parent.parent
OF_OTHERS = {".venv", "node_modules", ".data", ".pytest_cache"}
DOCUMENTS = sorted(path for path in ROOT.rglob("*.md") if not OF_OTHERS & set(path.relative_to(ROOT).parts))
LINK = re.compile(r"\]\(([^)#\s]+)(?:#[^)]*)?\)")
COMMAND = re.compile(r"(?:^|`)\./dev ([a-z]+)", re.MULTILINE)


@pytest.mark.parametrize("path", DOCUMENTS, ids=lambda path: str(path.relative_to(ROOT)))
def test_every_link_and_every_verb_exists(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    links = [link for link in LINK.findall(text) if "://" not in link]

    assert [link for link in links if not (path.parent / link).exists()] == []
    assert set(COMMAND.findall(text)) - VERBS.keys() == set()


def blocks(language: str) -> list[Any]:
    """Every block of that language in docs/, as a parameter."""
    return [
        pytest.param(text, id=f"{path.name} {number}")
        for path in sorted((ROOT / "docs").glob("*.md"))
        for number, text in enumerate(re.findall(rf"```{language}\n(.*?)```", path.read_text("utf-8"), re.DOTALL), 1)
    ]


@pytest.mark.parametrize("text", blocks("sql"))
def test_microsofts_parser_accepts_every_example(text: str) -> None:
    assert not syntax_errors(re.split(r"^GO$", text, flags=re.MULTILINE))


@pytest.mark.parametrize("text", blocks("toml"))
def test_every_example_of_relays_toml_is_one(text: str) -> None:
    settings = dict.fromkeys(re.findall(r"%(\w+)%", text), "https://api.example")

    assert parse_configuration(text, settings).relays


def test_the_readme_shows_every_verb() -> None:
    text = (ROOT / "README.md").read_text(encoding="utf-8")

    assert [verb for verb in VERBS if f"./dev {verb}" not in text] == []
