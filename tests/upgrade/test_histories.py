"""Histories that older releases have recorded go on with the orchestrators of today: every prefix gives what it had given."""

import json
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest

from tests.upgrade.decisions import STARTED, actions_of, decided, had_decided
from tests.upgrade.releases import RELEASES, AppProcess, running_app

HISTORIES = [
    pytest.param(path, id=f"{release.version} {path.stem}") for release in RELEASES for path in release.histories()
]


@pytest.fixture(scope="module")
def app() -> Iterator[AppProcess]:
    with running_app() as app:
        yield app


def without_cancellation(actions: Sequence[Mapping[str, Any]]) -> list[str]:
    """That a timer is cancelled later on is another decision, the timer is the same."""
    return [json.dumps(action).replace('"isCanceled": true', '"isCanceled": false') for action in actions]


def check_prefixes(app: AppProcess, orchestrator: str, request: Mapping[str, Any]) -> int:
    """Replay every prefix; return how many there were."""
    history = request["history"]
    everything: list[str] | None = None
    first = next(number for number, event in enumerate(history) if event["EventType"] == STARTED)
    for end in range(len(history), first, -1):
        answer = app.answer(orchestrator, {**request, "history": history[:end]})
        where = f"after {end} of {len(history)} events"
        assert "failed" not in answer, f"{where}: {answer['failed']}"
        actions = actions_of(answer)
        now, then = decided(actions), had_decided(history[:end])
        assert {number: now[number] if number < len(now) else None for number in then} == then, where
        texts = without_cancellation(actions)
        everything = everything or texts
        assert texts == everything[: len(texts)], f"another decision {where}"
    return len(history) - first


def test_there_are_releases_to_upgrade_from() -> None:
    assert [release.version for release in RELEASES][:1] == ["0.1.0"]


@pytest.mark.parametrize("path", HISTORIES)
def test_every_prefix_of_a_recorded_history_goes_on(path: Path, app: AppProcess) -> None:
    found = json.loads(path.read_text(encoding="utf-8"))

    assert check_prefixes(app, found["orchestrator"], found["request"]) > 0


@pytest.mark.parametrize(
    "broken",
    [
        pytest.param({"EventType": 4, "Name": "another_activity"}, id="another activity"),
        pytest.param({"EventType": 10, "FireAt": "2026-01-01T00:00:00Z"}, id="a timer instead"),
    ],
)
def test_a_history_that_says_otherwise_is_found(broken: Mapping[str, Any], app: AppProcess) -> None:
    path = next(p for p in RELEASES[0].histories() if p.stem.startswith("replay.list.deliver"))
    found = json.loads(path.read_text(encoding="utf-8"))
    number = next(n for n, event in enumerate(found["request"]["history"]) if event["EventType"] == 4)
    found["request"]["history"][number] |= broken

    with pytest.raises(AssertionError):
        check_prefixes(app, found["orchestrator"], found["request"])
