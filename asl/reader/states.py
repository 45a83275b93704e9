"""One state of a machine."""

from collections.abc import Callable
from typing import Any

from asl import jsonata
from asl.definition import Fail, Machine, Parallel, Pass, State, Succeed, Task, Wait, Work
from asl.expressions import Language, Literal, Template
from asl.moments import moment_in
from asl.reader.allowed import ALLOWED, GOING_ON, TYPES
from asl.reader.choices import choice_of
from asl.reader.failing import catchers_of, retriers_of
from asl.reader.fields import Fields
from asl.reader.maps import amount, map_of
from asl.reader.templates import assign_of, path_of, path_or_call, reference_path, shaping_path, template_of, value_of

MachineOf = Callable[[Fields], Machine]


def state_of(name: str, fields: Fields, default: Language, machine_of: MachineOf) -> State:
    """A state; `machine_of` reads the branches and processors within."""
    language = language_of(fields, default)
    kind = fields.value.get("Type")
    if language is Language.JSONATA and not jsonata.is_available():
        fields.mistakes.add(fields.pointer, "the state is in JSONata", jsonata.REMEDY)
    if kind not in TYPES:
        fields.wrong("Type", "a state has one of eight types", f"write one of {', '.join(TYPES)}")
        work: Work = Succeed()
    else:
        _check_fields(fields, kind, language)
        work = _work_of(kind, fields, language, machine_of)
    return State(
        name=name,
        language=language,
        work=work,
        next=fields.text("Next"),
        input_path=shaping_path(fields, "InputPath"),
        output_path=shaping_path(fields, "OutputPath"),
        result_path=reference_path(fields, "ResultPath"),
        arguments=_arguments_of(fields, kind, language),
        result_selector=template_of(fields, "ResultSelector", language),
        output=template_of(fields, "Output", language),
        assign=assign_of(fields, language),
        retriers=retriers_of(fields),
        catchers=catchers_of(fields, language),
    )


def language_of(fields: Fields, default: Language) -> Language:
    """In what a state computes. One in JSONPath cannot stand in a machine in JSONata."""
    name = fields.value.get("QueryLanguage", default.value)
    known = [language.value for language in Language]
    if name not in known:
        fields.wrong("QueryLanguage", f"{name!r} is no query language", f"write one of {', '.join(known)}")
        return default
    if default is Language.JSONATA and name != default.value:
        fields.wrong(
            "QueryLanguage",
            "the whole definition is in JSONata",
            "leave QueryLanguage out of the states, or out of the definition",
        )
    return Language(name)


def _check_fields(fields: Fields, kind: str, language: Language) -> None:
    other = Language.JSONATA if language is Language.JSONPATH else Language.JSONPATH
    for name in fields.value:
        if name in ALLOWED[language][kind]:
            continue
        if name == "Credentials":
            remedy = "leave it out: secrets belong to the connection that a resource names"
            fields.wrong(name, "Credentials are not taken from a definition", remedy)
        elif name in ALLOWED[other][kind]:
            fields.wrong(
                name,
                f"{name} belongs to {other.value}, and this state is in {language.value}",
                "use the fields of one query language",
            )
        else:
            fields.wrong(name, f"a {kind} state has no field {name}", "leave it out")
    if kind in GOING_ON:
        _check_going_on(fields)


def _check_going_on(fields: Fields) -> None:
    end = fields.value.get("End", False)
    if not isinstance(end, bool):
        fields.wrong("End", "true or false is needed", "write true, or leave it out and write Next")
    elif end and fields.has("Next"):
        fields.wrong("End", "Next and End exclude each other", "leave one of them out")
    elif not end and not fields.has("Next"):
        fields.missing("Next", 'name the state that goes on, or write "End": true')


def _work_of(kind: Any, fields: Fields, language: Language, machine_of: MachineOf) -> Work:
    match kind:
        case "Pass":
            return Pass(Literal(fields.value["Result"]) if "Result" in fields.value else None)
        case "Task":
            return _task(fields, language)
        case "Choice":
            return choice_of(fields, language)
        case "Wait":
            return _wait(fields, language)
        case "Fail":
            return Fail(_error(fields, "Error", language), _error(fields, "Cause", language))
        case "Parallel":
            if not fields.value.get("Branches"):
                fields.missing("Branches", "write at least one branch with StartAt and States")
            return Parallel(tuple(machine_of(branch) for branch in fields.objects("Branches")))
        case "Map":
            return map_of(fields, language, machine_of)
        case _:
            return Succeed()


def _task(fields: Fields, language: Language) -> Task:
    timeout = amount(fields, "TimeoutSeconds", language, 1)
    heartbeat = amount(fields, "HeartbeatSeconds", language, 1)
    match timeout, heartbeat:
        case Literal(int(whole)), Literal(int(part)) if part >= whole:
            fields.wrong("HeartbeatSeconds", f"{part} is not less than TimeoutSeconds, {whole}", "make it smaller")
    return Task(fields.needed_text("Resource", "name what the task has done"), timeout, heartbeat)


def _wait(fields: Fields, language: Language) -> Wait:
    ways = ("Seconds", "SecondsPath", "Timestamp", "TimestampPath")
    fields.check_one_of(*ways)
    if not any(fields.has(name) for name in ways):
        fields.missing("Seconds", "write Seconds or Timestamp")
    timestamp = path_of(fields, "TimestampPath") or value_of(fields, "Timestamp", language)
    if isinstance(timestamp, Literal) and not (isinstance(timestamp.value, str) and moment_in(timestamp.value)):
        fields.wrong("Timestamp", "this is no point in time", "write one such as 2026-01-31T08:00:00Z")
    return Wait(amount(fields, "Seconds", language, 0), timestamp)


def _error(fields: Fields, name: str, language: Language) -> Template | None:
    fields.check_one_of(name, f"{name}Path")
    if language is Language.JSONPATH and fields.has(f"{name}Path"):
        return path_or_call(fields, f"{name}Path")
    if fields.has(name) and not isinstance(fields.value[name], str):
        fields.wrong(name, "a text is needed", "write a text in quotes")
    return value_of(fields, name, language)


def _arguments_of(fields: Fields, kind: Any, language: Language) -> Template | None:
    if language is Language.JSONATA:
        return template_of(fields, "Arguments", language)
    return None if kind == "Map" else template_of(fields, "Parameters", language)
