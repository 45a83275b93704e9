"""What is frozen towards running instances, as requests of orchestrators and entities and their answers show it."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from tests.upgrade.decisions import (
    ACTIVITY,
    CALL_ENTITY,
    CHILD,
    CONTINUE_AS_NEW,
    EVENT,
    SIGNAL_ENTITY,
    STARTED,
    actions_of,
    keys_of,
    parsed,
)

Shapes = dict[str, set[str]]  # "activity recovery_check: input" -> its keys
_SCHEDULED = {4: "activity", 7: "orchestrator"}
_COMPLETED = {5: "activity", 8: "orchestrator"}


def shapes(records: Iterable[Mapping[str, Any]]) -> Shapes:
    """Return every input, result, event and operation, each with its keys; of lists and plain values there are none."""
    found: Shapes = {}

    def add(what: str, value: Any) -> None:
        found.setdefault(what, set()).update(keys_of(parsed(value)))

    for record in records:
        if "batch" in record["request"]:
            entity = record["request"]["self"]["name"]
            for operation in record["request"]["batch"]:
                add(f"entity {entity}: operation {operation['name']}", operation["input"])
            add(f"entity {entity}: state", record["request"]["state"])
            add(f"entity {entity}: state", record["answer"]["entityState"])
            continue
        history = record["request"]["history"]
        started = next(event for event in history if event["EventType"] == STARTED)
        name = started["Name"]
        add(f"orchestrator {name}: input", started["Input"])
        scheduled = {event["EventId"]: event["Name"] for event in history if event["EventType"] in _SCHEDULED}
        for event in history:
            if kind := _COMPLETED.get(event["EventType"]):
                add(f"{kind} {scheduled[event['TaskScheduledId']]}: result", event["Result"])
        for action in actions_of(record["answer"]):
            match action["actionType"]:
                case t if t == ACTIVITY:
                    add(f"activity {action['functionName']}: input", action["input"])
                case t if t == CHILD:
                    add(f"orchestrator {action['functionName']}: input", action["input"])
                case t if t == CONTINUE_AS_NEW:
                    add(f"orchestrator {name}: input", action["input"])
                case t if t == EVENT:
                    add(f"orchestrator {name}: event {action['externalEventName']}", None)
                case t if t in {CALL_ENTITY, SIGNAL_ENTITY}:
                    entity = action["instanceId"].split("@")[1]
                    add(f"entity {entity}: operation {action['operation']}", action.get("input"))
    return found


def differences(
    frozen: Mapping[str, Sequence[str]],
    now: Shapes,
    *,
    all_of_it: bool,
    strict: Mapping[str, Sequence[str]] | None = None,
    added: Sequence[str] = (),
) -> Sequence[str]:
    """Return what is not as frozen. `all_of_it`: everything must have happened, so that what is not there is gone.

    `strict` names, for a shape, the values in which an older release cannot bear a key that it does not know; "" is the whole.
    `added` are keys, and whole shapes, that came after the records that `now` was made from: they need not be there.
    """
    wrong = [f"{what} is new: add it to frozen/" for what in sorted(now.keys() - frozen.keys())]
    if all_of_it:
        wrong += [
            f"{what} is gone: running instances need it" for what in sorted(frozen.keys() - now.keys() - set(added))
        ]
    for what in sorted(frozen.keys() & now.keys()):
        kept = set(frozen[what])
        closed = (strict or {}).get(what, ())
        for key in sorted(now[what] - kept):
            breaks = any(not value or key.startswith(f"{value}.") for value in closed)
            remedy = "an older release beside this one fails on it" if breaks else "add it to frozen/"
            wrong.append(f"{what} has the new key {key}: {remedy}")
        if all_of_it:
            wrong += [f"{what} lacks {key}: running instances need it" for key in sorted(kept - now[what] - set(added))]
    return wrong
