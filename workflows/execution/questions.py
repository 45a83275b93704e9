"""Which question an answer belongs to.

Durable matches what an activity answers with the number under which it was asked for, and that number alone. A worker that dies after it has sent
its messages and before its history is written leaves them behind: the episode is played again, perhaps over another answer of the activity
before, for activities run at least once. It then asks for something else under the same number, and is given what was answered to the
message that was left behind. So the answers to an execution's questions name them.
"""

from collections.abc import Mapping
from typing import Any

_OF = "of"
_TELL_APART = ("step", "place", "name", "visit", "attempt", "late")


def asked(activity: str, request: Mapping[str, Any]) -> dict[str, Any]:
    """Return a request that says which question it is."""
    parts = [str(request[key]) for key in _TELL_APART if key in request]
    return {**request, _OF: " ".join([activity, *parts])}


def answered(request: Mapping[str, Any], answer: Mapping[str, Any]) -> dict[str, Any]:
    """Return an answer that says which question it answers."""
    return {**answer, _OF: request.get(_OF)}


def answer_to(request: Mapping[str, Any], answer: Any) -> dict[str, Any] | None:
    """Return the answer to a request, None if it answers another one."""
    if not isinstance(answer, Mapping) or answer.get(_OF) != request[_OF]:
        return None
    return {key: value for key, value in answer.items() if key != _OF}
