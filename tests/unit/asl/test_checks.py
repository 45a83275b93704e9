"""What is checked of a definition as a whole."""

from typing import Any

import pytest

from tests.unit.asl.running import mistakes_of, one

END = {"Type": "Pass", "End": True}


def inner(name: str = "Inner", **fields: Any) -> dict[str, Any]:
    return {"StartAt": name, "States": {name: {**END, **fields}}}


def test_a_target_that_is_not_there() -> None:
    catching = {"Type": "Task", "Resource": "r", "Catch": [{"ErrorEquals": ["E"], "Next": "Gone"}]}

    assert list(mistakes_of(one(catching))) == ["/States/First/Catch/0/Next"]


def test_a_state_that_nothing_leads_to() -> None:
    assert list(mistakes_of(one(END, Alone=END))) == ["/States/Alone"]


def test_a_state_that_only_itself_leads_to() -> None:
    assert list(mistakes_of(one(END, Alone={"Type": "Pass", "Next": "Alone"}))) == ["/States/Alone"]


def test_a_machine_that_never_ends() -> None:
    assert list(mistakes_of(one({"Type": "Pass", "Next": "First"}))) == ["/States"]


def test_a_target_in_another_machine() -> None:
    branch = {"StartAt": "A", "States": {"A": {"Type": "Pass", "Next": "Out"}}}

    told = mistakes_of(one({"Type": "Parallel", "Branches": [branch], "Next": "Out"}, Out=END))

    assert set(told) == {"/States/First/Branches/0/States/A/Next", "/States/First/Branches/0/States"}


def test_names_stand_once_in_a_definition() -> None:
    told = mistakes_of(one({"Type": "Parallel", "Branches": [inner("First")]}))

    assert list(told) == ["/States/First/Branches/0/States/First"]


def test_a_name_has_eighty_characters_at_most() -> None:
    assert mistakes_of(inner("x" * 80)) == {}
    assert list(mistakes_of(inner("x" * 81))) == ["/States/" + "x" * 81]


def test_an_inner_machine_does_not_assign_what_belongs_to_an_outer_one() -> None:
    outer = {"Type": "Parallel", "Branches": [inner(Assign={"total": 1, "own": 2})], "Assign": {"total.$": "$"}}

    assert list(mistakes_of(one(outer))) == ["/States/First/Branches/0/States/Inner/Assign/total"]


CAUGHT = {"ErrorEquals": ["States.ALL"], "Assign": {"x": 2}, "Next": "Saved"}


@pytest.mark.parametrize(
    "state",
    [
        {"Type": "Parallel", "Branches": [inner(Assign={"x": 1})]},
        {"Type": "Map", "ItemProcessor": inner(Assign={"x": 1})},
        {"Type": "Map", "ItemProcessor": inner(Type="Map", ItemProcessor=inner("Deep", Assign={"x": 1}))},
    ],
)
def test_the_catch_of_a_state_may_assign_what_its_branches_and_items_have_assigned(state: dict[str, Any]) -> None:
    assert mistakes_of(one({**state, "Catch": [CAUGHT]}, Saved=END)) == {}


def test_the_catch_of_another_state_belongs_to_the_machine_around() -> None:
    first = {"Type": "Parallel", "Branches": [inner(Assign={"x": 1})], "Next": "Other"}
    other = {"Type": "Task", "Resource": "r", "Catch": [CAUGHT], "End": True}

    assert list(mistakes_of(one(first, Other=other, Saved=END))) == ["/States/First/Branches/0/States/Inner/Assign/x"]


def test_a_catch_within_a_branch_does_not_assign_what_belongs_to_an_outer_machine() -> None:
    branch = inner(Type="Task", Resource="r", Catch=[{**CAUGHT, "Next": "Inner"}])
    outer = {"Type": "Parallel", "Branches": [branch], "Assign": {"x": 1}}

    assert list(mistakes_of(one(outer))) == ["/States/First/Branches/0/States/Inner/Catch/0/Assign/x"]


def test_machines_beside_each_other_have_variables_of_their_own() -> None:
    branches = [inner("A", Assign={"x": 1}), inner("B", Assign={"x": 1})]

    assert mistakes_of(one({"Type": "Parallel", "Branches": branches})) == {}


def test_only_resources_that_are_allowed() -> None:
    definition = one(
        {"Type": "Task", "Resource": "relay:http", "Next": "B"},
        B={**END, "Type": "Task", "Resource": "relay:activity/x"},
    )

    assert mistakes_of(definition, ["relay:http", "relay:activity/*"]) == {}
    assert list(mistakes_of(definition, ["relay:http"])) == ["/States/B/Resource"]
    assert list(mistakes_of(definition, [])) == ["/States/First/Resource", "/States/B/Resource"]


def test_a_reader_of_items_is_a_resource_too() -> None:
    reading = {"Type": "Map", "ItemProcessor": inner(), "ItemReader": {"Resource": "s3"}}

    assert list(mistakes_of(one(reading), [])) == ["/States/First/ItemReader/Resource"]


@pytest.mark.parametrize(("count", "is_right"), [(500, True), (501, False)])
def test_a_definition_has_five_hundred_states_at_most(count: int, is_right: bool) -> None:
    chain = {f"S{number}": {"Type": "Pass", "Next": f"S{number + 1}"} for number in range(count - 1)}

    assert (mistakes_of({"StartAt": "S0", "States": {**chain, f"S{count - 1}": END}}) == {}) is is_right


@pytest.mark.parametrize(("depth", "is_right"), [(10, True), (11, False)])
def test_machines_are_nested_ten_deep_at_most(depth: int, is_right: bool) -> None:
    machine = inner("S0")
    for number in range(1, depth):
        machine = {
            "StartAt": f"S{number}",
            "States": {f"S{number}": {**END, "Type": "Parallel", "Branches": [machine]}},
        }

    assert (mistakes_of(machine) == {}) is is_right
