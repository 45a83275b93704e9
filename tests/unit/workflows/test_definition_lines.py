"""Where in its text a definition has what a JSON pointer points at."""

import json
from typing import Any

import pytest

from workflows.definitions.lines import line_of, lines_of

TEXT = r"""
{
  "StartAt": "A", "States": {
    "A":
      {"Type": "Choice", "Choices": [
        {"Next": "B"},
        {"Next": "{\"[:,]\" // no sign counts in a text}"}
      ]},
    "a/b~c": [[], [1,
      2], {}],
    "last": true
  }
}
"""


@pytest.mark.parametrize(
    ("pointer", "line"),
    [
        *(("", 2), ("/StartAt", 3), ("/States", 3), ("/States/A", 4), ("/States/A/Type", 5)),
        *(("/States/A/Choices/0", 6), ("/States/A/Choices/0/Next", 6), ("/States/A/Choices/1/Next", 7)),
        *(("/States/a~1b~0c", 9), ("/States/a~1b~0c/1", 9), ("/States/a~1b~0c/1/1", 10), ("/States/a~1b~0c/2", 10)),
        ("/States/last", 11),
    ],
)
def test_everything_has_the_line_on_which_its_name_stands(pointer: str, line: int) -> None:
    assert line_of(pointer, lines_of(TEXT)) == line


def test_what_is_not_there_has_the_line_of_what_it_is_missing_from() -> None:
    assert line_of("/States/A/Choices/0/Condition", lines_of(TEXT)) == 6
    assert line_of("/States/A/Choices/2", lines_of(TEXT)) == 5


def pointers_of(value: Any, pointer: str = "") -> list[str]:
    inner = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    return [pointer, *(one for name, each in inner for one in pointers_of(each, f"{pointer}/{name}"))]


@pytest.mark.parametrize("indent", [None, 1])
def test_nothing_is_left_out(indent: int | None) -> None:
    value = {"a": [1, -2.5e3, None, [], {}, [[True]], {"b": {"": "x\ny\\"}}], "c": "\u2028"}

    assert sorted(lines_of(json.dumps(value, indent=indent))) == sorted(pointers_of(value))


def test_a_text_that_is_no_json_has_the_line_at_which_it_ceases_to_be() -> None:
    assert lines_of('{\n"a": 1,\n}') == {"": 3}


@pytest.mark.parametrize("text", ["[" * 100_000, "[" * 100_000 + "]" * 100_000], ids=["open", "closed"])
def test_a_text_that_nobody_can_take_apart_has_no_lines(text: str) -> None:
    assert line_of("", lines_of(text)) in {None, 1}
