"""What an orchestrator decides, and what a history says that it had decided: the comparison that the Durable extension makes."""

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

ACTIVITY, CHILD, CONTINUE_AS_NEW, TIMER, EVENT, CALL_ENTITY, SIGNAL_ENTITY = 0, 2, 4, 5, 6, 7, 9  # ActionType
STARTED, ORCHESTRATOR_STARTED = 0, 12  # EventType
SCHEDULED = {4: "activity", 7: "child", 10: "timer", 14: "entity"}  # EventType: what its id was given to

Action = Mapping[str, Any]


def actions_of(answer: Mapping[str, Any]) -> Sequence[Action]:
    """Return the actions in the order in which the extension takes them."""
    return list(_flat(answer["actions"]))


def _flat(actions: Any) -> Iterator[Action]:
    for each in actions:
        if isinstance(each, list):
            yield from _flat(each)
        elif "compoundActions" in each:
            yield from _flat(each["compoundActions"])
        else:
            yield each


def decided(actions: Sequence[Action]) -> Sequence[tuple[str, str]]:
    """Return what takes an id, in the order of the ids."""
    found = []
    for action in actions:
        match action["actionType"]:
            case 0:
                found.append(("activity", action["functionName"]))
            case 2:
                found.append(("child", f"{action['functionName']} {action['instanceId']}"))
            case 5:
                found.append(("timer", ""))
            case 7 | 9:
                found.append(("entity", _entity(action["instanceId"])))
            case 4 | 6:
                pass
            case other:
                raise AssertionError(f"tests/upgrade/decisions.py does not know actions of type {other}")
    return found


def had_decided(history: Sequence[Mapping[str, Any]]) -> Mapping[int, tuple[str, str]]:
    """Return what a history says by id."""
    found = {}
    for event in history:
        match SCHEDULED.get(event["EventType"]):
            case "activity":
                found[event["EventId"]] = ("activity", event["Name"])
            case "child":
                found[event["EventId"]] = ("child", f"{event['Name']} {event['InstanceId']}")
            case "timer":
                found[event["EventId"]] = ("timer", "")
            case "entity":
                found[event["EventId"]] = ("entity", _entity(event["InstanceId"]))
    return found


def _entity(instance_id: str) -> str:
    """Return an entity's name without its key, which the extension does not compare: 0.1.0's breakers had the relay's name alone."""
    return instance_id.split("@")[1]


def keys_of(value: Any, before: str = "") -> Iterator[str]:
    """Yield the keys of an object and of the objects in it, as paths."""
    if isinstance(value, dict):
        for name, each in value.items():
            yield before + name
            yield from keys_of(each, f"{before}{name}.")
    elif isinstance(value, list):
        for each in value:
            yield from keys_of(each, f"{before}[].")


def parsed(text: Any) -> Any:
    """Return what JSON texts in JSON texts hold at last."""
    while isinstance(text, str):
        try:
            text = json.loads(text)
        except ValueError:
            return text
    return text
