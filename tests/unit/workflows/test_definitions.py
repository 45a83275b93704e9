"""Definitions: their names, what their content is known by, their mistakes, their warnings, and which version is started."""

import json
from typing import Any

import pytest

from relay.errors import InputError
from workflows.config.file import Workflows
from workflows.definitions.mistakes import MOST_TOLD, RefusedDefinition
from workflows.definitions.names import check_name, content_hash
from workflows.definitions.reading import read_definition
from workflows.definitions.starting import definition_to_start
from workflows.definitions.values import Rules


def a_definition(**states: dict[str, Any]) -> str:
    return json.dumps({"StartAt": next(iter(states)), "States": states})


def warned(text: str) -> list[tuple[str, str]]:
    return [(each.pointer, each.problem) for each in read_definition(text).warnings]


@pytest.mark.parametrize("name", ["a", "Order.v2_x-1", "x" * 80])
def test_a_name_is_a_letter_with_letters_digits_and_three_signs(name: str) -> None:
    assert check_name(name) == name


@pytest.mark.parametrize("name", ["", "1a", ".a", "a b", "a/b", "x" * 81, "ä", "a\n", "a'"])
def test_another_name_is_refused(name: str) -> None:
    with pytest.raises(InputError, match="begin with a letter"):
        check_name(name)


def test_layout_and_order_of_keys_do_not_change_what_a_content_is_known_by() -> None:
    one, other = '{"a": 1, "b": [1, 2]}', '{ "b":[1,2],\n"a":1 }'

    assert content_hash(json.loads(one)) == content_hash(json.loads(other))
    assert content_hash({"a": [1, 2]}) != content_hash({"a": [2, 1]})
    assert len(content_hash({"a": "\ud83d"})) == 64  # half a character stands in some JSON


def test_all_mistakes_of_a_definition_are_told_with_pointers() -> None:
    with pytest.raises(RefusedDefinition) as refused:
        read_definition(a_definition(A={"Type": "Pass", "Next": "B"}, C={"Type": "Pass"}))

    assert {each["pointer"] for each in refused.value.mistakes} >= {"/States/A/Next", "/States/C"}
    assert all(each["problem"] and each["remedy"] for each in refused.value.mistakes)
    assert str(refused.value).startswith(f"{refused.value.count} mistakes, the first of them: /States/")


def test_of_very_many_mistakes_the_first_are_told_and_how_many_there_are() -> None:
    states = {f"S{number}": {"Type": "Fail", "Oops": 1} for number in range(300)}

    with pytest.raises(RefusedDefinition) as refused:
        read_definition(a_definition(**states))

    assert len(refused.value.mistakes) == MOST_TOLD
    assert refused.value.count > 300


ALL_THERE_IS = Workflows().rules_for("order").resources


@pytest.mark.parametrize(
    "resource",
    [
        "relay:http",
        "relay:http.waitForTaskToken",
        "relay:deliver",
        "relay:mail",
        "relay:lock.acquire",
        "relay:approve.waitForTaskToken",
        "relay:activity/charge",
        "relay:activity/charge.waitForTaskToken",
        "relay:execute",
        "relay:execute.sync",
        "relay:execute.sync/ship",
        "arn:aws:states:::http:invoke",
        "arn:aws:states:::states:startExecution.sync:2",
    ],
)
def test_resources_of_the_app_may_be_named(resource: str) -> None:
    task = {"Type": "Task", "Resource": resource, "TimeoutSeconds": 9, "End": True}

    read_definition(a_definition(A=task), ALL_THERE_IS)


@pytest.mark.parametrize(
    "resource",
    [
        "relay:sql",
        "relay:sql/none",
        "relay:sql.waitForTaskToken",
        "relay:approve",
        "relay:lock",
        "relay:aggregate",
        "arn:aws:states:::lambda:invoke",
        "https://x",
    ],
)
def test_other_resources_are_a_mistake_at_their_place(resource: str) -> None:
    with pytest.raises(RefusedDefinition) as refused:
        read_definition(a_definition(A={"Type": "Task", "Resource": resource, "End": True}), ALL_THERE_IS)

    assert [each["pointer"] for each in refused.value.mistakes] == ["/States/A/Resource"]


