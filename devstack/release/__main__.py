"""`./dev release VERSION`: records this release into tests/upgrade/VERSION/, for the tests of later ones."""

import argparse
import json
import re
import shutil
import sys
import tempfile
import time
import zipfile
from collections.abc import Sequence
from pathlib import Path

import pyodbc

from devstack.command.errors import CommandError
from devstack.command.parts import ROOT
from devstack.package.contents import VERSION_FILE, check_checked_in, contents, deployable, version_of, write_zip
from devstack.release import courses, tables
from devstack.release.scene import APP, RELAYS, Scene

ENABLE = "prepare_database"  # the module of this release that prepares a database
_HEAD = """-- The database of an app that was killed with its tables in every state, recorded by `./dev release {version}`.
-- Batches end with GO, as query tools read them; the database must be empty.
"""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run as a program; return the exit status."""
    parser = argparse.ArgumentParser(prog="./dev release", description=__doc__)
    parser.add_argument("version", metavar="VERSION", help="as relay/version.py and CHANGELOG.md say it")
    version = parser.parse_args(arguments).version
    try:
        check_version(ROOT, version)
        record(ROOT, version, ROOT / "tests" / "upgrade" / version)
    except (CommandError, OSError, pyodbc.Error) as error:
        sys.stderr.write(f"release: {error}\n")
        return 1
    except KeyboardInterrupt:
        return 130
    return 0


def check_version(root: Path, version: str) -> None:
    """Raise CommandError if the app or its changelog are of another version."""
    found = version_of(root)
    if found != version:
        raise CommandError(f"{VERSION_FILE} says {found}, not {version}; change it first")
    headings = re.findall(r"^## (\S+)", (root / "CHANGELOG.md").read_text(encoding="utf-8"), re.MULTILINE)
    newest = next((heading for heading in headings if heading != "Unreleased"), "none")
    if newest != version:
        raise CommandError(f"the newest release of CHANGELOG.md is {newest}, not {version}; write its section first")


def record(root: Path, version: str, target: Path) -> None:
    """Write app.zip, histories, tables.sql and what they were recorded with; an older recording is replaced as a whole."""
    began = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="release-") as temporary:
        folder = Path(temporary)
        made, app, recorded = folder / "made", folder / "app", folder / "recorded.jsonl"
        (made / "histories").mkdir(parents=True)
        files = deployable(root)
        check_checked_in(root, files)
        write_zip(contents(root, files), made / "app.zip")
        with zipfile.ZipFile(made / "app.zip") as archive:
            archive.extractall(app)
        shutil.copy(Path(__file__).with_name("recorded_app.py"), app)
        scene = Scene(folder, app, recorded, enable=ENABLE)
        try:
            scene.start()
            _say(began, "the stack runs; everything happens that orchestrations go through")
            scene.let_everything_happen()
            _say(began, "the tables get into every state")
            scene.end_in_every_state()
            dumped = tables.script(tables.dump(scene.database.run))
            functions = scene.functions()
        finally:
            scene.stop()
        elsewhere = {
            str(app): "/home/site/wwwroot",
            sys.prefix: "/python",
            str(root): "/host",
            sys.base_prefix: "/python",
        }
        found = courses.courses(recorded)
        courses.check(found, functions)
        kept = courses.chosen(found)
        texts = {f"histories/{name}.json": courses.text_of(course) for name, course in kept.items()}
        for name, text in {**texts, "entities.json": courses.text_of_entities(courses.entities(recorded))}.items():
            clean = text
            for here, there in elsewhere.items():  # in stack traces
                clean = clean.replace(here, there)
            (made / name).write_text(clean, encoding="utf-8")
        (made / "tables.sql").write_text(_HEAD.format(version=version) + dumped, encoding="utf-8")
        (made / "relays.toml").write_text(RELAYS, encoding="utf-8")
        release = {"version": version, "enable": ENABLE, "app": APP, "functions": functions}
        (made / "release.json").write_text(json.dumps(release, indent=2) + "\n", encoding="utf-8")
        shutil.rmtree(target, ignore_errors=True)
        shutil.copytree(made, target)
    _say(began, f"{target.relative_to(root)}: {len(kept)} histories out of {len(found)} generations")


def _say(began: float, text: str) -> None:
    sys.stdout.write(f"[{time.monotonic() - began:5.1f} s] {text}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main())
