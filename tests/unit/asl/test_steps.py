"""One step after the other: what it asks for, and that a position holds all that is needed to go on from it."""

import json
from datetime import timedelta
from typing import Any

import pytest

from asl import interpret as interpreter
from asl.definition import Machine
from asl.interpret import try_state
from asl.reader.machines import read
from asl.running.effects import Done, Effect, Enter, Failed, Fork, MapItems, RunTask, WaitUntil
from asl.running.events import ChildrenEnded, Event, Go, Heartbeat, Raised, Returned, outcome_from_json, outcome_to_json
from asl.running.given import Given
from asl.running.position import Phase, Position, from_json, to_json
from asl.running.step import begin, step
from tests.unit.asl.running import BEGINS_AT, Script, after, context, given_at, one, output_of, run

END = {"Type": "Pass", "End": True}
EVERYTHING = {
    "TimeoutSeconds": 86_400,
    **one(
        {"Type": "Pass", "Assign": {"limit": 2}, "Next": "Ask"},
        Ask={
            "Type": "Task",
            "Resource": "r",
            "TimeoutSeconds": 20,
            "HeartbeatSeconds": 9,
            "Retry": [{"ErrorEquals": ["States.ALL"], "JitterStrategy": "FULL"}],
            "ResultPath": "$.asked",
            "Next": "Rest",
        },
        Rest={"Type": "Wait", "Timestamp": "2026-03-02T08:00:00Z", "Next": "Split"},
        Split={
            "Type": "Parallel",
            "Branches": [
                {"StartAt": "Left", "States": {"Left": {"Type": "Wait", "Seconds": 5, "End": True}}},
                {
                    "StartAt": "Each",
                    "States": {
                        "Each": {
                            "Type": "Map",
                            "ItemsPath": "$.items",
                            "ItemSelector": {"id.$": "States.UUID()", "v.$": "$$.Map.Item.Value"},
                            "MaxConcurrencyPath": "$limit",
                            "ItemProcessor": {
                                "StartAt": "Work",
                                "States": {"Work": {"Type": "Task", "Resource": "w", "End": True}},
                            },
                            "End": True,
                        }
                    },
                },
            ],
            "Retry": [{"ErrorEquals": ["Boom"]}],
            "ResultPath": "$.split",
            "End": True,
        },
    ),
}
ANSWERS: list[Any] = [Raised("E", None), None, after(3, "yes"), "i", Raised("Boom", "b"), "i", "j", "k"]


def started(definition: dict[str, Any], data: Any = None) -> tuple[Machine, Effect]:
    machine = read(definition)
    return machine, step(machine, begin(machine, data, context(data), BEGINS_AT), Go(), given_at())


def test_a_position_survives_json_at_every_step_and_yields_its_effect_again(monkeypatch: pytest.MonkeyPatch) -> None:
    script = Script(ANSWERS)
    plain = run(EVERYTHING, {"items": [1, 2, 3]}, script)
    kinds: set[type[Effect]] = set()

    def careful(machine: Machine, position: Position, event: Event, given: Given) -> Effect:
        taken_up = from_json(json.loads(json.dumps(to_json(position))))
        assert taken_up == position
        effect = step(machine, taken_up, event, given)
        kinds.add(type(effect))
        if not isinstance(effect, Enter | Done | Failed):
            assert step(machine, from_json(json.loads(json.dumps(to_json(effect.position)))), Go(), given) == effect
        return effect

    monkeypatch.setattr(interpreter, "step", careful)

    assert run(EVERYTHING, {"items": [1, 2, 3]}, Script(ANSWERS)) == plain
    assert kinds == {Enter, RunTask, WaitUntil, Fork, MapItems, Done, Failed}
    assert script.answers == []


def test_a_position_of_an_earlier_release_lacks_some_fields() -> None:
    written = to_json(Position(state="A", data=1))
    del written["heartbeat_at"], written["tries"]

    assert from_json({**written, "of_a_later_release": 1}) == Position(state="A", data=1)


