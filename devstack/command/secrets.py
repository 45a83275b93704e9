"""Looks through every file that git has, or would take, for what looks like a secret; a part of `./dev check`.

`python -m devstack.command.secrets` tells of each by file, line and kind, and never shows it. What looks like one and is none stands in
known_secrets.txt, by its digest: `--know` writes that anew, to be looked at before it is committed.
"""

import re
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

from detect_secrets.core.plugins.util import get_mapping_from_secret_type_to_class
from detect_secrets.plugins.base import BasePlugin
from detect_secrets.plugins.keyword import DENYLIST, KeywordDetector

KNOWN = "devstack/command/known_secrets.txt"
_HEAD = "# What looks like a secret and is none, by the SHA-256 of kind and value; made by python -m devstack.command.secrets --know\n"
# Digests and addresses are everywhere here, and no secrets.
_LEFT_OUT = {"Hex High Entropy String", "Public IP (ipv4)"}
# What its detectors pass over, and this app's settings are made of.
_OURS = {
    "Password in a connection string": re.compile(r"[;'\"] *(?:password|pwd)=([^\s;'\"{}<>%|…]{6,})", re.IGNORECASE),
    "Key in a connection string": re.compile(r"(?:AccountKey|SharedAccessKey)=([A-Za-z0-9+/=]{20,})"),
    "Signature in a URL": re.compile(r"[?&](?:sig|code)=([A-Za-z0-9%_\-]{20,})"),
    "Token in a header": re.compile(r"\b(?:Bearer|Basic) ([A-Za-z0-9._~+/=\-]{16,})"),
}
# Recorded, downloaded or made by tools, and held to what they are by other tests.
_OF_TOOLS = re.compile(r"^tests/upgrade/\d|/recordings/|package-lock\.json$|^requirements\.lock$")
_KEYWORD = re.compile("|".join(DENYLIST), re.IGNORECASE)  # without one of them, that detector finds nothing


@dataclass(frozen=True, slots=True)
class Finding:
    """Something that looks like a secret."""

    path: str
    line: int
    kind: str
    digest: str


def findings(root: Path) -> Iterator[Finding]:
    """Yield what looks like a secret, known or not."""
    detectors = _detectors()
    seen: dict[str, list[tuple[str, str]]] = {}  # a line is looked at once, wherever it stands
    for path in _files(root):
        for number, line in enumerate(_lines(root / path), 1):
            if line not in seen:
                seen[line] = list(_in_line(line, detectors))
            for kind, value in seen[line]:
                yield Finding(path, number, kind, sha256(f"{kind}\n{value}".encode()).hexdigest())


def unknown(root: Path) -> list[Finding]:
    """Return what looks like a secret, and nobody has said that it is none."""
    path = root / KNOWN
    known = {line.partition(" ")[0] for line in _lines(path)} if path.exists() else set()
    return [each for each in findings(root) if each.digest not in known]


def _detectors() -> Sequence[BasePlugin]:
    kinds: Mapping[str, type[BasePlugin]] = get_mapping_from_secret_type_to_class()
    return [kinds[kind]() for kind in sorted(kinds.keys() - _LEFT_OUT)]


def _in_line(line: str, detectors: Sequence[BasePlugin]) -> Iterator[tuple[str, str]]:
    # They are asked themselves: with what detect-secrets does around them, a minute would pass instead of seconds.
    for kind, pattern in _OURS.items():
        for value in pattern.findall(line):
            yield kind, value
    for detector in detectors:
        if isinstance(detector, KeywordDetector) and not _KEYWORD.search(line):
            continue
        for found in detector.analyze_line(filename="", line=line, line_number=0):
            yield found.type, found.secret_value or ""


def _files(root: Path) -> list[str]:
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=root,
        check=True,
        capture_output=True,
        text=True,
    )
    paths = sorted(set(listed.stdout.split("\0")) - {"", KNOWN})
    return [path for path in paths if not _OF_TOOLS.search(path) and (root / path).is_file()]


def _lines(path: Path) -> list[str]:
    return path.read_text(encoding="utf-8", errors="replace").splitlines()


def main(root: Path, arguments: Sequence[str]) -> int:
    """Tell what is unknown and return 1, or 0 if nothing is; with --know write everything down as known."""
    if "--know" in arguments:
        known = {each.digest: f"{each.digest} {each.kind}, {each.path}\n" for each in reversed(list(findings(root)))}
        (root / KNOWN).write_text(_HEAD + "".join(sorted(known.values(), key=lambda text: text[65:])), encoding="utf-8")
        return 0
    found = unknown(root)
    for each in found:
        print(f"{each.path}:{each.line}: {each.kind}")
    if found:
        print("Take it out, and change it where it is used; if it is none: python -m devstack.command.secrets --know")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main(Path.cwd(), sys.argv[1:]))
