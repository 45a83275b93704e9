"""What running instances hold on to: names, inputs, results, events, ids. It may grow, in frozen/ too, and never shrink."""

import json
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest

from tests.upgrade.contract import Shapes, differences, shapes
from tests.upgrade.decisions import keys_of
from tests.upgrade.releases import (
    RELEASES,
    AppProcess,
    Release,
    contents,
    frozen,
    instance_forms,
    results_now,
    running_app,
    unpacked,
    write_zip,
)

KINDS = ("orchestrators", "activities", "entities")


@pytest.fixture(scope="module", name="frozen")
def everything_frozen() -> Any:
    return frozen()


@pytest.fixture(scope="module")
def app() -> Iterator[AppProcess]:
    with running_app() as app:
        yield app


@pytest.fixture(scope="module")
def then() -> Sequence[Mapping[str, Any]]:
    """Everything that was recorded of all releases."""
    return [json.loads(path.read_text(encoding="utf-8")) for release in RELEASES for path in release.histories()]


def of(found: Mapping[str, Any], *ends: str) -> dict[str, Any]:
    return {what: keys for what, keys in found.items() if any(end in what for end in ends)}


def differing_names(frozen: Mapping[str, Sequence[str]], now: Mapping[str, Sequence[str]]) -> list[str]:
    gone = [
        f"{name} of {kind} is gone: running instances call it"
        for kind in KINDS
        for name in set(frozen[kind]) - set(now[kind])
    ]
    new = [
        f"{name} of {kind} is new: add it to frozen/" for kind in KINDS for name in set(now[kind]) - set(frozen[kind])
    ]
    return sorted(gone + new)


@pytest.mark.parametrize("release", [pytest.param(each, id=each.version) for each in RELEASES])
def test_an_app_is_packed_as_the_tool_packs_it(release: Release, tmp_path: Path) -> None:
    app = unpacked(release, tmp_path / "app")

    files = [each.relative_to(app).as_posix() for each in app.rglob("*") if each.is_file()]
    write_zip(contents(app, files), tmp_path / "again.zip")

    assert (tmp_path / "again.zip").read_bytes() == (release.folder / "app.zip").read_bytes()


def test_no_durable_function_is_gone_or_renamed_and_new_ones_are_written_down(frozen: Any, app: AppProcess) -> None:
    assert differing_names(frozen["functions"], app.functions) == []


def test_instances_keep_their_ids(frozen: Any) -> None:
    assert instance_forms() == frozen["instances"]


def test_orchestrators_ask_of_others_what_they_asked(
    frozen: Any, app: AppProcess, then: Sequence[Mapping[str, Any]]
) -> None:
    now = [{"request": each["request"], "answer": app.answer(each["orchestrator"], each["request"])} for each in then]

    asked = (": input", ": event")
    assert (
        differences(
            of(frozen["shapes"], *asked),
            of(shapes(now), *asked),
            all_of_it=True,
            strict=frozen["strict"],
            added=frozen["added"],
        )
        == []
    )


def test_entities_understand_what_they_were_told_and_keep_what_they_kept(frozen: Any, app: AppProcess) -> None:
    then = [record for release in RELEASES for record in release.entities()]
    now = [{**each, "answer": app.entity(each["request"]["self"]["name"], each["request"])} for each in then]

    assert [each for each in now if any(result["isError"] for result in each["answer"]["results"])] == []
    assert (
        differences(
            of(frozen["shapes"], "entity "),
            of(shapes(now), "entity "),
            all_of_it=True,
            strict=frozen["strict"],
            added=frozen["added"],
        )
        == []
    )


def test_every_result_that_was_recorded_is_written_down(frozen: Any, then: Sequence[Mapping[str, Any]]) -> None:
    """Those of the app of today are compared below, and all of them where it runs, in test_upgrade.py."""
    assert (
        differences(
            of(frozen["shapes"], ": result"),
            of(shapes(then), ": result"),
            all_of_it=True,
            strict=frozen["strict"],
            added=frozen["added"],
        )
        == []
    )


@pytest.mark.parametrize(("what", "value"), results_now().items())
def test_results_of_today_have_the_keys_that_are_written_down(frozen: Any, what: str, value: Any) -> None:
    now = {what: set(keys_of(value))}

    assert differences({what: frozen["shapes"][what]}, now, all_of_it=True, strict=frozen["strict"]) == []


@pytest.mark.parametrize(
    ("now", "said"),
    [
        pytest.param({}, "activity a: input is gone: running instances need it", id="gone"),
        pytest.param({"activity a: input": {"x"}}, "activity a: input lacks y: running instances need it", id="shrunk"),
        pytest.param(
            {"activity a: input": {"x", "y", "z"}},
            "activity a: input has the new key z: add it to frozen/",
            id="grown",
        ),
        pytest.param(
            {"activity a: input": {"x", "y"}, "activity b: input": set()},
            "activity b: input is new: add it to frozen/",
            id="new",
        ),
    ],
)
def test_a_difference_is_found(now: Shapes, said: str) -> None:
    assert differences({"activity a: input": ["x", "y"]}, now, all_of_it=True) == [said]