def test_a_task_is_named_by_its_visit_and_told_until_when() -> None:
    _, effect = started(
        one({"Type": "Task", "Resource": "r.waitForTaskToken", "HeartbeatSeconds": 9, "TimeoutSeconds": 20})
    )

    assert isinstance(effect, RunTask)
    assert (effect.step_id, effect.attempt, effect.token) == ("First/1", 0, "token of First/1 try 0")
    assert effect.due_at == BEGINS_AT + timedelta(seconds=9)


def test_a_token_stands_in_the_context_of_a_task_that_waits_for_it() -> None:
    _, effect = started(one({"Type": "Task", "Resource": "r.waitForTaskToken", "Parameters": {"t.$": "$$.Task.Token"}}))

    assert isinstance(effect, RunTask)
    assert effect.arguments == {"t": effect.token}


def test_a_heartbeat_gives_more_time_but_no_more_than_all() -> None:
    machine, effect = started(one({"Type": "Task", "Resource": "r", "HeartbeatSeconds": 9, "TimeoutSeconds": 15}))

    later = step(machine, effect.position, Heartbeat(), given_at(BEGINS_AT + timedelta(seconds=8)))

    assert isinstance(later, RunTask)
    assert later.due_at == BEGINS_AT + timedelta(seconds=15)


def test_a_wait_that_is_asked_too_early_goes_on_waiting() -> None:
    machine, effect = started(one({"Type": "Wait", "Seconds": 10}))
    assert isinstance(effect, WaitUntil)

    early, late = (step(machine, effect.position, Go(), given_at(BEGINS_AT + timedelta(seconds=s))) for s in (9, 10))

    assert early == effect
    assert isinstance(late, Done)


def test_a_wait_until_the_past_is_over_at_once() -> None:
    assert isinstance(started(one({"Type": "Wait", "Timestamp": "2020-01-01T00:00:00Z"}))[1], Done)


@pytest.mark.parametrize(
    ("path", "value", "cause"),
    [
        ("SecondsPath", -1, "The SecondsPath parameter references a negative value: $.w == -1"),
        ("SecondsPath", 1.5, "The SecondsPath parameter cannot be parsed as a long value: $.w == 1.5"),
        ("SecondsPath", True, "The SecondsPath parameter cannot be parsed as a long value: $.w == true"),
        ("TimestampPath", "2026-01-01", "date-time format string: $.w == 2026-01-01"),
    ],
)
def test_a_wait_that_cannot_be_understood(path: str, value: Any, cause: str) -> None:
    _, effect = started(one({"Type": "Wait", path: "$.w"}), {"w": value})

    assert isinstance(effect, Failed)
    assert effect.error == "States.Runtime"
    assert str(effect.cause).endswith(cause)


def test_children_are_executions_of_their_own() -> None:
    machine, effect = started(one({"Type": "Parallel", "Branches": [{"StartAt": "A", "States": {"A": END}}]}), 5)
    assert isinstance(effect, Fork)
    (child,) = effect.children

    done = step(machine, child, Go(), given_at())

    assert isinstance(done, Done)
    assert done.output == 5
    assert child.way == (("First", 0),)


def test_items_are_the_same_when_they_are_taken_up_again() -> None:
    selector = {"id.$": "States.UUID()"}
    processor = {"StartAt": "A", "States": {"A": END}}
    machine, effect = started(one({"Type": "Map", "ItemSelector": selector, "ItemProcessor": processor}), [1])
    other = Given(BEGINS_AT, lambda _: 0.9, lambda: "another", lambda name, _: name)

    again = step(machine, effect.position, Go(), other)

    assert isinstance(again, MapItems)
    assert again.children[0].data == {"id": "0d0e-uuid"}


@pytest.mark.parametrize("event", [Returned(1), ChildrenEnded(()), Heartbeat()])
def test_what_cannot_have_happened_is_refused(event: Event) -> None:
    machine, effect = started(one({"Type": "Wait", "Seconds": 10}))

    with pytest.raises(ValueError, match="cannot happen"):
        step(machine, effect.position, event, given_at())


