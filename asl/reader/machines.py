"""A whole definition, and the machines within it."""

import json
from collections import Counter
from typing import Any

from asl.checks.everything import check
from asl.checks.names import Resources
from asl.definition import Machine, State
from asl.expressions import Language
from asl.reader.fields import Fields
from asl.reader.mistakes import DefinitionError, Mistake, Mistakes, below
from asl.reader.states import language_of, state_of
from asl.values import flaw_in

MAXIMUM_BYTES = 262_144
_INNER = frozenset({"StartAt", "States", "Comment", "ProcessorConfig"})
_WHOLE = frozenset({"StartAt", "States", "Comment", "QueryLanguage", "TimeoutSeconds", "Version"})


def read_text(text: str, resources: Resources | None = None) -> Machine:
    """The machine that a definition's text says. DefinitionError tells all mistakes."""
    if len(text.encode(errors="surrogatepass")) > MAXIMUM_BYTES:
        raise DefinitionError(
            [
                Mistake(
                    "", f"the definition is larger than {MAXIMUM_BYTES // 1024} KB", "divide it into several workflows"
                )
            ]
        )
    try:
        definition = json.loads(text, object_pairs_hook=_without_repeats)
    except (ValueError, RecursionError) as error:
        raise DefinitionError([Mistake("", f"this is not JSON: {error}", "mend the JSON")]) from None
    return read(definition, resources)


def read(definition: Any, resources: Resources | None = None) -> Machine:
    """The machine that a definition says. Of `resources`, if given, are those that its tasks may name."""
    if not isinstance(definition, dict):
        raise DefinitionError([Mistake("", "a definition is an object", 'write {"StartAt": …, "States": {…}}')])
    if (flaw := flaw_in(definition)) is not None:
        raise DefinitionError([Mistake("", f"the definition cannot be read: {flaw}", "mend the JSON")])
    mistakes = Mistakes()
    fields = Fields(definition, "", mistakes)
    language = language_of(fields, Language.JSONPATH)
    machine = _machine(fields, language, _WHOLE)
    check(definition, resources, mistakes)
    if mistakes.found:
        raise DefinitionError(mistakes.found)
    return machine


def _machine(fields: Fields, language: Language, allowed: frozenset[str]) -> Machine:
    fields.check_only(allowed, "a definition" if allowed is _WHOLE else "a machine within another")
    states = fields.object("States")
    if "States" not in fields.value or (states and not states.value):
        fields.missing("States", "write at least one state")
    if fields.text("Version", "1.0") != "1.0":
        fields.wrong("Version", "the language has version 1.0", "leave Version out")
    return Machine(
        start_at=fields.needed_text("StartAt", "name the first state"),
        states=_states(states, language) if states else {},
        timeout_seconds=fields.number("TimeoutSeconds", None, 1),
        comment=fields.value.get("Comment") if isinstance(fields.value.get("Comment"), str) else None,
    )


def _states(fields: Fields, language: Language) -> dict[str, State]:
    states = {}
    for name, value in fields.value.items():
        if not isinstance(value, dict):
            fields.wrong(name, "a state is an object", 'write {"Type": …}')
            continue
        inner = Fields(value, below(fields.pointer, name), fields.mistakes)
        states[name] = state_of(name, inner, language, lambda machine: _machine(machine, language, _INNER))
    return states


def _without_repeats(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    whole = dict(pairs)
    if len(whole) != len(pairs):
        repeated = next(name for name, number in Counter(name for name, _ in pairs).items() if number > 1)
        raise ValueError(f"{repeated!r} stands twice in one object")
    return whole
