"""What is told of executions holds no token of a task."""

import json

import pytest

from workflows.machines.names import token_head, token_text
from workflows.machines.untold import json_without_tokens, without_tokens

TOKEN = token_text("order-7", "5" * 64, "Ask/1", 0)


@pytest.mark.parametrize("execution", ["e", "order-7", "order-7~" + "0" * 32, "ö" * 100, "x" * 100])
@pytest.mark.parametrize("around", ["%s", '"%s"', "https://x/api/tasks/%s/success", "a\n%s", "%s %s"])
def test_a_token_of_any_execution_is_hidden(execution: str, around: str) -> None:
    token = token_text(execution, "5" * 64, "Ask/1", 0)

    assert without_tokens(around.replace("%s", token)) == around.replace("%s", "***")


@pytest.mark.parametrize("before", ["", "a\t", "\n", "\b", "\x1f", "\\", '"', "é "])
@pytest.mark.parametrize("own", [None, token_head("order-7")])
def test_json_stays_json_and_its_numbers_as_they_are_written(before: str, own: str | None) -> None:
    value = {before + TOKEN: [before + TOKEN, 7, {"b": f'"{before}{TOKEN}"'}]}
    text = json.dumps(value, ensure_ascii=False) + ",1.10000000000000000000000"

    told, number = json_without_tokens(text, own).rsplit(",", 1)

    assert json.loads(told) == {f"{before}***": [f"{before}***", 7, {"b": f'"{before}***"'}]}
    assert number == "1.10000000000000000000000"


def test_what_begins_in_an_escape_is_no_token_and_stays_json() -> None:
    text = json.dumps("\b" + TOKEN[1:])

    assert TOKEN in text
    assert json.loads(json_without_tokens(text, token_head("order-7"))) == "\b" + TOKEN[1:]


def test_an_executions_own_tokens_are_hidden_also_within_words() -> None:
    assert without_tokens(f"id-{TOKEN}ff", token_head("order-7")) == "id-***ff"
    assert json.loads(json_without_tokens(json.dumps(f"\\n{TOKEN}"), token_head("order-7"))) == "\\n***"


@pytest.mark.parametrize("own", [None, token_head("order-7")])
@pytest.mark.parametrize("missing", [1, 20])
def test_a_token_that_was_cut_is_hidden_as_long_as_one_could_guess_the_rest(missing: int, own: str | None) -> None:
    assert without_tokens(f"it said {TOKEN[:-missing]}", own) == "it said ***"


@pytest.mark.parametrize(
    "text",
    [
        "",
        "release." + "a" * 40,
        "." + "a" * 40,
        "https://example.com/v1." + "0" * 40,
        TOKEN + "0",
        TOKEN[:-21],
        "a" * 64,
    ],
)
def test_what_is_no_token_stays(text: str) -> None:
    assert without_tokens(text) == text


def test_a_long_text_costs_no_more_than_its_length() -> None:
    text = "a" * 1_000_000 + ("." + "0" * 40) * 20_000

    assert without_tokens(text) == text
