"""What the app needs, to the last package, each with the hashes of its files: requirements.lock, made from requirements.txt."""

import re
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from packaging.requirements import Requirement

from devstack.command.errors import CommandError

LOCK = "requirements.lock"
_HEAD = """\
# Everything that the app needs on Azure, pinned, with hashes; for every Python that it runs on. Made from requirements.txt by
# `./dev package --lock`; the package has it as its requirements.txt.
"""
_OLDEST_PYTHON = "3.11"
_PART = re.compile(r"^(?P<name>[\w.-]+)==(?P<version>[^\s;]+)(?: ; (?P<marker>[^\\\n]+?))?(?P<hashes>(?: \\\n +--hash=\S+)*)$", re.MULTILINE)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Part:
    """A package of a version, for the Pythons of `marker` (PEP 508; empty: for all); `hashes` are SHA-256 of its files, in hex."""

    name: str
    version: str
    marker: str
    hashes: Sequence[str]


def renew(root: Path) -> None:
    """Write requirements.lock anew, with the newest versions that requirements.txt allows; raise CommandError if that fails."""
    asked = "pip compile requirements.txt --quiet --universal --generate-hashes --no-header --no-annotate --upgrade --python-version"
    command = [sys.executable, "-m", "uv", *asked.split(), _OLDEST_PYTHON]
    done = subprocess.run(command, cwd=root, capture_output=True, text=True, check=False)
    if done.returncode:
        raise CommandError(f"requirements.lock cannot be made: {done.stderr.strip()}")
    (root / LOCK).write_text(_HEAD + done.stdout, encoding="utf-8")


def parts(text: str) -> Sequence[Part]:
    """Return what a lock pins; raise CommandError if a line of it is none."""
    found = [
        Part(each["name"], each["version"], each["marker"] or "", re.findall(r"--hash=sha256:(\w+)", each["hashes"]))
        for each in _PART.finditer(text)
    ]
    rest = [line for line in _PART.sub("", text).splitlines() if line.strip() and not line.startswith("#")]
    if rest or not all(each.hashes for each in found):
        raise CommandError(
            f"{LOCK} has {(rest or ['a package without hashes'])[0]!r}; make it anew: ./dev package --lock"
        )
    return found


def unmet(requirements: str, locked: Sequence[Part]) -> Sequence[str]:
    """Return the lines of requirements.txt that nothing in the lock meets."""
    lines = [line.partition(" #")[0].strip() for line in requirements.splitlines()]
    asked = [Requirement(line) for line in lines if line and not line.startswith("#")]
    return [
        str(each)
        for each in asked
        if not any(part.name == each.name and part.version in each.specifier for part in locked)
    ]
