"""Whether two answers agree. What was recorded has <…> for what is another in each run, and words for times."""

import difflib
import json
import re
from typing import Any

from asl.moments import moment_in
from asl.running.events import Raised, Returned
from asl.values import same
from tests.conformance.asl.case import Answered, Case

_PLACEHOLDER = re.compile("<[\\w:.\\- ]+>|\u2039[^\u203a]*\u203a")
_EVENT = re.compile(r"#\d+")
LOOSELY = 0.5  # of the words of a cause


def is_right(case: Case, answered: Answered) -> bool:
    """Tell whether outcome, output and error name are the recorded ones, and the cause loosely so."""
    outcome = answered.outcome
    if case.outcome == "Succeeded":
        return isinstance(outcome, Returned) and outputs_agree(case.output, outcome.output)
    return isinstance(outcome, Raised) and case.error == outcome.error and causes_are_alike(case.cause, outcome.cause)


def outputs_agree(recorded: Any, output: Any) -> bool:
    """Tell whether outputs agree. Those that are no objects were recorded as their text in JSON."""
    if agrees(recorded, output):
        return True
    try:
        return isinstance(recorded, str) and agrees(json.loads(recorded), output)
    except ValueError:
        return False


def agrees(recorded: Any, value: Any) -> bool:
    """Tell whether a value is the recorded one."""
    if isinstance(recorded, dict) and isinstance(value, dict):
        return recorded.keys() == value.keys() and all(agrees(held, value[key]) for key, held in recorded.items())
    if isinstance(recorded, list) and isinstance(value, list):
        return len(recorded) == len(value) and all(agrees(*pair) for pair in zip(recorded, value, strict=True))
    if isinstance(recorded, str) and isinstance(value, str):
        return _pattern(recorded).fullmatch(value) is not None or _is_time(recorded, value) or _as_json(recorded, value)
    return bool(type(recorded) is type(value) and same(recorded, value))


def causes_agree(recorded: Any, cause: str | None) -> bool:
    """Tell whether causes agree word for word, but for placeholders and the numbers of events."""
    if recorded is None or cause is None:
        return bool(recorded == cause)
    if not isinstance(recorded, str):
        try:
            return agrees(recorded, json.loads(cause))
        except ValueError:
            return False
    return _pattern(_EVENT.sub("#0", recorded)).fullmatch(_EVENT.sub("#0", cause)) is not None


def causes_are_alike(recorded: Any, cause: str | None) -> bool:
    """Tell whether causes say the same in similar words."""
    if causes_agree(recorded, cause) or recorded is None:
        return True
    words = (recorded if isinstance(recorded, str) else json.dumps(recorded)).split()
    return difflib.SequenceMatcher(None, words, (cause or "").split()).ratio() >= LOOSELY


def _pattern(recorded: str) -> re.Pattern[str]:
    return re.compile(".*?".join(re.escape(part) for part in _PLACEHOLDER.split(recorded)), re.DOTALL)


def _is_time(recorded: str, value: str) -> bool:
    """Times are others in each run, and were recorded as they were, or as a word such as start-time."""
    return moment_in(value) is not None and (moment_in(recorded) is not None or not any(map(str.isdigit, recorded)))


def _as_json(recorded: str, value: str) -> bool:
    """Texts that hold JSON may be spaced differently."""
    try:
        held, other = json.loads(recorded), json.loads(value)
    except ValueError:
        return False
    return isinstance(held, dict | list) and agrees(held, other)
