import json
import random
from collections.abc import Generator
from datetime import timedelta
from typing import Any

import azure.durable_functions as df
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from functions_standin.durable.events import EventType, Status
from functions_standin.testing.durable import Engine

Steps = Generator[Any, Any, Any]

pytestmark = [
    pytest.mark.filterwarnings("ignore:azure.functions:DeprecationWarning"),
    pytest.mark.filterwarnings("ignore:Potential duplicate Task completion"),
]


def double(value: int) -> int:
    return value * 2


def fail(value: Any) -> None:
    raise ValueError(f"no {value}")


def chain(context: df.DurableOrchestrationContext) -> Steps:
    value = context.get_input()
    for _ in range(3):
        value = yield context.call_activity("double", value)
    return value


def test_a_chain_runs_one_activity_after_the_other() -> None:
    engine = Engine({"chain": chain}, {"double": double})

    engine.start("chain", 5)
    engine.run()

    assert (engine.instances["i"].status, engine.instances["i"].output) == (Status.Completed, "40")
    assert engine.runs == ["double"] * 3


def test_a_failing_activity_fails_the_orchestrator_that_lets_it() -> None:
    def body(context: df.DurableOrchestrationContext) -> Steps:
        yield context.call_activity("fail", 1)

    engine = Engine({"body": body}, {"fail": fail})

    engine.start("body")
    engine.run()

    assert engine.instances["i"].status is Status.Failed
    assert engine.instances["i"].output.startswith(
        "Orchestrator function 'body' failed: Activity function 'fail' failed: ValueError: no 1"
    )


@pytest.mark.parametrize("attempts", [1, 2, 3])
def test_retries_end_with_one_timer_more(attempts: int) -> None:
    def body(context: df.DurableOrchestrationContext) -> Steps:
        options = df.RetryOptions(1000, attempts)
        try:
            yield context.call_activity_with_retry("fail", options, 1)
        except Exception:  # noqa: BLE001 - the SDK raises no other
            result = yield context.call_activity("double", 4)
            return result

    engine = Engine({"body": body}, {"fail": fail, "double": double})

    engine.start("body")
    engine.run()

    assert engine.instances["i"].output == "8"
    assert engine.runs == ["fail"] * attempts + ["double"]
    timers = [event for event in engine.instances["i"].history if event.type is EventType.TimerCreated]
    assert len(timers) == attempts


def test_a_timer_that_nobody_cancels_keeps_a_finished_orchestrator_running() -> None:
    def body(context: df.DurableOrchestrationContext) -> Steps:
        timer = context.create_timer(context.current_utc_datetime + timedelta(hours=1))
        yield context.task_any([timer, context.call_activity("double", 1)])
        return "done"

    engine = Engine({"body": body}, {"double": double})
    engine.start("body")

    engine.run()

    fired = [e for e in engine.instances["i"].history if e.type is EventType.TimerFired]
    assert engine.instances["i"].status is Status.Completed
    assert len(fired) == 1


def test_a_cancelled_timer_does_not() -> None:
    def body(context: df.DurableOrchestrationContext) -> Steps:
        timer = context.create_timer(context.current_utc_datetime + timedelta(hours=1))
        yield context.task_any([timer, context.call_activity("double", 1)])
        timer.cancel()
        return "done"

    engine = Engine({"body": body}, {"double": double})
    engine.start("body")

    engine.run()

    assert engine.instances["i"].status is Status.Completed
    assert not [e for e in engine.instances["i"].history if e.type is EventType.TimerFired]


def test_events_that_come_before_their_wait_show_the_oddity_of_the_sdk() -> None:
    def body(context: df.DurableOrchestrationContext) -> Steps:
        yield context.call_activity("double", 1)
        found = []
        for _ in range(3):
            found.append((yield context.wait_for_external_event("E")))
        return found

    engine = Engine({"body": body}, {"double": double})
    engine.start("body")
    for number in range(3):
        engine.raise_event("E", number)

    engine.run()

    assert engine.instances["i"].output == "[2,2,2]"


def test_continue_as_new_starts_over_and_takes_later_events_along() -> None:
    def body(context: df.DurableOrchestrationContext) -> Steps:
        total = context.get_input()
        total += yield context.wait_for_external_event("add")
        if total < 6:
            context.continue_as_new(total)
            return None
        return total

    engine = Engine({"body": body})
    engine.start("body", 0)
    for number in (1, 2, 3):
        engine.raise_event("add", number)

    engine.run()

    instance = engine.instances["i"]
    assert (instance.status, instance.output) == (Status.Completed, "6")
    assert [event.type for event in instance.history].count(EventType.ExecutionStarted) == 1


def test_a_suspended_instance_goes_on_only_when_resumed() -> None:
    engine = Engine({"chain": chain}, {"double": double})
    engine.start("chain", 1)
    engine.send(EventType.ExecutionSuspended, Reason="wait")
    engine.run()
    assert engine.instances["i"].status is Status.Suspended
    assert engine.runs == []

    engine.send(EventType.ExecutionResumed, Reason="go")
    engine.run()

    assert (engine.instances["i"].status, engine.instances["i"].output) == (Status.Completed, "8")


