"""The recorded releases and the app as it is now; everything that tests of upgrades take from elsewhere is taken here."""

import json
import os
import re
import shutil
import subprocess
import sys
import zipfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from devstack.package.contents import contents, deployable, write_zip
from devstack.prove.database import Database
from devstack.release import recorded_app_file
from devstack.release.courses import Record
from devstack.release.tables import dump
from mssql_standin.testing.microsoft_parser import refused
from relay.backfill.names import backfill_instance
from relay.backfill.values import Backfill, BackfillOrder, BackfillState, Pages
from relay.config.values import RecoveryPolicy
from relay.dead_letters.names import replay_instance
from relay.delivery.sent import Sent
from relay.notification.names import notification_instance
from relay.recovery.names import recovery_instance
from relay.recovery.situation import Situation
from tests.e2e.relay_stack import ONLY_BY_HAND, ROOT, RelayStack, settings_of
from tests.waiting import wait_until
from workflows.aggregates.names import aggregate_instance
from workflows.execution.names import execution_instance
from workflows.mailing.names import mailing_instance
from workflows.streams.names import stream_instance

__all__ = [
    "ONLY_BY_HAND", "RELEASES", "ROOT", "AppProcess", "Database", "Record", "RelayStack", "Release", "app_now", "back_to", "batches_of", "contents",
    "dump", "enable_with", "frozen", "instance_forms", "recordable", "refused", "results_now", "running_app", "settings_of", "unpacked", "wait_until", "write_zip",
]  # fmt: skip
HERE = Path(__file__).parent
MOMENT = re.compile(r"N'(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?)'")
SETTINGS = {  # enough to import an app; nothing is asked
    "WEBSITE_SITE_NAME": "upgraded-app",
    "SqlConnectionString": "Server=tcp:127.0.0.1,1;Database=d;User ID=u;Password=p",
    "API_URL": "http://127.0.0.1:1",
    "RELAYS_FILE": "relays.toml",
}


@dataclass(frozen=True, slots=True)
class Release:
    """One folder that `./dev release` has made."""

    folder: Path
    version: str
    enable: str  # the module that prepares a database
    app: str  # the app's name in tables.sql
    relays: str

    def histories(self) -> Sequence[Path]:
        """Return the files of its histories."""
        return sorted((self.folder / "histories").glob("*.json"))

    def entities(self) -> Sequence[Record]:
        """Return requests of its entities and their answers."""
        found: Sequence[Record] = json.loads((self.folder / "entities.json").read_text(encoding="utf-8"))
        return found

    def tables(self) -> Sequence[str]:
        """Return the batches that restore its database."""
        return batches_of((self.folder / "tables.sql").read_text(encoding="utf-8"))

    def tables_of_today(self) -> Sequence[str]:
        """Return them with every moment moved, as if the app had been killed just now: its windows must not have run out."""
        then = max(datetime.fromisoformat(found[1][:26]) for batch in self.tables() for found in MOMENT.finditer(batch))
        later = datetime.now(UTC).replace(tzinfo=None) - then

        def moved(found: re.Match[str]) -> str:
            text = (datetime.fromisoformat(found[1][:26]) + later).isoformat(timespec="microseconds")
            return f"N'{text[: len(found[1])]}'"

        return [MOMENT.sub(moved, batch) for batch in self.tables()]


def _release(path: Path) -> Release:
    told = json.loads(path.read_text(encoding="utf-8"))
    relays = (path.parent / "relays.toml").read_text(encoding="utf-8")
    return Release(path.parent, told["version"], told["enable"], told["app"], relays)


RELEASES = [_release(path) for path in sorted(HERE.glob("*/release.json"))]


def frozen() -> dict[str, Any]:
    """Return what all files in frozen/ say together: functions, instances, strict, added, shapes; one file a workflow."""
    merged: dict[str, Any] = {"functions": {}, "instances": {}, "strict": {}, "added": [], "shapes": {}}
    for path in sorted((HERE / "frozen").glob("*.json")):
        told = json.loads(path.read_text(encoding="utf-8"))
        for kind, names in told["functions"].items():
            merged["functions"].setdefault(kind, []).extend(names)
        for part in ("instances", "strict", "shapes"):
            merged[part] |= told[part]
        merged["added"] += told["added"]
    return merged


