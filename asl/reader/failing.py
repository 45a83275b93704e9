"""Retry and Catch of a state."""

from asl.definition import Catcher, Retrier
from asl.expressions import Language
from asl.failures import ALL
from asl.reader.fields import LARGEST, Fields
from asl.reader.templates import assign_of, reference_path, template_of

_RETRIER = frozenset(
    {"ErrorEquals", "IntervalSeconds", "MaxAttempts", "BackoffRate", "MaxDelaySeconds", "JitterStrategy", "Comment"}
)
_CATCHER = {
    Language.JSONPATH: frozenset({"ErrorEquals", "Next", "ResultPath", "Assign", "Comment"}),
    Language.JSONATA: frozenset({"ErrorEquals", "Next", "Output", "Assign", "Comment"}),
}
_JITTER = ("NONE", "FULL")


def retriers_of(fields: Fields) -> tuple[Retrier, ...]:
    """The retriers of a state, in their order."""
    return tuple(_retrier(one) for one in _with_errors(fields, "Retry"))


def catchers_of(fields: Fields, language: Language) -> tuple[Catcher, ...]:
    """The catchers of a state, in their order."""
    return tuple(_catcher(one, language) for one in _with_errors(fields, "Catch"))


def _retrier(fields: Fields) -> Retrier:
    fields.check_only(_RETRIER, "a retrier")
    jitter = fields.text("JitterStrategy", "NONE")
    if jitter not in _JITTER:
        fields.wrong("JitterStrategy", f"{jitter!r} is no strategy", f"write one of {', '.join(_JITTER)}")
    interval = fields.number("IntervalSeconds", 1, 1)
    longest = fields.number("MaxDelaySeconds", None, 1, 31_622_400)
    if longest is not None and longest <= interval:
        fields.wrong("MaxDelaySeconds", f"{longest} is not more than IntervalSeconds, {interval}", "make it larger")
    return Retrier(
        errors=_errors_of(fields),
        interval_seconds=interval,
        max_attempts=fields.number("MaxAttempts", 3, 0),
        backoff_rate=fields.number("BackoffRate", 2.0, 1.0, LARGEST, is_whole=False),
        max_delay_seconds=longest,
        has_full_jitter=jitter == "FULL",
    )


def _catcher(fields: Fields, language: Language) -> Catcher:
    fields.check_only(_CATCHER[language], f"a catcher in {language.value}")
    return Catcher(
        errors=_errors_of(fields),
        next=fields.needed_text("Next", "name the state that goes on after the error"),
        result_path=reference_path(fields, "ResultPath"),
        output=template_of(fields, "Output", language),
        assign=assign_of(fields, language),
    )


def _with_errors(fields: Fields, name: str) -> list[Fields]:
    """The objects of Retry or Catch; States.ALL stands alone, and in the last of them."""
    objects = list(fields.objects(name))
    for number, one in enumerate(objects):
        errors = _errors_of(one)
        if ALL not in errors:
            continue
        if len(errors) > 1:
            one.wrong("ErrorEquals", f"{ALL} stands beside other names", f"write {ALL} alone")
        if number < len(objects) - 1:
            one.wrong("ErrorEquals", f"{ALL} leaves nothing for what follows", f"put it last in {name}")
    return objects


def _errors_of(fields: Fields) -> tuple[str, ...]:
    errors = fields.value.get("ErrorEquals")
    if not isinstance(errors, list) or not errors or not all(isinstance(name, str) and name for name in errors):
        fields.wrong("ErrorEquals", "names of errors are needed", f'write an array such as ["{ALL}"]')
        return ()
    return tuple(errors)