def test_the_resources_that_are_allowed_may_be_fewer() -> None:
    task = a_definition(A={"Type": "Task", "Resource": "relay:sql", "End": True})

    with pytest.raises(RefusedDefinition, match="no resource here"):
        read_definition(task, frozenset({"relay:http"}))


def test_a_choice_without_a_way_out_a_task_that_waits_for_ever_and_a_mode_that_is_not_there_are_warnings() -> None:
    text = a_definition(
        C={"Type": "Choice", "Choices": [{"Variable": "$.a", "IsPresent": True, "Next": "T"}]},
        T={"Type": "Task", "Resource": "relay:approve.waitForTaskToken", "Next": "M"},
        M={
            "Type": "Map",
            "ItemProcessor": {
                "ProcessorConfig": {"Mode": "DISTRIBUTED", "ExecutionType": "STANDARD"},
                "StartAt": "D",
                "States": {"D": {"Type": "Choice", "Choices": [{"Variable": "$.a", "IsPresent": True, "Next": "E"}]}, "E": {"Type": "Succeed"}},
            },
            "End": True,
        },
    )  # fmt: skip

    assert [pointer for pointer, _ in warned(text)] == [
        "/States/C", "/States/T", "/States/M/ItemProcessor/ProcessorConfig/Mode", "/States/M/ItemProcessor/States/D",
    ]  # fmt: skip


def test_an_error_that_only_looks_like_one_of_the_language_is_a_warning_for_step_functions_takes_it() -> None:
    text = a_definition(
        T={
            "Type": "Task",
            "Resource": "relay:http",
            "Retry": [{"ErrorEquals": ["States.Odd", "States.Http.StatusCode.429", "States.Timeout"]}],
            "Catch": [{"ErrorEquals": ["Odd", "States.Http.StatusCode.4290"], "Next": "E"}],
            "Next": "E",
        },
        E={"Type": "Succeed"},
    )

    assert [pointer for pointer, _ in warned(text)] == [
        "/States/T/Retry/0/ErrorEquals/0", "/States/T/Catch/0/ErrorEquals/1",
    ]  # fmt: skip


def test_a_round_that_nothing_slows_down_is_a_warning_told_once() -> None:
    def rounds(kind: dict[str, Any]) -> list[str]:
        text = a_definition(
            A={"Type": "Pass", "Next": "B"},
            B={"Type": "Choice", "Choices": [{"Variable": "$.a", "IsPresent": True, "Next": "D"}], "Default": "C"},
            C={**kind, "Next": "A"},
            D={"Type": "Choice", "Choices": [{"Variable": "$.a", "IsPresent": True, "Next": "D"}], "Default": "E"},
            E={"Type": "Succeed"},
        )
        return [pointer for pointer, problem in warned(text) if "leads back" in problem]

    assert rounds({"Type": "Pass"}) == ["/States/A", "/States/D"]
    assert rounds({"Type": "Wait", "Seconds": 1}) == ["/States/D"]


def a_row(version: int, status: str) -> dict[str, Any]:
    return {"name": "order", "version": version, "hash": "h", "status": status, "definition": "{}"}


@pytest.mark.parametrize(
    ("version", "status", "needs_approval"),
    [(None, "approved", True), (3, "approved", True), (3, "draft", False)],
)
def test_an_approved_version_is_started_and_a_draft_that_is_named(
    version: int | None, status: str, needs_approval: bool
) -> None:
    found = definition_to_start("order", version, [a_row(3, status)], Rules(needs_approval=needs_approval))

    assert (found.version, found.status) == (3, status)


@pytest.mark.parametrize(
    ("version", "rows", "needs_approval", "says"),
    [
        (None, [], False, "There is no workflow 'order'"),
        (3, [], False, "Workflow order has no version 3"),
        (None, [a_row(3, "draft")], False, "none of its versions is approved"),
        (3, [a_row(3, "retired")], False, "version 3 is retired"),
        (3, [a_row(3, "draft")], True, "version 3 is a draft, and workflows.toml asks for an approval"),
    ],
)
def test_what_may_not_be_started_says_why_and_what_to_do(
    version: int | None, rows: list[dict[str, Any]], needs_approval: bool, says: str
) -> None:
    with pytest.raises(InputError, match=says) as refused:
        definition_to_start("order", version, rows, Rules(needs_approval=needs_approval))

    assert "/api/workflows" in str(refused.value)