def batches_of(script: str) -> Sequence[str]:
    """Return the batches between the lines that say GO."""
    return [batch.strip() for batch in re.split(r"^GO$", script, flags=re.MULTILINE) if batch.strip()]


def unpacked(release: Release, folder: Path) -> Path:
    """Return a folder with that release's app."""
    with zipfile.ZipFile(release.folder / "app.zip") as archive:
        archive.extractall(folder)
    return folder


def app_now(folder: Path) -> Path:
    """Return a folder with what would be deployed now."""
    write_zip(contents(ROOT, deployable(ROOT)), folder.with_suffix(".zip"))
    with zipfile.ZipFile(folder.with_suffix(".zip")) as archive:
        archive.extractall(folder)
    return folder


def recordable(app: Path) -> Path:
    """Put the script beside an app that records what its orchestrations ask and are answered."""
    shutil.copy(recorded_app_file(), app)
    return app


def enable_with(release: Release, app: Path, environment: Mapping[str, str]) -> None:
    """Prepare a database as that release does; how it is done now is RelayStack.enable's business."""
    command = [sys.executable, "-m", release.enable]
    inherited = {**os.environ, **environment}
    done = subprocess.run(command, cwd=app, env=inherited, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


def back_to(release: Release, app: str) -> Sequence[str]:
    """Return the batches of the documents' script that gives an app's tables back to that release."""
    text = (ROOT / "docs" / "sql" / f"back_to_{release.version}.sql").read_text(encoding="utf-8")
    filled, count = re.subn(r"(@app nvarchar\(60\) = )N'[^']*'", rf"\1N'{app}'", text)
    assert count == 1
    return batches_of(filled)


def instance_forms() -> dict[str, str]:
    """Return the ids of instances as the app makes them now."""
    return {
        "recovery": recovery_instance("{app}", "{relay}"),
        "backfill": backfill_instance("{app}", "{relay}"),
        "replay": replay_instance("{app}", "{relay}"),
        "notification": notification_instance("{app}", "{relay}", "{occasion}", "2026-01-02T03:04:05.678Z", 9, "5Z"),
        "execution": execution_instance("an-order", 3),
        "mailing": mailing_instance("{app}", "{mailing}"),
        "aggregate": aggregate_instance("{app}", "{aggregate}"),
        "stream": stream_instance("{app}", "{stream}", 0),
    }


def results_now() -> dict[str, Any]:
    """Return results of activities that have many values, as the app makes them now."""
    backfill = Backfill(
        number=1, state=BackfillState.RUNNING, order=BackfillOrder(), base_version=1, cursor="", total=1, done=0, delivered=0, filtered=0,
        rejected=0, failed=0, started_at="", elapsed_seconds=0.0,
    )  # fmt: skip
    sent = Sent().to_dict()
    return {
        "activity recovery_check: result": {**Situation().to_result(), "policy": RecoveryPolicy().to_dict()},
        "activity backfill_pages: result": Pages(progress=backfill.progress()).to_dict(),
        **{f"activity {name}: result": sent for name in ("recovery_probe", "recovery_redeliver", "replay_deliver")},
    }


class AppProcess:
    """An app that answers requests of its orchestrators and entities."""

    def __init__(self, process: "subprocess.Popen[str]") -> None:
        self._process = process
        self.functions: Mapping[str, Sequence[str]] = self._line()

    def answer(self, orchestrator: str, request: Mapping[str, Any]) -> Any:
        """Return what a fresh orchestrator answers."""
        return self._asked(orchestrator=orchestrator, request=request)

    def entity(self, entity: str, request: Mapping[str, Any]) -> Any:
        """Return what an entity answers."""
        return self._asked(entity=entity, request=request)

    def _asked(self, **question: Any) -> Any:
        assert self._process.stdin is not None
        self._process.stdin.write(json.dumps(question) + "\n")
        self._process.stdin.flush()
        return self._line()

    def _line(self) -> Any:
        assert self._process.stdout is not None
        line = self._process.stdout.readline()
        assert line, "the app's process has ended; its own words are above"
        return json.loads(line)


@contextmanager
def running_app(app: Path = ROOT) -> Iterator[AppProcess]:
    """Start an app for replays."""
    command = [sys.executable, str(HERE / "app_process.py")]
    with subprocess.Popen(
        command, cwd=app, env={**os.environ, **SETTINGS}, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        try:
            yield AppProcess(process)
        finally:
            process.kill()
