"""A hub that release 0.1 of this package has left behind goes on: its rows, messages and entities are read."""

import json
from datetime import UTC, datetime

from functions_standin.durable import codec, messages
from functions_standin.durable.entity_episode import scheduler_state
from functions_standin.durable.events import EventType
from functions_standin.durable.messages import Sender

NOW = datetime(2026, 1, 1, tzinfo=UTC)
OP = '{"op":"add","input":"\\"1\\"","id":"r","parent":"i","parentExecution":"e","Timestamp":"2026-01-01T00:00:00.000000Z","Predecessor":"0001-01-01T00:00:00.000000Z"}'


def test_a_row_without_the_newer_columns() -> None:
    row = {
        "ExecutionId": "e",
        "EventType": "ExecutionStarted",
        "EventId": -1,
        "IsPlayed": True,
        "_Timestamp": NOW,
        "Name": "f",
        "Version": "",
        "OrchestrationInstance": '{"InstanceId":"i","ExecutionId":"e"}',
        "ParentInstance": "null",
        "Tags": "null",
        "Generation": 0,
    }

    event = codec.from_row(row)

    assert (event["Name"], event["Version"], event["ParentTraceContext"], event["GenerateNewTrace"]) == (
        *("f", "", None, False),
    )


def test_a_voided_row_of_a_rewound_instance() -> None:
    row = {"EventType": "GenericEvent", "EventId": 1, "IsPlayed": False, "_Timestamp": NOW, "Reason": "Rewound: again"}

    assert codec.from_row(row).type is EventType.GenericEvent


def test_a_message_with_the_older_envelope() -> None:
    text = json.dumps(
        {
            "$type": "DurableTask.AzureStorage.MessageData",
            "ActivityId": "a",
            "TaskMessage": {
                "Event": {
                    "EventType": 5,
                    "EventId": -1,
                    "IsPlayed": False,
                    "Timestamp": "2026-01-01T00:00:00.000000Z",
                    "TaskScheduledId": 0,
                    "Result": "1",
                },
                "OrchestrationInstance": {"InstanceId": "i", "ExecutionId": "0" * 32},
            },
            "CompressedBlobName": None,
            "SequenceNumber": 3,
            "Sender": {"InstanceId": None, "ExecutionId": None},
        }
    )

    envelope = messages.from_text(text)

    assert envelope.message is not None
    assert (envelope.message.event["Result"], envelope.message.event.timestamp) == ("1", NOW)
    assert envelope.sender == Sender("", None, None)


def test_an_entity_with_requests_that_wait() -> None:
    old = {
        "exists": True,
        "state": "5",
        "queue": [OP],
        "sorter": {"i": {"last": "2026-01-01T00:00:00.000000Z", "waiting": []}},
    }

    state = scheduler_state(json.dumps(old))

    assert (state.exists, state.state, [each.operation for each in state.queue]) == (True, "5", ["add"])
    assert scheduler_state(state.to_text()).queue == state.queue


def test_an_entity_that_did_not_exist() -> None:
    state = scheduler_state('{"exists":false,"state":null,"sorter":{}}')

    assert (state.exists, state.state, state.to_text()) == (False, None, '{"sorter":{}}')
