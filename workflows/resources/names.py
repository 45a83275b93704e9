"""The names of resources: relay:KIND, relay:KIND/NAME, and two of Amazon's under which the same is meant."""

import re
from dataclasses import dataclass
from enum import StrEnum

from relay.shown import shown

SCHEME = "relay:"
SUFFIX = ".waitForTaskToken"  # of what somebody answers
_ALIASES = {
    "arn:aws:states:::http:invoke": "relay:http",
    "arn:aws:states:::states:startExecution.sync:2": "relay:execute.sync",
}
_NAME = re.compile(r"[A-Za-z][A-Za-z0-9_.-]{0,99}")


class Kind(StrEnum):
    """What a resource does."""

    HTTP = "http"
    DELIVER = "deliver"
    SQL = "sql"
    MAIL = "mail"
    ACQUIRE = "lock.acquire"
    RENEW = "lock.renew"
    RELEASE = "lock.release"
    APPROVE = "approve"
    ACTIVITY = "activity"
    EXECUTE = "execute"
    EXECUTE_SYNC = "execute.sync"


_NAMED = frozenset({Kind.SQL, Kind.ACTIVITY})  # the others may have their name in the arguments
_MAY_WAIT = frozenset({Kind.HTTP, Kind.DELIVER, Kind.MAIL, Kind.APPROVE, Kind.ACTIVITY})


@dataclass(frozen=True, slots=True)
class Resource:
    """A resource, taken apart."""

    kind: Kind
    name: str = ""  # of a connection, a relay, a statement …; empty: the arguments say it
    waits_for_token: bool = False

    def __str__(self) -> str:
        """Return it as permissions have it: without the alias, and without how it is waited for."""
        return f"{SCHEME}{self.kind}/{self.name}" if self.name else f"{SCHEME}{self.kind}"


class UnknownResource(ValueError):
    """The app has no such resource; the message says what it has."""


def parse_resource(text: str) -> Resource:
    """Return what a Task state's Resource names; raise UnknownResource."""
    bare = text.removesuffix(SUFFIX)
    waits = bare != text
    bare = _ALIASES.get(bare, bare)
    kind_text, slash, name = bare.removeprefix(SCHEME).partition("/")
    if not bare.startswith(SCHEME) or kind_text not in {kind.value for kind in Kind}:
        kinds = ", ".join(f"{SCHEME}{kind}" for kind in Kind)
        raise UnknownResource(f"there is no resource {shown(text)}; there is {kinds}, and {' and '.join(_ALIASES)}")
    kind = Kind(kind_text)
    if slash and not _NAME.fullmatch(name):
        raise UnknownResource(f"{shown(text)}: behind / stands a name of letters, digits, _ . and -, a letter first")
    if kind in _NAMED and not name:
        raise UnknownResource(f"{shown(text)} needs a name: {SCHEME}{kind}/NAME")
    if waits and kind not in _MAY_WAIT:
        raise UnknownResource(f"{shown(text)}: {SCHEME}{kind} ends at once, and nobody answers; leave {SUFFIX} out")
    if kind is Kind.APPROVE and not waits:
        raise UnknownResource(f"{shown(text)}: somebody has to answer; write {SCHEME}{kind}{SUFFIX}")
    return Resource(kind, name, waits)
