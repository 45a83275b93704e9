"""What `./dev workflow check` says of files: mistakes and warnings with their lines, by what workflows.toml allows."""

import io
import json
import sys
from pathlib import Path
from typing import Any

import pytest

import check_definition
from workflows.config.file import parse_workflows
from workflows.definitions.mistakes import MOST_TOLD

ROOT = Path(__file__).parents[2]
EXAMPLES = ROOT / "docs" / "workflows"
SHOP = '[[connection]]\nname = "shop"\nurl = "%SHOP_URL%/v1"\nheaders = { Authorization = "Bearer %SHOP_KEY%" }\n'
ONLY_ORDERS = '[[definition]]\nname = "order"\nallow = ["relay:http/shop"]\n'


def asking(resource: str, **more: Any) -> dict[str, Any]:
    return {"StartAt": "Ask", "States": {"Ask": {"Type": "Task", "Resource": resource, "End": True, **more}}}


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.delenv("WORKFLOWS_FILE", raising=False)
    monkeypatch.delenv("SHOP_URL", raising=False)
    monkeypatch.chdir(tmp_path)
    (tmp_path / "workflows.toml").write_text(SHOP)
    return tmp_path


def written(folder: Path, definition: Any, name: str = "order") -> str:
    text = definition if isinstance(definition, str) else json.dumps(definition, indent=1)
    (folder / f"{name}.asl.json").write_text(text)
    return f"{name}.asl.json"


def said(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, list[str]]:
    status = check_definition.main(["--workflows", "workflows.toml", *arguments])
    return status, capsys.readouterr().out.splitlines()