def test_a_terminated_instance_ends_with_the_reason() -> None:
    engine = Engine({"body": lambda context: (yield context.wait_for_external_event("never"))})
    engine.start("body")
    engine.send(EventType.ExecutionTerminated, Input="enough")

    engine.run()

    assert (engine.instances["i"].status, engine.instances["i"].output) == (Status.Terminated, "enough")


def test_a_parent_learns_of_a_child_that_failed() -> None:
    def parent(context: df.DurableOrchestrationContext) -> Steps:
        try:
            yield context.call_sub_orchestrator("child", 1)
        except Exception as error:  # noqa: BLE001 - the SDK raises no other
            return str(error).split(" \n ")[0]

    def child(context: df.DurableOrchestrationContext) -> Steps:
        yield context.call_activity("fail", context.get_input())

    engine = Engine({"parent": parent, "child": child}, {"fail": fail})
    engine.start("parent")

    engine.run()

    assert json.loads(engine.instances["i"].output).startswith(
        "Orchestrator function 'child' failed: Activity function"
    )


def test_a_call_of_an_unknown_activity_hangs_and_is_told() -> None:
    engine = Engine({"body": lambda context: (yield context.call_activity("missing", 1))})
    engine.start("body")

    engine.run()

    assert engine.instances["i"].status is Status.Running
    assert "calls activity 'missing', which the app does not have" in engine.remarks[0]


def test_a_changed_orchestrator_fails_as_not_deterministic() -> None:
    calls = iter(["double", "fail"])

    def body(context: df.DurableOrchestrationContext) -> Steps:
        yield context.call_activity(next(calls), 1)

    engine = Engine({"body": body}, {"double": double, "fail": fail})
    engine.start("body")

    engine.run()

    assert engine.instances["i"].status is Status.Failed
    assert "Non-Deterministic workflow detected" in engine.instances["i"].output


def counter(context: df.DurableEntityContext) -> None:
    value = context.get_state(lambda: 0)
    if context.operation_name == "add":
        value += context.get_input()
        context.set_state(value)
    elif context.operation_name == "break":
        context.set_state(99)
        raise ValueError("broken")
    context.set_result(value)


def test_entities_answer_and_keep_their_state_without_rollback() -> None:
    def body(context: df.DurableOrchestrationContext) -> Steps:
        entity = df.EntityId("Counter", "k")
        context.signal_entity(entity, "add", 1)
        first = yield context.call_entity(entity, "add", 2)
        try:
            yield context.call_entity(entity, "break")
        except Exception as error:  # noqa: BLE001 - the SDK raises no other
            second = str(error)
        last = yield context.call_entity(entity, "get")
        return [first, second, last]

    engine = Engine({"body": body}, {}, {"counter": counter})
    engine.start("body")

    engine.run()

    assert engine.instances["i"].output == '[3,"broken",99]'
    assert engine.instances["@counter@k"].status is Status.Running


def branches(context: df.DurableOrchestrationContext) -> Steps:
    """Many branches of all kinds; the result does not depend on what comes first."""
    retry = df.RetryOptions(500, 3)
    now = context.current_utc_datetime
    entity = df.EntityId("counter", "k")
    many = [context.call_activity("double", number) for number in range(5)]
    many += [
        context.call_activity_with_retry("double", retry, 7),
        context.call_activity_with_retry("flaky", retry, "a"),
    ]
    many += [context.call_sub_orchestrator("chain", number) for number in (1, 2)]
    many += [context.call_sub_orchestrator_with_retry("flaky_child", retry, "b")]
    many += [context.wait_for_external_event("go"), context.create_timer(now + timedelta(seconds=2))]
    all_of_them = yield context.task_all(many)
    slow = context.create_timer(context.current_utc_datetime + timedelta(days=1))
    fast = context.call_activity("double", 50)
    winner = yield context.task_any([slow, fast])
    slow.cancel()
    context.signal_entity(entity, "add", 10)
    total = yield context.call_entity(entity, "add", 5)
    try:
        yield context.call_activity_with_retry("fail", retry, 1)
    except Exception:  # noqa: BLE001 - the SDK raises no other
        total += 1
    context.set_custom_status("nearly")
    last = yield context.call_sub_orchestrator("chain", total)
    return [[value for value in all_of_them if value is not None], winner.result, last]


def flaky_child(context: df.DurableOrchestrationContext) -> Steps:
    result = yield context.call_activity("flaky", context.get_input())
    return result


@given(st.integers(0, 2**32))
@settings(max_examples=40, deadline=None)
def test_order_batches_and_duplicates_do_not_change_the_result(seed: int) -> None:
    failures: dict[str, int] = {}

    def flaky(value: str) -> str:
        failures[value] = failures.get(value, 0) + 1
        if failures[value] < 2:
            raise ValueError("not yet")
        return value

    engine = Engine(
        {"branches": branches, "chain": chain, "flaky_child": flaky_child},
        {"double": double, "fail": fail, "flaky": flaky},
        {"counter": counter},
        order=random.Random(seed),
    )
    engine.start("branches")
    engine.raise_event("go", "gone")

    engine.run()

    instance = engine.instances["i"]
    assert instance.status is Status.Completed, instance.output
    assert json.loads(instance.output) == [[0, 2, 4, 6, 8, 14, "a", 8, 16, "b", "gone"], 100, 128]
    assert instance.patch["CustomStatus"] == '"nearly"'
