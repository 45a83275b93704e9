"""Choice states: the operators, their joining, and where they lead."""

from typing import Any

import pytest

from asl.choices.operators import OPERATORS
from tests.unit.asl.running import failure_of, one, run, states_of

EARLY, LATE = "2026-01-01T00:00:00Z", "2026-01-01T01:30:00+01:00"


def holds(rule: dict[str, Any], data: Any) -> bool:
    choice = {"Type": "Choice", "Choices": [{**rule, "Next": "Yes"}], "Default": "No"}
    result = run(one(choice, Yes={"Type": "Succeed"}, No={"Type": "Succeed"}), data)
    return states_of(result) == ["First", "Yes"]


@pytest.mark.parametrize(
    ("name", "yes", "no", "value"),
    [
        ("StringEquals", "b", "a", "b"),
        ("StringLessThan", "a", "b", "b"),
        ("StringGreaterThan", "c", "b", "b"),
        ("StringLessThanEquals", "b", "c", "b"),
        ("StringGreaterThanEquals", "b", "a", "b"),
        ("NumericEquals", 1.0, 2, 1),
        ("NumericLessThan", 0, 1, 1),
        ("NumericGreaterThan", 1.5, 1, 1),
        ("NumericLessThanEquals", 1, 1.1, 1),
        ("NumericGreaterThanEquals", 1, 0.9, 1),
        ("BooleanEquals", True, False, True),
        ("TimestampEquals", "2026-01-01T00:00:00.000+00:00", LATE, EARLY),
        ("TimestampLessThan", EARLY, LATE, LATE),
        ("TimestampGreaterThan", LATE, EARLY, EARLY),
        ("TimestampLessThanEquals", EARLY, LATE, EARLY),
        ("TimestampGreaterThanEquals", LATE, EARLY, LATE),
    ],
)
class TestComparisons:
    def test_with_a_value(self, name: str, yes: Any, no: Any, value: Any) -> None:
        rule = {"Variable": "$.it", name: value}

        assert (holds(rule, {"it": yes}), holds(rule, {"it": no})) == (True, False)

    def test_with_what_a_path_leads_to(self, name: str, yes: Any, no: Any, value: Any) -> None:
        rule = {"Variable": "$.it", f"{name}Path": "$.other"}

        assert (holds(rule, {"it": yes, "other": value}), holds(rule, {"it": no, "other": value})) == (True, False)

    @pytest.mark.parametrize("other", [None, [], {}, False, "", 1])
    def test_what_is_of_another_kind_never_compares(self, name: str, yes: Any, no: Any, value: Any, other: Any) -> None:
        if type(other) in (type(yes), type(value)) or (isinstance(other, int) and isinstance(value, int | float)):
            other = {"a": 0}

        assert not holds({"Variable": "$.it", name: value}, {"it": other})


@pytest.mark.parametrize(
    ("name", "yes", "no"),
    [
        ("IsNull", None, 0),
        ("IsNumeric", 1.5, True),
        ("IsString", "", 1),
        ("IsBoolean", False, 0),
        ("IsTimestamp", EARLY, "2026-01-01T00:00:00"),
    ],
)
def test_questions_of_kind_are_answered_either_way(name: str, yes: Any, no: Any) -> None:
    asked = [holds({"Variable": "$.it", name: wanted}, {"it": it}) for it in (yes, no) for wanted in (True, False)]

    assert asked == [True, False, False, True]


def test_what_is_null_is_present_and_what_is_not_there_is_not() -> None:
    rule = {"Variable": "$.it", "IsPresent": True}

    assert (holds(rule, {"it": None}), holds(rule, {})) == (True, False)
    assert holds({"Variable": "$.it", "IsPresent": False}, {})
    assert not holds({"Variable": "$.list[*].it", "IsPresent": True}, {"list": [{}]})


@pytest.mark.parametrize(
    ("pattern", "yes", "no"),
    [
        ("log-*.txt", "log-2026.txt", "log-2026.txt.gz"),
        ("*", "", None),
        ("a*b*c", "aXbYbc", "aXc"),
        (r"\*x", "*x", "ax"),
        (r"a\\*", "a\\b", "ab"),
        ("ab*ba", "abba", "aba"),
    ],
)
def test_a_pattern_matches_a_whole_text(pattern: str, yes: str, no: Any) -> None:
    rule = {"Variable": "$.it", "StringMatches": pattern}

    assert (holds(rule, {"it": yes}), holds(rule, {"it": no})) == (True, False)


def test_conditions_are_joined() -> None:
    is_one, is_two = ({"Variable": "$.it", "NumericEquals": number} for number in (1, 2))

    assert holds({"Or": [is_one, is_two]}, {"it": 2})
    assert not holds({"And": [is_one, is_two]}, {"it": 2})
    assert holds({"And": [{"Not": is_one}, is_two]}, {"it": 2})


def test_there_are_all_operators_of_the_language() -> None:
    assert len(OPERATORS) == len(set(OPERATORS)) == 39


def test_the_first_rule_that_holds_wins() -> None:
    rules = [
        {"Variable": "$", "NumericGreaterThan": limit, "Next": name} for limit, name in ((9, "A"), (1, "B"), (0, "C"))
    ]
    others = {name: {"Type": "Succeed"} for name in "ABC"}

    assert states_of(run(one({"Type": "Choice", "Choices": rules}, **others), 5)) == ["First", "B"]


def test_without_a_rule_that_holds_and_a_default_it_fails() -> None:
    choice = {"Type": "Choice", "Choices": [{"Variable": "$", "NumericEquals": 1, "Next": "Yes"}]}

    assert failure_of(one(choice, Yes={"Type": "Succeed"}), 2).error == "States.NoChoiceMatched"


def test_a_variable_that_is_not_there_is_an_error() -> None:
    choice = {"Type": "Choice", "Choices": [{"Variable": "$.it", "NumericEquals": 1, "Next": "Yes"}]}

    failure = failure_of(one(choice, Yes={"Type": "Succeed"}), {})

    assert failure.error == "States.Runtime"
    assert failure.cause is not None
    assert "Invalid path '$.it'" in failure.cause


def test_texts_compare_by_their_utf_16_units() -> None:
    assert holds({"Variable": "$.it", "StringLessThan": "\uffff"}, {"it": "\U0001f600"})
