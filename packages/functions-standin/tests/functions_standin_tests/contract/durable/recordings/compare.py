"""What a scenario shows on the stand-in that it did not show on the real host: each difference as a path and two values."""

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from functions_standin_tests.contract.durable.recordings.normal import numbered, plain

# What runs or arrives side by side is taken in any order, and in more or fewer episodes.
PARALLEL = {"fanout", "task-all-one-fails", "entity-signal"}
_EPISODES = {"OrchestratorStarted", "OrchestratorCompleted"}
_MISSING = "<missing>"
# These lists show whatever else is in the hub.
_LISTS = {"list bad time", "list bad status", "list top x"}

Json = Mapping[str, Any]


@dataclass(frozen=True)
class Difference:
    """One place where the two differ."""

    path: str
    real: Any
    ours: Any

    def __str__(self) -> str:
        return f"{self.path}: real {str(self.real)[:300]!r}, stand-in {str(self.ours)[:300]!r}"


def differences(scenario: str, real: Json, ours: Json) -> Iterator[Difference]:
    """Yield every difference; ids are compared by their form, and by where the same one appears again."""
    is_parallel = scenario in PARALLEL
    one, other = (_comparable(side, is_parallel=is_parallel) for side in (real, ours))
    yield from _of(one, other, "")


def _comparable(side: Json, *, is_parallel: bool) -> Any:
    ids: dict[str, int] = {}
    steps = [step for step in side["management"] if "method" in step]
    found: dict[str, Any] = {
        "management": {
            f"{number} {step['step']}": _answer(step, is_parallel=is_parallel) for number, step in enumerate(steps)
        }
    }
    found["instances"] = {_key(row["PartitionKey"][1]): _row(row) for row in side["instances"]}
    found["history"] = {_key(key): _history(rows, is_parallel=is_parallel) for key, rows in side["history"].items()}
    found["messages"] = _messages(side["queue_messages"], is_parallel=is_parallel)
    found["blobs"] = [
        {"name": blob["name"], "content": _without_number(plain(blob["content"]))}
        for blob in sorted(side.get("blobs_stored") or [], key=_blob_key)
    ]
    if not is_parallel:
        found["writes"] = dict(Counter(re.sub(r"control-0\d", "control", text) for text in side["writes"]))
    return numbered(found, ids)


def _answer(step: Json, *, is_parallel: bool) -> Json:
    body = step["body"]
    if step["step"] in _LISTS:
        body = [each for each in body if str(each["instanceId"]) == "rec-management-answers"]
    if is_parallel and isinstance(body, dict) and "historyEvents" in body:
        body = {
            **body,
            "historyEvents": sorted(
                body["historyEvents"], key=lambda each: (each["EventType"], str(each.get("Result")))
            ),
        }
    return {
        "status": step["status"],
        "headers": step["headers"],
        "body": plain(_without_names(body)),
        "order": list(_orders(body)),
    }


def _orders(value: Any) -> Iterator[str]:
    """Yield the keys of every object, in their order."""
    if isinstance(value, dict):
        yield " ".join(value)
    for each in value.values() if isinstance(value, dict) else value if isinstance(value, list) else ():
        yield from _orders(each)


def _without_names(value: Any) -> Any:
    # The app has grown since, and a hash table orders the names of its functions.
    if isinstance(value, dict):
        return {name: _without_names(each) for name, each in value.items()}
    if isinstance(value, list):
        return [_without_names(each) for each in value]
    return re.sub(r"(?<=functions: )'.*'", "<names>", value) if isinstance(value, str) else value


def _without_number(content: Any) -> Any:
    return (
        {**content, "SequenceNumber": "<n>"} if isinstance(content, dict) and "SequenceNumber" in content else content
    )


def _blob_key(blob: Json) -> tuple[str, str]:
    content = blob["content"]
    event = content.get("TaskMessage", {}).get("Event", {}) if isinstance(content, dict) else {}
    return _key(blob["name"]), str(event.get("TaskScheduledId"))


def _row(row: Json) -> Json:
    return {
        name: _without_names([kind, value if kind == "Edm.DateTime" else plain(value)])
        for name, (kind, value) in row.items()
        if name != "Timestamp"
    }


def _history(rows: Sequence[Json], *, is_parallel: bool) -> Any:
    if is_parallel:
        rows = [row for row in rows if row.get("EventType", [0, ""])[1] not in _EPISODES]
        rows = sorted(({**row, "RowKey": ["", ""]} for row in rows), key=_event_key)
    kinds = [row.get("EventType", [0, "sentinel"])[1] for row in rows]
    seen: Counter[str] = Counter()
    by_kind = {}
    for kind, row in zip(kinds, rows, strict=True):
        seen[kind] += 1
        by_kind[f"{kind} {seen[kind]}"] = _row(row)
    return {"kinds": " ".join(kinds), **by_kind}


def _event_key(row: Json) -> str:
    return " ".join(str(row.get(name)) for name in ("EventType", "EventId", "TaskScheduledId"))


def _messages(found: Sequence[Json], *, is_parallel: bool) -> Json:
    seen: Counter[str] = Counter()
    by_kind = {}
    ordered = sorted(found, key=_message_key) if is_parallel else found
    for each in ordered:
        message = dict(each["message"])
        task = message["TaskMessage"] or {}
        event = task.get("Event", {})
        kind = event.get("$type", "large").rpartition(".")[2]
        instance = _key(str(task.get("OrchestrationInstance", {}).get("InstanceId")))
        name = f"{kind} {instance}"
        seen[name] += 1
        message["ActivityId"] = re.sub(":[^>]+", "", message["ActivityId"])
        message["SequenceNumber"] = "<n>"
        if is_parallel:
            message.pop("Episode", None)
            message.pop("Sender", None)
        queue = "control" if "guid" in instance and "control" in each["queue"] else each["queue"]
        by_kind[f"{name} {seen[name]}"] = {
            "queue": queue,
            "query": {name: "<n>" if name == "visibilitytimeout" else value for name, value in each["query"].items()},
            "message": plain(message),
            "order": {"event": " ".join(event), "message": " ".join(message)},
        }
    return by_kind


def _message_key(each: Json) -> str:
    event = (each["message"]["TaskMessage"] or {}).get("Event", {})
    return " ".join(str(event.get(name)) for name in ("$type", "EventId", "TaskScheduledId", "Name"))


def _key(text: str) -> str:
    return re.sub(r"<(guid|guid-n):[^>]+>", r"<\1>", text)


def _of(real: Any, ours: Any, path: str) -> Iterator[Difference]:
    if isinstance(real, dict) and isinstance(ours, dict):
        for name in dict.fromkeys([*real, *ours]):
            yield from _of(real.get(name, _MISSING), ours.get(name, _MISSING), f"{path}/{name}")
    elif isinstance(real, list) and isinstance(ours, list) and len(real) == len(ours):
        for number, (one, other) in enumerate(zip(real, ours, strict=True)):
            yield from _of(one, other, f"{path}/{number}")
    elif real != ours:
        yield Difference(path, real, ours)
