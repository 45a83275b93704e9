"""The app as it is deployed: what .funcignore lets through, as a zip of always the same bytes."""

import re
import subprocess
import zipfile
from collections.abc import Iterable, Iterator, Mapping, Sequence
from fnmatch import fnmatch
from pathlib import Path

from devstack.command.errors import CommandError

# docs: Core Tools leave these out of a deployment whatever .funcignore says
_NEVER = (".funcignore", ".gitignore", "local.settings.json")
VERSION_FILE = Path("relay", "version.py")
_MADE = (1980, 1, 1, 0, 0, 0)  # the earliest that a zip can say


def version_of(root: Path) -> str:
    """Return the app's version; raise CommandError if it says none."""
    found = re.search(r'^VERSION = "(.+)"$', (root / VERSION_FILE).read_text(encoding="utf-8"), re.MULTILINE)
    if found is None:
        raise CommandError(f"{VERSION_FILE} says no version")
    return found[1]


def deployable(root: Path) -> Sequence[str]:
    """Return the paths of the app's files, sorted; raise CommandError if .funcignore cannot be understood."""
    patterns = _patterns((root / ".funcignore").read_text(encoding="utf-8").splitlines())
    return sorted(_files(root, root, patterns))


def check_checked_in(root: Path, paths: Iterable[str]) -> None:
    """Raise CommandError if files are not as git has them: a release is what everybody can check out."""
    command = ["git", "status", "--porcelain", "--untracked-files=all", "--", *paths]
    try:
        told = subprocess.run(command, cwd=root, capture_output=True, text=True, check=False)
    except FileNotFoundError as error:
        raise CommandError("there is no git that could tell whether the app is as it has it; install it") from error
    if told.returncode or told.stdout:
        changed = told.stderr.strip() or ", ".join(line[3:] for line in told.stdout.splitlines())
        raise CommandError(f"the app is not as git has it: {changed}; commit or remove that first")


def contents(root: Path, paths: Iterable[str]) -> Mapping[str, bytes]:
    """Return what is in the files, by path."""
    return {path: (root / path).read_bytes() for path in paths}


def write_zip(files: Mapping[str, bytes], target: Path) -> None:
    """Write the files; equal files make equal bytes, whenever and wherever it is done."""
    with zipfile.ZipFile(target, "w") as archive:
        for path, content in sorted(files.items()):
            entry = zipfile.ZipInfo(path, _MADE)
            entry.create_system, entry.external_attr = 3, 0o644 << 16
            archive.writestr(entry, content)  # not compressed: no two zlibs need to agree


def _patterns(lines: Iterable[str]) -> Sequence[str]:
    found = [line.strip().rstrip("/") for line in lines if line.strip() and not line.startswith("#")]
    if hard := [pattern for pattern in found if "!" in pattern or "/" in pattern]:
        raise CommandError(
            f".funcignore has {hard[0]!r}: names without ! and / only, or teach devstack/package to read it"
        )
    return found


def _files(root: Path, folder: Path, patterns: Sequence[str]) -> Iterator[str]:
    for path in folder.iterdir():
        if any(fnmatch(path.name, pattern) for pattern in (*patterns, *_NEVER)):
            continue
        if path.is_dir():
            yield from _files(root, path, patterns)
        else:
            yield path.relative_to(root).as_posix()
