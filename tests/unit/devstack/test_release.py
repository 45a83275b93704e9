"""What `./dev release` refuses, packs and writes down; that a whole recording works is seen in tests/upgrade."""

import json
import os
import zipfile
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from devstack.command.errors import CommandError
from devstack.package.contents import check_checked_in, contents, deployable, write_zip
from devstack.release.__main__ import check_version
from devstack.release.courses import check, chosen, courses, entities, text_of
from devstack.release.tables import literal


def write(root: Path, files: dict[str, str]) -> None:
    for name, text in files.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(text, encoding="utf-8")


@pytest.mark.parametrize(
    ("app", "changelog", "said"),
    [
        pytest.param("1.1", "1.2", "relay/version.py says 1.1, not 1.2", id="app"),
        pytest.param("1.2", "1.1", "the newest release of CHANGELOG.md is 1.1, not 1.2", id="changelog"),
        pytest.param("1.2", "Unreleased", "the newest release of CHANGELOG.md is none, not 1.2", id="unreleased"),
    ],
)
def test_another_version_is_refused(app: str, changelog: str, said: str, tmp_path: Path) -> None:
    write(tmp_path, {"relay/version.py": f'VERSION = "{app}"\n', "CHANGELOG.md": f"# C\n\n## {changelog} - 2026\n"})

    with pytest.raises(CommandError, match=said):
        check_version(tmp_path, "1.2")


def test_the_version_of_app_and_changelog_is_taken(tmp_path: Path) -> None:
    text = "## Unreleased\n\n## 1.2 - 2026-01-01\n\n## 1.1 - 2025-01-01\n"
    write(tmp_path, {"relay/version.py": 'VERSION = "1.2"\n', "CHANGELOG.md": text})

    check_version(tmp_path, "1.2")


FILES = {".funcignore": "dev\n*.md\n__pycache__\n.git*\n", "b.py": "b", "dev": "d", "README.md": "r", "a/c.sql": "c"}


def test_what_funcignore_leaves_out_is_not_deployed(tmp_path: Path) -> None:
    more = {"local.settings.json": "{}", "a/__pycache__/c.pyc": "x", ".gitignore": "x", "devices/e.py": "e"}
    write(tmp_path, {**FILES, **more})

    assert deployable(tmp_path) == ["a/c.sql", "b.py", "devices/e.py"]


def test_a_pattern_that_is_not_understood_is_told(tmp_path: Path) -> None:
    write(tmp_path, {".funcignore": "a/*.sql\n"})

    with pytest.raises(CommandError, match=r"'a/\*\.sql'"):
        deployable(tmp_path)


def test_equal_files_make_equal_bytes(tmp_path: Path) -> None:
    write(tmp_path, FILES)
    write_zip(contents(tmp_path, deployable(tmp_path)), tmp_path / "one.zip")
    os.utime(tmp_path / "b.py", (1, 1))
    (tmp_path / "b.py").chmod(0o700)

    write_zip(contents(tmp_path, ["b.py", "a/c.sql"]), tmp_path / "two.zip")

    assert (tmp_path / "one.zip").read_bytes() == (tmp_path / "two.zip").read_bytes()
    with zipfile.ZipFile(tmp_path / "one.zip") as archive:
        assert archive.namelist() == ["a/c.sql", "b.py"]


def test_what_git_does_not_have_is_no_release(tmp_path: Path) -> None:
    with pytest.raises(CommandError, match=r"as (git|it) has it"):
        check_checked_in(tmp_path, ["a.py"])


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (None, "NULL"), (True, "1"), (7, "7"), (Decimal("1.50"), "1.50"), (2.0, "2.0E0"), (1e300, "1e+300"),
        ("O'Neill", "N'O''Neill'"), (b"\x01\xff", "0x01FF"),
    ],
)  # fmt: skip
def test_a_value_is_written_as_t_sql(value: Any, text: str) -> None:
    assert literal(value) == text


def request_of(instance: str, *history: dict[str, Any]) -> str:
    started = {
        "EventType": 0,
        "Name": "o",
        "Input": '{"relay": "r"}',
        "OrchestrationInstance": {"ExecutionId": instance},
    }
    events = [{"EventType": 12}, started, *history]
    return json.dumps(
        {"request": {"instanceId": instance, "history": events}, "answer": {"isDone": False, "actions": [[]]}}
    )


DONE = ({"EventType": 4, "EventId": 0, "Name": "o_step"}, {"EventType": 5, "TaskScheduledId": 0, "Result": "1"})
FIRED = {"EventType": 11}


def test_of_many_generations_the_shortest_with_something_new_are_kept(tmp_path: Path) -> None:
    entity = json.dumps(
        {"request": {"batch": [{"name": "close"}], "self": {"name": "e"}, "exists": True}, "answer": {}}
    )
    lines = [
        *(request_of("1"), request_of("1", *DONE), request_of("2", *DONE), request_of("3", *DONE, FIRED, FIRED)),
        *(entity, entity),
    ]
    write(tmp_path, {"recorded.jsonl": "\n".join(lines)})

    found = courses(tmp_path / "recorded.jsonl")

    assert len(found) == 3
    assert list(chosen(found)) == ["o.step.open", "o.step.timer.open"]
    assert len(entities(tmp_path / "recorded.jsonl")) == 1
    assert json.loads(text_of(found[0]))["request"]["history"][-1]["Result"] == "1"
    with pytest.raises(CommandError, match="nothing was recorded of other"):
        check(found, {"orchestrationTrigger": ["o"], "activityTrigger": ["o_step", "other"]})
