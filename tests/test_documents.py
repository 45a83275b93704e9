"""What the documents name exists."""

import re
from pathlib import Path

import pytest

from devstack.command.main import VERBS

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


def test_the_readme_shows_every_verb() -> None:
    text = (ROOT / "README.md").read_text(encoding="utf-8")

    assert [verb for verb in VERBS if f"./dev {verb}" not in text] == []
