import base64
import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from functions_standin.durable import codec, messages, times
from functions_standin.durable.events import FIELDS, Event, EventType, Kind, Status, make
from functions_standin.durable.json_text import to_json
from functions_standin.durable.messages import Envelope, Sender, TaskMessage

EPOCH = datetime(2026, 1, 1, tzinfo=UTC)
TIMES = st.timedeltas(timedelta(days=-9000), timedelta(days=9000)).map(lambda delta: EPOCH + delta)
# Keys that begin with a dollar sign are .NET's.
NAMES = st.text().filter(lambda name: not name.startswith("$"))
STRUCTURES = st.none() | st.dictionaries(NAMES, st.text() | st.none() | st.integers())
PARENTS = st.none() | st.fixed_dictionaries(
    {
        "Name": st.text(),
        "OrchestrationInstance": st.fixed_dictionaries({"InstanceId": st.text(), "ExecutionId": st.text()}),
    }
)
VALUES: dict[Kind, st.SearchStrategy[Any]] = {
    Kind.TEXT: st.none() | st.text(),
    Kind.INTEGER: st.none() | st.integers(-1, 2**31 - 1),
    Kind.BOOLEAN: st.booleans(),
    Kind.TIME: st.none() | TIMES,
    Kind.STRUCTURE: STRUCTURES,
    Kind.STATUS: st.sampled_from(Status),
}


@st.composite
def events(draw: st.DrawFn) -> Event:
    event_type = draw(st.sampled_from(EventType))
    fields = {
        name: draw(PARENTS if name == "ParentInstance" else VALUES[kind]) for name, kind in FIELDS[event_type].items()
    }
    return Event(event_type, draw(TIMES), draw(st.integers(-1, 100)), fields, draw(st.booleans()))


@given(events())
def test_an_event_survives_a_row(event: Event) -> None:
    assert codec.from_row(codec.to_row(event, "e1")) == event


@given(events())
def test_an_event_survives_the_queue(event: Event) -> None:
    envelope = Envelope(TaskMessage(event, "i1", "e1"), "a1", 7, Sender("i0", "e0"))

    assert messages.from_text(messages.to_text(envelope)) == envelope


def test_a_row_has_no_column_for_a_missing_value_but_the_request_has_a_key() -> None:
    event = make(EventType.TaskCompleted, datetime(2026, 1, 1, tzinfo=UTC), TaskScheduledId=3)

    assert "Result" not in codec.to_row(event, "e1")
    assert list(codec.to_json_object(event).items()) == [
        ("EventType", 5),
        ("TaskScheduledId", 3),
        ("Result", None),
        ("EventId", -1),
        ("IsPlayed", False),
        ("Timestamp", "2026-01-01T00:00:00.0000001Z"),
    ]


def test_a_structure_without_a_value_is_the_text_null_in_a_row() -> None:
    event = make(EventType.ExecutionStarted, datetime(2026, 1, 1, tzinfo=UTC), Name="f")

    assert codec.to_row(event, "e1")["ParentInstance"] == "null"


def test_a_message_names_the_type_of_its_event_and_may_be_base64() -> None:
    event = make(EventType.TimerFired, datetime(2026, 1, 1, tzinfo=UTC), TimerId=1)
    text = messages.to_text(Envelope(TaskMessage(event, "i1"), "a1"))

    assert json.loads(text)["TaskMessage"]["Event"]["$type"] == "DurableTask.Core.History.TimerFiredEvent"
    assert messages.from_text(base64.b64encode(text.encode()).decode()) == messages.from_text(text)


def test_an_event_takes_only_the_fields_of_its_kind() -> None:
    with pytest.raises(ValueError, match="TimerFired has no field Result"):
        make(EventType.TimerFired, datetime(2026, 1, 1, tzinfo=UTC), Result="x")


def test_a_message_names_the_net_classes_of_what_it_holds() -> None:
    child = {"InstanceId": "child", "ExecutionId": "e2"}
    parent = {"Name": "f", "OrchestrationInstance": {"InstanceId": "i1", "ExecutionId": "e1"}, "TaskScheduleId": 0}
    event = make(EventType.ExecutionStarted, EPOCH, Name="g", OrchestrationInstance=child, ParentInstance=parent)

    task = json.loads(messages.to_text(Envelope(TaskMessage(event, "child", "e2"), "a1")))["TaskMessage"]

    assert task["Event"]["OrchestrationInstance"]["$type"] == "DurableTask.Core.OrchestrationInstance"
    assert task["Event"]["ParentInstance"]["$type"] == "DurableTask.Core.ParentInstance"
    assert task["OrchestrationExecutionContext"]["$type"] == "DurableTask.Core.OrchestrationExecutionContext"


def test_a_time_has_seven_digits_and_is_the_same_again() -> None:
    time = datetime(2026, 1, 1, 12, 0, 0, 999_999, tzinfo=UTC)

    assert times.to_text(time) == "2026-01-01T12:00:00.9999991Z"
    assert times.to_row_text(time) == "2026-01-01T12:00:00.9999990Z"
    assert times.from_text(times.to_text(time)) == time
    assert times.to_text(times.MIN) == "0001-01-01T00:00:00"


def test_line_ends_of_unicode_are_escaped_in_json() -> None:
    assert to_json({"å": "\u2028😀"}) == '{"å":"\\u2028😀"}'
