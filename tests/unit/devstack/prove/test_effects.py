"""What effects say: what was not done, what was done twice, and what came again though nothing had died."""

import pytest

from devstack.prove.definition_cases import Case, Found
from devstack.prove.effects import Crash, Effect, doubled, missing, repeats, without_reason


def done(state: str, key: str, *, attempt: int = 0, token: str = "", at: float = 0.0) -> Effect:
    return Effect("e", state, attempt, key, token, at)


def test_what_was_not_done_and_what_was_done_under_two_keys() -> None:
    effects = [done("A", "1"), done("A", "1"), done("B", "2"), done("B", "3"), done("B", "2", attempt=1)]
    expected = {"A 0": 1, "B 0": 1, "B 1": 1, "C 0": 1}

    assert missing(expected, effects) == ["C 0: 0 of 1"]
    assert doubled(expected, effects) == ["B 0: 2, not 1"]


def test_nobody_is_asked_under_two_tokens() -> None:
    same, another = [done("A", "1", token="t"), done("A", "1", token="t")], done("A", "1", token="u")

    assert doubled({"A 0": 1}, same) == []
    assert doubled({"A 0": 1}, [*same, another]) == ["A 0: 2 tokens"]


@pytest.mark.parametrize(
    ("crash", "is_excused"),
    [(Crash(0.0, 4.0), False), (Crash(4.0, 5.5), True), (Crash(6.0, 6.5), True), (Crash(7.5, 9.0), False)],
    ids=["it was over before", "it was not over", "in between", "it came later"],
)
def test_what_comes_again_has_a_reason(crash: Crash, is_excused: bool) -> None:
    again = repeats([done("A", "1", at=5.0), done("A", "1", attempt=1, at=6.0), done("A", "1", at=7.0)])

    assert [(first.at, second.at) for first, second in again] == [(5.0, 7.0)]
    assert (without_reason(again, [crash]) == []) is is_excused


def a_case(outcome: str = "done", output: object = 1, error: str | None = None, cause: str | None = None) -> Case:
    return Case("e", "d", {}, outcome, output, error, cause, {"": ["A", "B"]}, ["B/1/0"], {})


@pytest.mark.parametrize(
    ("found", "wrong"),
    [
        (Found("completed", {"output": 1}, {"": ["A", "B"], "B/1/0/0": ["C"], "B/1/0/1": []}), 0),
        (Found("completed", {"output": 2}, {"": ["A", "B"]}), 1),
        (Found("running", None, {"": ["A"]}), 2),
        (Found("completed", {"output": 1}, {"": ["B", "A"]}), 1),
        (Found("completed", {"output": 1}, {"": ["A", "B"], "A/1/0/0": ["C"]}), 1),
    ],
    ids=["as told", "another output", "not ended", "another order", "a branch too many"],
)
def test_an_execution_is_compared_with_what_the_interpreter_says(found: Found, wrong: int) -> None:
    assert len(a_case().differences(found)) == wrong


def test_a_failure_is_compared_by_error_and_cause() -> None:
    case = a_case(outcome="failed", output=None, error="Boom", cause="why")

    assert case.differences(Found("failed", {"error": "Boom", "cause": "why"}, {"": ["A", "B"]})) == []
    assert case.differences(Found("failed", {"error": "Boom", "cause": "else"}, {"": ["A", "B"]})) != []