def test_outcomes_left_out_are_refused_if_nothing_has_failed() -> None:
    machine, effect = started(one({"Type": "Parallel", "Branches": [{"StartAt": "A", "States": {"A": END}}]}))

    with pytest.raises(ValueError, match="leaves outcomes out"):
        step(machine, effect.position, ChildrenEnded((None,)), given_at())


@pytest.mark.parametrize("outcome", [Returned(None), Returned({"a": 1}), Raised("E", None)])
def test_an_outcome_crosses_as_json(outcome: Returned | Raised) -> None:
    assert outcome_from_json(json.loads(json.dumps(outcome_to_json(outcome)))) == outcome


def test_a_result_that_is_no_json_fails_the_task() -> None:
    machine, effect = started(one({"Type": "Task", "Resource": "r"}))

    failed = step(machine, effect.position, Returned({"a": float("nan")}), given_at())

    assert isinstance(failed, Failed)
    assert failed.error == "States.DataLimitExceeded"


def test_a_single_state_is_tried_with_a_mock() -> None:
    machine = read(EVERYTHING)
    about: dict[str, Any] = {"given": given_at(), "context": context()}

    asked = try_state(machine, "Work", {"v": 1}, **about)
    done = try_state(machine, "Work", {"v": 1}, mock=Returned("x"), **about)
    limited = try_state(machine, "Each", {"items": [1]}, variables={"limit": 7}, **about)

    assert isinstance(asked, RunTask)
    assert isinstance(done, Done)
    assert isinstance(limited, MapItems)
    assert (asked.resource, done.output, limited.max_concurrency) == ("w", "x", 7)


def test_states_that_ask_nothing_of_the_outside_take_no_time() -> None:
    definition = one({"Type": "Pass", "Next": "B"}, B={"Type": "Succeed"})

    assert output_of(definition, 3) == 3
    assert run(definition).ended_at == BEGINS_AT


def test_a_state_knows_when_it_was_entered() -> None:
    definition = one(
        {"Type": "Wait", "Seconds": 61, "Next": "B"}, B={**END, "Parameters": {"at.$": "$$.State.EnteredTime"}}
    )

    assert output_of(definition, {}) == {"at": "2026-03-01T12:01:01.000Z"}


def test_nothing_is_later_than_the_end_of_time() -> None:
    definition = one(
        {"Type": "Wait", "Timestamp": "9999-12-31T23:59:59Z", "Next": "B"},
        B={"Type": "Wait", "Seconds": 60, "End": True},
    )

    assert run(definition).ended_at.year == 9999


@pytest.mark.parametrize("number", [10**400, -(10**400)])
def test_a_number_that_others_cannot_read_fails_the_task(number: int) -> None:
    machine, effect = started(one({"Type": "Task", "Resource": "r"}))

    failed = step(machine, effect.position, Returned([number]), given_at())

    assert isinstance(failed, Failed)
    assert failed.error == "States.DataLimitExceeded"


def test_only_what_can_be_tried_again_counts_its_tries() -> None:
    about = {"Name": "First", "EnteredTime": "2026-03-01T12:00:00.000Z"}

    assert output_of(one({"Type": "Pass", "InputPath": "$$.State"})) == about
    assert output_of(one({"Type": "Task", "Resource": "r", "InputPath": "$$.State"})) == {**about, "RetryCount": 0}


@pytest.mark.parametrize("data", ["x" * 262_143, float("nan")])
def test_an_execution_does_not_begin_with_what_it_cannot_work_with(data: Any) -> None:
    with pytest.raises(ValueError, match="the input of an execution cannot be taken"):
        begin(read(one({"Type": "Pass"})), data, context(), BEGINS_AT)


def test_the_phases_are_written_as_words() -> None:
    _, effect = started(one({"Type": "Wait", "Seconds": 1}))

    assert (to_json(effect.position)["phase"], Phase("waiting")) == ("waiting", effect.position.phase)
