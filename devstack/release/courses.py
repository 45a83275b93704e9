"""From all requests that were recorded to the few histories that are kept: every step and every order of two steps once."""

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any

from devstack.command.errors import CommandError

Record = Mapping[str, Any]
_STARTED, _TASK_SCHEDULED, _CHILD_CREATED = 0, 4, 7
_ANSWERS = {5: "", 6: "-failed", 8: "", 9: "-failed"}  # EventType: what is appended to the name of what was asked
_PLAIN = {11: "timer", 3: "terminated", 19: "suspended", 20: "resumed"}
_EVENT_RAISED = 15
_CONTINUE_AS_NEW = 4  # ActionType


@dataclass(frozen=True, slots=True)
class Course:
    """What happened in one generation, and the last request that it made of its orchestrator."""

    orchestrator: str
    steps: tuple[str, ...]
    record: Record

    @property
    def name(self) -> str:
        """Return the name of its file."""
        return ".".join([self.orchestrator, *(step.removeprefix(f"{self.orchestrator}_") for step in self.steps)])

    @property
    def facts(self) -> set[tuple[str, ...]]:
        """Return what makes it worth keeping: which step followed which, and every shape of an input and a result."""
        history = self.record["request"]["history"]
        names = _names(history)
        facts: set[tuple[str, ...]] = {(self.orchestrator, *pair) for pair in pairwise(("", *self.steps))}
        facts.add((self.orchestrator, *_keys(_started(self.record)["Input"])))
        return facts | {
            (names[event["TaskScheduledId"]], *_keys(event["Result"])) for event in history if event.get("Result")
        }


def courses(recorded: Path) -> Sequence[Course]:
    """Return the longest request of every generation; its history holds those of the earlier ones."""
    last: dict[tuple[str, str], Record] = {}
    for line in recorded.read_text(encoding="utf-8").splitlines():
        record = json.loads(line)
        if "history" not in record["request"]:
            continue
        started = _started(record)
        last[record["request"]["instanceId"], started["OrchestrationInstance"]["ExecutionId"]] = record
    return [Course(_started(record)["Name"], tuple(_steps(record)), record) for record in last.values()]


def entities(recorded: Path) -> Sequence[Record]:
    """Return one request of an entity for every operation, with a state before it and without."""
    kept: dict[tuple[Any, ...], Record] = {}
    for line in recorded.read_text(encoding="utf-8").splitlines():
        record = json.loads(line)
        request = record["request"]
        if "batch" in request:
            operations = tuple(sorted({operation["name"] for operation in request["batch"]}))
            kept.setdefault((request["self"]["name"], request["exists"], operations), record)
    return [kept[facts] for facts in sorted(kept)]


def chosen(found: Iterable[Course]) -> Mapping[str, Course]:
    """Return the shortest courses that have every fact together, by the names of their files."""
    seen: set[tuple[str, ...]] = set()
    kept: list[Course] = []
    for course in sorted(found, key=lambda c: (len(c.record["request"]["history"]), c.name)):
        if not course.facts <= seen:
            seen |= course.facts
            kept.append(course)
    named: dict[str, Course] = {}
    for course in kept:
        same = sum(other.name == course.name for other in named.values())
        named[f"{course.name}.{same + 1}" if same else course.name] = course
    return named


def check(found: Sequence[Course], functions: Mapping[str, Sequence[str]]) -> None:
    """Raise CommandError if an orchestrator or an activity of the app happens in no course."""
    seen = {course.orchestrator for course in found} | {step for course in found for step in course.steps}
    durable = [*functions["orchestrationTrigger"], *functions["activityTrigger"]]
    if missing := [name for name in durable if name not in seen]:
        raise CommandError(f"nothing was recorded of {', '.join(missing)}; let it happen in devstack/release/scene.py")


def text_of(course: Course) -> str:
    """Return a history's file: one event and one action a line, so that people can read it."""
    request, answer = dict(course.record["request"]), dict(course.record["answer"])
    history, [actions] = request.pop("history"), answer.pop("actions")
    request["history"], answer["actions"] = [_Line(event) for event in history], [[_Line(each) for each in actions]]
    return _in_lines({"orchestrator": course.orchestrator, "request": request, "answer": answer}) + "\n"


def text_of_entities(found: Sequence[Record]) -> str:
    """Return the file of the entities' requests."""
    return _in_lines([{name: _Line(value) for name, value in record.items()} for record in found]) + "\n"


class _Line(dict[str, Any]):
    """An object that takes one line."""


def _in_lines(value: Any, indent: str = "") -> str:
    deeper = indent + "  "
    match value:
        case _Line():
            return json.dumps(value, ensure_ascii=False)
        case dict() if value:
            rows = [f"{deeper}{json.dumps(name)}: {_in_lines(each, deeper)}" for name, each in value.items()]
            return "{\n" + ",\n".join(rows) + f"\n{indent}}}"
        case list() if value:
            return "[\n" + ",\n".join(deeper + _in_lines(each, deeper) for each in value) + f"\n{indent}]"
    return json.dumps(value, ensure_ascii=False)


def _started(record: Record) -> Mapping[str, Any]:
    return next(event for event in record["request"]["history"] if event["EventType"] == _STARTED)


def _steps(record: Record) -> Iterator[str]:
    """Yield what happened, each run of the same once, and how it stands."""
    before = ""
    for step in _happened(record["request"]["history"]):
        if step != before:
            yield step
        before = step
    actions = record["answer"]["actions"][0]
    is_over = record["answer"]["isDone"]
    goes_on = bool(actions) and actions[-1]["actionType"] == _CONTINUE_AS_NEW
    yield "again" if goes_on else "done" if is_over else "open"


def _happened(history: Sequence[Mapping[str, Any]]) -> Iterator[str]:
    names = _names(history)
    for event in history:
        kind = event["EventType"]
        if kind in _ANSWERS:
            yield names[event["TaskScheduledId"]] + _ANSWERS[kind]
        elif kind == _EVENT_RAISED:
            yield event["Name"]
        elif kind in _PLAIN:
            yield _PLAIN[kind]


def _names(history: Sequence[Mapping[str, Any]]) -> Mapping[int, str]:
    return {e["EventId"]: e["Name"] for e in history if e["EventType"] in {_TASK_SCHEDULED, _CHILD_CREATED}}


def _keys(value: Any) -> Sequence[str]:
    """Return the keys of the object that a JSON text holds, or a JSON text in a JSON text."""
    while isinstance(value, str):
        try:
            value = json.loads(value)
        except ValueError:
            break
    return sorted(value) if isinstance(value, dict) else ()
