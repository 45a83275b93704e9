"""A capability more costs new files and five lines elsewhere: a table, an activity, a route, a notice and a setting."""

import difflib
import json
import shutil
import urllib.request
from pathlib import Path
from typing import Any

import pytest

from devstack.workflows.example import copy_of_the_app
from tests.architecture import test_rooms
from tests.e2e.relay_stack import ROOT, RelayStack
from tests.waiting import wait_until

ADDED = Path(__file__).parent / "added_capability"
MOST_LINES_ELSEWHERE = 5
LINES_ELSEWHERE = {  # file -> what stands there, and what stands there then
    "triggers/__init__.py": ('"http.orchestrators"', '"http.orchestrators", "http.heartbeat"'),
    "orchestrators/__init__.py": ('"notification"', '"notification", "heartbeat"'),
    "activities/__init__.py": ('"notification"', '"notification", "heartbeat"'),
    "relay/notification/words.py": (
        '    SILENT = "silent"\n',
        '    SILENT = "silent"\n    HEARTBEAT = "heartbeat"\n',
        "WORDS: Mapping[Occasion, Words] = {\n",
        'WORDS: Mapping[Occasion, Words] = {\n    Occasion.HEARTBEAT: Words("{relay}: its heart beats", "See what the relay says:"),\n',
    ),
}


@pytest.fixture(scope="module")
def app(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the app with the capability."""
    folder = copy_of_the_app(tmp_path_factory.mktemp("app"))
    for path in ADDED.rglob("*"):
        if path.suffix in {".py", ".sql"}:
            there = folder / path.relative_to(ADDED)
            assert not there.exists(), "new files only"
            there.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(path, there)
    for name, edits in LINES_ELSEWHERE.items():
        text = (folder / name).read_text(encoding="utf-8")
        for before, after in zip(edits[::2], edits[1::2], strict=True):
            assert text.count(before) == 1
            text = text.replace(before, after)
        (folder / name).write_text(text, encoding="utf-8")
    return folder


def test_it_touches_new_files_and_five_lines(app: Path) -> None:
    touched = 0
    for name in LINES_ELSEWHERE:
        before = (ROOT / name).read_text(encoding="utf-8").splitlines()
        after = (app / name).read_text(encoding="utf-8").splitlines()
        touched += sum(line.startswith("+ ") for line in difflib.ndiff(before, after))

    assert touched <= MOST_LINES_ELSEWHERE
    contributing = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
    assert [name for name in LINES_ELSEWHERE if name not in contributing] == []


def test_the_house_keeps_its_rules(app: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(test_rooms, "ROOT", app)

    for room in test_rooms.ALLOWED:
        if room not in {"devstack", "bench"}:
            test_rooms.test_a_room_imports_only_what_it_may(room)
    test_rooms.test_no_two_files_import_each_other()


@pytest.mark.timeout(300)
def test_it_works(app: Path, tmp_path: Path) -> None:
    relay = RelayStack(tmp_path, settings={"HEARTBEAT_TELL_AFTER": "2"}, app=app, relays_text=_RELAYS)
    try:
        relay.start()
        outputs = [follow(relay, start(relay)) for _ in range(3)]

        assert outputs == [1, 2, 3]
        assert [tuple(row) for row in relay.sql("SELECT Relay, Beats FROM relay.Heartbeat")] == [("orders", 3)]
        wait_until(
            lambda: "orders: its heart beats" in relay.stack.log_text("functions_host"), description="people are told"
        )
        assert relay.stack.log_text("functions_host").count("its heart beats. ") == 1
    finally:
        relay.stop()


_RELAYS = """
[[relay]]
name = "orders"
table = "dbo.Orders"
endpoint = "%API_URL%/orders"

[[channel]]
name = "log"
kind = "log"
"""


def start(relay: RelayStack) -> Any:
    request = urllib.request.Request(f"{relay.stack.host_url}/api/relays/orders/heartbeat", b"", method="POST")
    with urllib.request.urlopen(request, timeout=30) as answer:
        assert answer.status == 202
        return json.loads(answer.read())


def follow(relay: RelayStack, started: Any) -> Any:
    """Wait for the output of what was started."""
    found: dict[str, Any] = {}
    url = f"{relay.stack.host_url}/runtime/webhooks/durabletask/instances/{started['id']}"

    def ended() -> bool:
        with urllib.request.urlopen(url, timeout=30) as answer:
            found.update(json.loads(answer.read()))
        return found["runtimeStatus"] in {"Completed", "Failed"}

    wait_until(ended, description="the heartbeat is counted")
    return found["output"]