def test_what_may_be_put_has_no_mistakes(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = written(folder, asking("relay:http/shop"))

    assert said(capsys, file) == (0, [f"{file}: no mistakes"])


def test_a_mark_before_the_text_is_no_part_of_it(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = written(folder, "\ufeff" + json.dumps(asking("relay:http/shop")))

    assert said(capsys, file) == (0, [f"{file}: no mistakes"])


def test_each_mistake_comes_with_its_line_and_its_pointer(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = written(folder, asking("relay:http/shp", Next="Gone", TimeoutSeconds=-1))

    status, lines = said(capsys, file)

    assert status == 1
    assert [line.split(": ")[:3] for line in lines[:-1]] == [
        [f"{file}:6", "mistake", "/States/Ask/Resource"],
        [f"{file}:7", "mistake", "/States/Ask/End"],
        [f"{file}:8", "mistake", "/States/Ask/Next"],
        [f"{file}:9", "mistake", "/States/Ask/TimeoutSeconds"],
    ]
    assert lines[-1] == f"{file}: 4 mistakes"


def test_a_name_begins_no_line_of_its_own_and_moves_no_cursor(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    hostile = {"A\norder.asl.json: no mistakes\u001b[2J": {"Type": "Succeed"}, "\ud800": {"Type": "Succeed"}}
    file = written(folder, {"StartAt": "X", "States": hostile})

    status, lines = said(capsys, file)

    assert (status, len(lines), lines[-1]) == (1, 2, f"{file}: 1 mistake")
    assert "A order.asl.json: no mistakes" in lines[0]
    assert lines[0].isprintable()


def test_all_mistakes_are_told(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    states = {f"S{number}": {"Type": "Fail", "Oops": 1} for number in range(MOST_TOLD)}
    file = written(folder, {"StartAt": "S0", "States": states})

    _, lines = said(capsys, file)

    assert (
        len(lines) == 2 * MOST_TOLD
    )  # each has a field too many, and nothing leads to any but the first; and the count


def test_a_warning_is_told_and_is_no_mistake(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = written(folder, asking("relay:http/shop.waitForTaskToken"))

    status, lines = said(capsys, file)

    assert status == 0
    assert lines[0].startswith(f"{file}:4: warning: /States/Ask: if nobody answers")
    assert lines[1:] == [f"{file}: no mistakes, 1 warning"]


@pytest.mark.parametrize(
    ("arguments", "status"),
    [([], 0), (["--name", "order"], 0), (["--name", "other"], 1)],
    ids=["the file's", "it", "another"],
)
def test_the_name_says_what_a_definition_may_name(
    arguments: list[str], status: int, folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (folder / "workflows.toml").write_text(SHOP + ONLY_ORDERS)

    assert said(capsys, written(folder, asking("relay:http/shop")), *arguments)[0] == status


def test_the_rules_are_those_of_the_app(folder: Path) -> None:
    workflows = parse_workflows(SHOP + ONLY_ORDERS, {"SHOP_URL": "https://shop.example", "SHOP_KEY": "k"})
    content = json.dumps(asking("relay:http/shop")).encode()

    assert check_definition.check("f", content, "order", workflows).machine is not None
    assert check_definition.check("f", content, "another", workflows).machine is None


def test_the_apps_own_file_is_meant_unless_another_is_named(
    folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    file = written(folder, asking("relay:http/shop"))
    assert check_definition.main([file]) == 1  # the project's own has no connection

    monkeypatch.setenv("WORKFLOWS_FILE", str(folder / "workflows.toml"))

    assert check_definition.main([file]) == 0
    assert "no mistakes" in capsys.readouterr().out


def test_several_files_are_checked_to_the_last(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    wrong = written(folder, "{", "wrong")
    right = written(folder, asking("relay:http/shop"), "right")

    status, lines = said(capsys, wrong, right)

    assert status == 1
    assert lines[0].startswith(f"{wrong}:1: mistake: /: this is not JSON")
    assert lines[-1] == f"{right}: no mistakes"


@pytest.mark.parametrize(
    ("content", "name", "problem"),
    [(b"\xff", "order", "it is no UTF-8"), (b"{}", "9", "begin with a letter")],
    ids=["text", "name"],
)
def test_what_the_app_would_refuse_before_it_reads_is_a_mistake(
    content: bytes, name: str, problem: str, folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (folder / f"{name}.json").write_bytes(content)

    status, lines = said(capsys, f"{name}.json")

    assert status == 1
    assert problem in lines[0]


def test_standard_input_is_drawn_and_what_is_said_of_it_stands_beside(
    folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    definition = json.dumps(asking("relay:http/shop")).encode()
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(definition)))

    assert check_definition.main(["--workflows", "workflows.toml", "--mermaid", "--svg", "out.svg", "-"]) == 0

    told = capsys.readouterr()
    assert told.out.startswith("flowchart TD\n")
    assert told.err == "-: no mistakes\n"
    assert "Ask" in (folder / "out.svg").read_text()


def test_what_has_mistakes_is_not_drawn(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert said(capsys, "--mermaid", written(folder, {})) == (1, [])


@pytest.mark.parametrize(
    ("arguments", "problem"),
    [
        (["gone.json"], "gone.json: No such file or directory"),
        (["--workflows", "gone.toml", "-"], "there is no file 'gone.toml'"),
        (["--mermaid", "a", "b"], "are for one FILE"),
    ],
    ids=["definition", "workflows", "picture"],
)
def test_what_cannot_be_done_is_said(
    arguments: list[str], problem: str, folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    try:
        status = check_definition.main(arguments)
    except SystemExit as ended:
        status = int(str(ended.code))

    assert status != 0
    assert problem in capsys.readouterr().err


def test_a_wrong_workflows_file_is_told(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (folder / "workflows.toml").write_text('[[connection]]\nname = "shop"\nurl = "%SHOP_URL%/v1"\nurls = 1\n')

    assert said(capsys, written(folder, {}))[0] == 1


def test_the_examples_name_what_their_workflows_file_has(capsys: pytest.CaptureFixture[str]) -> None:
    pytest.importorskip("jsonata", reason="the engine is optional")
    files = sorted(str(path) for path in EXAMPLES.glob("*.asl.json"))

    assert check_definition.main(["--workflows", str(EXAMPLES / "workflows.toml"), *files]) == 0
    assert all(line.endswith(": no mistakes") for line in capsys.readouterr().out.splitlines())
