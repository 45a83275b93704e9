"""Events as they are posted -> what is kept of each until it is applied; what does not fit is told with the event's place and the key."""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

from relay import exact_json
from relay.errors import InputError
from relay.shown import shown
from workflows.streams.measuring import MOST_DIGITS, plain_number
from workflows.streams.values import Function, Measure, Stream
from workflows.streams.windows import late_from_ms

MOST_EVENTS = 500  # of one request
MOST_CHARACTERS = 400  # of a text that is kept: it stands in the state of a window
MOST_PROBLEMS = 10  # that are told
AHEAD = timedelta(days=1)  # of the app's clock, that an event may be at most: its window would stay open for as long
_ATTRIBUTE = "@"  # before a name that is the event's, and not its data's
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_OF_NUMBERS = frozenset({Function.SUM, Function.AVG})
_ORDERED = frozenset({Function.MIN, Function.MAX, Function.TOP})


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """One event, as far as the stream needs it."""

    hash: str  # of source and id: another one of the same is a duplicate
    group: Sequence[Any]
    at_ms: int
    late_from_ms: int
    values: Sequence[Any]  # one for each measure
    posted: Mapping[str, Any]

    @property
    def group_text(self) -> str:
        """Return what stands for the group: its values as JSON."""
        return exact_json.dumps(list(self.group))


def events_of(posted: Sequence[Any], stream: Stream, now: datetime) -> list[Event]:
    """Return the events of one request, each of them once. Raises InputError with what is wrong: then none is taken."""
    if not posted:
        raise InputError(["There are no events; send at least one."])
    if len(posted) > MOST_EVENTS:
        raise InputError([f"There are {len(posted)} events; send at most {MOST_EVENTS} at once."], status=413)
    found: dict[str, Event] = {}
    problems: list[str] = []
    for place, each in enumerate(posted):
        reader = _Reader(each, stream, now)
        event = reader.event()
        problems += [f"Event {place}: {problem}." for problem in reader.problems]
        if event is not None:
            found.setdefault(event.hash, event)
    if problems:
        more = [f"And {len(problems) - MOST_PROBLEMS} more."] if len(problems) > MOST_PROBLEMS else []
        raise InputError([*problems[:MOST_PROBLEMS], *more])
    return list(found.values())


def group_hash(values: Sequence[Any]) -> str:
    """Return by what a group is found whose values are these, numbers in whatever form."""
    return hash_of(exact_json.dumps([plain_number(value) for value in values]))


def hash_of(text: str) -> str:
    """Return by what a text of any length is found."""
    return hashlib.sha256(text.encode(errors="surrogatepass")).hexdigest()


class _Reader:
    """Reads one event, and collects what is wrong with it."""

    def __init__(self, posted: Any, stream: Stream, now: datetime) -> None:
        self.problems: list[str] = []
        self._posted = posted
        self._stream = stream
        self._now = now

    def event(self) -> Event | None:
        """Return the event, None if it has problems."""
        if not isinstance(self._posted, dict):
            self.problems.append('it is no object; send {"id": "…", "time": "…", "data": {…}}, or a CloudEvent')
            return None
        self._check_form()
        source = self._text("source", default="")
        identity, at_ms = self._text("id"), self._time()
        group = [self._grouped(name) for name in self._stream.group_by]
        values = [self._measured(measure) for measure in self._stream.measures.values()]
        if self.problems:
            return None
        return Event(
            hash=hash_of(exact_json.dumps([source, identity])),
            group=group,
            at_ms=at_ms,
            late_from_ms=late_from_ms(self._stream, at_ms),
            values=values,
            posted=self._posted,
        )

    def _check_form(self) -> None:
        version = self._posted.get("specversion")
        if version not in (None, "1.0"):
            self.problems.append(f"specversion: {shown(version)} is not known; send CloudEvents of version 1.0")
        if "data_base64" in self._posted:
            self.problems.append("data_base64: it cannot be read; send JSON in data")
        if not isinstance(self._posted.get("data", {}), dict):
            self.problems.append("data: it is no object; send the values by their names")

    def _text(self, key: str, default: str | None = None) -> str:
        value = self._posted.get(key, default)
        if isinstance(value, str) and len(value) <= MOST_CHARACTERS and (value or default is not None):
            return value
        found = "it is missing" if value is None else f"{shown(value)} cannot be used"
        self.problems.append(f"{key}: {found}; send a text of at most {MOST_CHARACTERS} characters")
        return ""

    def _time(self) -> int:
        value = self._posted.get("time")
        try:
            at = datetime.fromisoformat(value) if isinstance(value, str) and len(value) > len("2026-01-02") else None
        except ValueError:
            at = None
        if at is None or at.tzinfo is None:
            found = "it is missing" if value is None else f"{shown(value)} cannot be used"
            self.problems.append(f"time: {found}; send when it happened, with an offset, such as 2026-01-02T03:04:05Z")
            return 0
        if not _EPOCH <= at <= self._now + AHEAD:
            self.problems.append(
                f"time: {shown(value)} is before 1970, or more than a day ahead; look at the sender's clock"
            )
            return 0
        return (at - _EPOCH) // timedelta(milliseconds=1)

    def _grouped(self, name: str) -> Any:
        value = self._value(name)
        return self._checked(name, value, "a text, a number, true, false or null")

    def _measured(self, measure: Measure) -> Any:
        name = measure.member
        value = self._value(name) if name else None
        if measure.function is Function.COUNT:
            return None if value is None else 1  # of anything
        if measure.function in _OF_NUMBERS:
            wrong = value is not None and not _is_number(value)
            return self._checked(name, object() if wrong else value, "a number", said=value)
        if measure.function in _ORDERED:
            wrong = isinstance(value, bool)
            return self._checked(name, object() if wrong else value, "a number or a text", said=value)
        return self._checked(name, value, "a text, a number, true or false")

    def _value(self, name: str) -> Any:
        if name.startswith(_ATTRIBUTE):
            return self._posted.get(name.removeprefix(_ATTRIBUTE))
        data = self._posted.get("data")
        return data.get(name) if isinstance(data, dict) else None

    def _checked(self, name: str, value: Any, wanted: str, *, said: Any = None) -> Any:
        """Return a value in its one form; what is none that can be used is a problem."""
        key = name.removeprefix(_ATTRIBUTE) if name.startswith(_ATTRIBUTE) else f"data.{name}"
        problem = ""
        if value is None or isinstance(value, bool):
            return value
        if isinstance(value, str):
            if len(value) <= MOST_CHARACTERS:
                return value
            problem = f"it has {len(value)} characters; send at most {MOST_CHARACTERS}"
        elif _is_number(value):
            if _has_few_digits(value):
                return plain_number(value)
            problem = f"it has more than {MOST_DIGITS} digits before or after its point; send one with fewer"
        else:
            problem = f"{shown(value if said is None else said)} cannot be used; send {wanted}"
        if f"{key}: {problem}" not in self.problems:  # one member may be measured in several ways
            self.problems.append(f"{key}: {problem}")
        return None


def _is_number(value: Any) -> bool:
    return isinstance(value, int | Decimal) and not isinstance(value, bool)


def _has_few_digits(value: int | Decimal) -> bool:
    if isinstance(value, int):
        return bool(abs(value) < 10**MOST_DIGITS)
    exponent = value.as_tuple().exponent
    return isinstance(exponent, int) and exponent >= -MOST_DIGITS and value.adjusted() < MOST_DIGITS
