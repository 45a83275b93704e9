"""Numbers and points in time that a definition has computed: seconds, counts, percentages."""

import math
import re
from datetime import datetime
from typing import Any

from asl.expressions import Query, Template
from asl.failures import QUERY, StateFailure, runtime
from asl.moments import moment_in
from asl.paths.values import Path
from asl.running.evaluating import Scope, at_path, evaluate, shown, wrong_type
from asl.values import is_number, plain_text

LARGEST = 99_999_999
_WHOLE = re.compile(r"-?[0-9]{1,18}")
_NUMBER = re.compile(r"-?[0-9]{1,18}(\.[0-9]{1,18})?")


def seconds(template: Template, scope: Scope, field: str, least: int = 0) -> int:
    """A number of whole seconds."""
    value = _value(template, scope, field)
    parameter = _name(template, field)
    if not is_number(value) or value != math.floor(value) or isinstance(value, float):
        _refuse(template, field, "integer", value)
        raise runtime(f"The {parameter} parameter cannot be parsed as a long value: {_told(template, value)}")
    if value < 0:
        problem = f"The {parameter} parameter references a negative value: {_told(template, value)}"
    elif not least <= value <= LARGEST:
        problem = f"The {parameter} parameter references a value that is not from {least} to {LARGEST}: {_told(template, value)}"
    else:
        return int(value)
    raise StateFailure(QUERY, problem) if isinstance(template, Query) else runtime(problem)


def count(template: Template | None, scope: Scope, field: str) -> int | None:
    """A whole number from 0 on, if there is one."""
    value = whole(template, scope, field)
    if value is not None and value < 0:
        raise runtime(f"{field} cannot be negative.")
    return value


def whole(template: Template | None, scope: Scope, field: str) -> int | None:
    """A whole number, if there is one."""
    if template is None:
        return None
    value = _value(template, scope, field)
    if _is_written(template, value, _WHOLE):
        value = int(value)
    if not is_number(value) or isinstance(value, float):
        _refuse(template, field, "integer", value)
        raise _not_valid(template, field, "integer", value)
    return int(value)


def percentage(template: Template | None, scope: Scope, field: str) -> float | None:
    """A number from 0 to 100, if there is one."""
    if template is None:
        return None
    value = _value(template, scope, field)
    if _is_written(template, value, _NUMBER):
        value = float(value)
    if not is_number(value):
        _refuse(template, field, "number", value)
        raise _not_valid(template, field, "float", value)
    if not 0 <= value <= 100:
        raise runtime(f"{field} must be between 0 and 100.")
    return float(value)


def point_in_time(template: Template, scope: Scope) -> datetime:
    """The point in time that a text says."""
    value = _value(template, scope, "Timestamp")
    moment = moment_in(value) if isinstance(value, str) else None
    if moment is not None:
        return moment
    if not isinstance(value, str):
        _refuse(template, "Timestamp", "string", value)
    problem = (
        f"The {_name(template, 'Timestamp')} parameter does not reference a valid ISO-8601 extended offset date-time "
        f"format string: {_told(template, value)}"
    )
    raise StateFailure(QUERY, problem) if isinstance(template, Query) else runtime(problem)


def _value(template: Template, scope: Scope, field: str) -> Any:
    return at_path(template, scope) if isinstance(template, Path) else evaluate(template, scope, field)


def _is_written(template: Template, value: Any, numbers: re.Pattern[str]) -> bool:
    """Tell whether a path leads to a number that is written as a text, which Step Functions takes for the number."""
    return isinstance(template, Path) and isinstance(value, str) and numbers.fullmatch(value) is not None


def _refuse(template: Template, field: str, expected: str, value: Any) -> None:
    if isinstance(template, Query):
        raise wrong_type(template.text, field, expected, value)


def _not_valid(template: Template, field: str, expected: str, value: Any) -> StateFailure:
    path = template.text if isinstance(template, Path) else field
    return runtime(
        f'The {_name(template, field)} field refers to value "{plain_text(value)}" which is not a valid {expected}: {path}'
    )


def _name(template: Template, field: str) -> str:
    return f"{field}Path" if isinstance(template, Path) else field


def _told(template: Template, value: Any) -> str:
    text = plain_text(value) if isinstance(value, str) else shown(value)
    return f"{template.text} == {text}" if isinstance(template, Path | Query) else text
