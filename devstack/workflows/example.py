"""An app that has the workflow of docs/workflows.md, taken from that page, and others if they are wanted."""

import re
from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType

from devstack.command.errors import CommandError
from devstack.package.contents import contents, deployable

ROOT = Path(__file__).resolve().parents[2]
PAGE = Path("docs", "workflows.md")
_FILE = re.compile(r"^```python (\S+)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
_LINE = re.compile(r"^(WORKFLOWS: .* = \(.+)\)$", re.MULTILINE)
_BEFORE = "WORKFLOWS: tuple[str, ...] = ()"
_NO_OTHERS: Mapping[str, Mapping[str, str]] = MappingProxyType({})


def copy_of_the_app(folder: Path) -> Path:
    """Make a folder with the app as it would be deployed; return it. Raises CommandError."""
    for name, content in contents(ROOT, deployable(ROOT)).items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
    return folder


def app_with_the_example(folder: Path, others: Mapping[str, Mapping[str, str]] = _NO_OTHERS) -> Path:
    """Make a folder with the app and the files that the page shows; return it. Raises CommandError.

    `others` are workflows beside the page's: by name, the texts of their files by path.
    """
    page = (ROOT / PAGE).read_text(encoding="utf-8")
    names = Path("workflows", "__init__.py")
    copy_of_the_app(folder)
    for name, text in _FILE.findall(page):
        (folder / name).write_text(text, encoding="utf-8")
    before = (folder / names).read_text(encoding="utf-8")
    lines = _LINE.findall(page)
    if before.count(_BEFORE) != 1 or len(lines) != 1:
        raise CommandError(f"{PAGE} and {names} do not fit each other")
    for files in others.values():
        for name, text in files.items():
            (folder / name).write_text(text, encoding="utf-8")
    line = f"{lines[0]}{''.join(f' {name!r},' for name in others)})"
    (folder / names).write_text(before.replace(_BEFORE, line), encoding="utf-8")
    return folder
