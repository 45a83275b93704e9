import base64
import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from functions_standin.durable import codec, messages
from functions_standin.durable.events import FIELDS, Event, EventType, Kind, Status, make
from functions_standin.durable.messages import Envelope, Sender, TaskMessage

EPOCH = datetime(2026, 1, 1, tzinfo=UTC)
TIMES = st.timedeltas(timedelta(days=-9000), timedelta(days=9000)).map(lambda delta: EPOCH + delta)
STRUCTURES = st.none() | st.dictionaries(st.text(), st.text() | st.none() | st.integers())
VALUES: dict[Kind, st.SearchStrategy[Any]] = {
    Kind.TEXT: st.none() | st.text(),
    Kind.INTEGER: st.none() | st.integers(-1, 2**31 - 1),
    Kind.TIME: st.none() | TIMES,
    Kind.STRUCTURE: STRUCTURES,
    Kind.STATUS: st.sampled_from(Status),
}


@st.composite
def events(draw: st.DrawFn) -> Event:
    event_type = draw(st.sampled_from(EventType))
    fields = {name: draw(VALUES[kind]) for name, kind in FIELDS[event_type].items()}
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
    assert codec.to_json_object(event) == {
        "EventType": 5,
        "EventId": -1,
        "IsPlayed": False,
        "Timestamp": "2026-01-01T00:00:00.000000Z",
        "TaskScheduledId": 3,
        "Result": None,
    }


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
