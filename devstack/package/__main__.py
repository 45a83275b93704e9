"""`./dev package`: writes dist/durable-sql-relay-VERSION.zip, what `az functionapp deployment source config-zip` takes.

It holds what .funcignore lets through, as git has it; requirements.lock as its requirements.txt, so that Azure installs what was
tested; and parts.cdx.json, the list of its parts (CycloneDX). Equal sources make equal bytes. `--lock` only makes requirements.lock anew.
"""

import argparse
import hashlib
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

from devstack.command.errors import CommandError
from devstack.command.parts import ROOT
from devstack.package.bill import APP, bill
from devstack.package.contents import check_checked_in, contents, deployable, version_of, write_zip
from devstack.package.lock import LOCK, parts, renew, unmet

BILL = "parts.cdx.json"


def main(arguments: Sequence[str] | None = None) -> int:
    """Run as a program; return the exit status."""
    parser = argparse.ArgumentParser(prog="./dev package", description=__doc__.split("\n", 1)[0])
    parser.add_argument("--lock", action="store_true", help=f"make {LOCK} anew from requirements.txt, and no package")
    asked = parser.parse_args(arguments)
    try:
        if asked.lock:
            renew(ROOT)
            sys.stdout.write(f"{LOCK}: {len(parts((ROOT / LOCK).read_text(encoding='utf-8')))} packages\n")
            return 0
        made = package(ROOT, ROOT / "dist")
    except (CommandError, OSError) as error:
        sys.stderr.write(f"package: {error}\n")
        return 1
    content = made.read_bytes()
    sys.stdout.write(
        f"{made.relative_to(ROOT)}: {len(content):,} bytes, sha256 {hashlib.sha256(content).hexdigest()}\n"
    )
    return 0


def package(root: Path, folder: Path) -> Path:
    """Write the package into a folder; return its path. Raise CommandError if the app is not as git has it, or its lock does not fit."""
    paths = deployable(root)
    check_checked_in(root, [*paths, LOCK])
    version = version_of(root)
    folder.mkdir(exist_ok=True)
    made = folder / f"{APP}-{version}.zip"
    write_zip(packed(root, paths, version), made)
    return made


def packed(root: Path, paths: Sequence[str], version: str) -> Mapping[str, bytes]:
    """Return the package's files by their paths; raise CommandError if the lock does not fit."""
    lock = (root / LOCK).read_text(encoding="utf-8")
    locked = parts(lock)
    if missing := unmet((root / "requirements.txt").read_text(encoding="utf-8"), locked):
        raise CommandError(f"{LOCK} does not have {', '.join(missing)}; make it anew: ./dev package --lock")
    return {
        **contents(root, paths),
        "requirements.txt": lock.encode(),
        BILL: bill(version, locked).encode(),
    }


if __name__ == "__main__":
    sys.exit(main())
