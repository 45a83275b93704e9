"""The bodies of requests about locks, and the name in their route: read, or refused with everything that is wrong."""

from collections.abc import Mapping, Sequence
from typing import Any

from relay.errors import InputError
from relay.numbers import Number, numbers_of
from relay.shown import shown
from workflows.locks.values import NAME, NAME_RULE, Asker, Terms

LONGEST_OWNER = 200
LONGEST_PURPOSE = 100
LONGEST_REASON = 1000
_TERMS = numbers_of(Terms)
_IDS = {name: Number(name, 0, 1, 2**63 - 1, whole=True) for name in ("token", "ticket")}


def parse_name(text: str) -> str:
    """Return a lock's name; raise InputError if it can be none."""
    if not NAME.fullmatch(text):
        raise InputError([f"The lock's name {shown(text)} cannot be used: take {NAME_RULE}."])
    return text


def parse_acquire(body: Mapping[str, Any]) -> tuple[Asker, Terms]:
    """Read {"owner": "job-7", "lease_seconds": 60, "wait_seconds": 30, "permits": 1, "purpose": ""}; only the owner must be there."""
    reader = _Reader(body, ("owner", "purpose", *_TERMS))
    asker = Asker(
        owner=reader.text("owner", LONGEST_OWNER), purpose=reader.text("purpose", LONGEST_PURPOSE, may_be_empty=True)
    )
    terms = Terms(**{name: reader.number(number, int(number.default)) for name, number in _TERMS.items()})
    reader.close()
    return asker, terms


def parse_renew(body: Mapping[str, Any]) -> tuple[int, int | None]:
    """Read {"token": 4712}, and "lease_seconds" if the lease is to have another length."""
    reader = _Reader(body, ("token", "lease_seconds"))
    token = reader.number(_IDS["token"])
    lease_seconds = reader.number(_TERMS["lease_seconds"]) if "lease_seconds" in body else None
    reader.close()
    return token, lease_seconds


def parse_release(body: Mapping[str, Any]) -> dict[str, int]:
    """Read {"token": 4712}, or {"ticket": 12} of whoever does not want to wait any more."""
    reader = _Reader(body, ("token", "ticket"))
    which = "ticket" if "ticket" in body else "token"
    found = reader.number(_IDS[which])
    if len(body) > 1:
        reader.problems.append("Send token or ticket, not both.")
    reader.close()
    return {which: found}


def parse_force_release(body: Mapping[str, Any]) -> str:
    """Read {"reason": "why"}."""
    reader = _Reader(body, ("reason",))
    reason = reader.text("reason", LONGEST_REASON)
    reader.close()
    return reason


class _Reader:
    """Reads a body key by key, and keeps what is wrong."""

    def __init__(self, body: Mapping[str, Any], known: Sequence[str]) -> None:
        self._body = body
        self.problems = [
            f"{shown(key)}: there is no such key; take {', '.join(known)}." for key in body if key not in known
        ]

    def text(self, key: str, longest: int, *, may_be_empty: bool = False) -> str:
        found = self._body.get(key, "" if may_be_empty else None)
        usable = isinstance(found, str) and found.isprintable() and found == found.strip() and len(found) <= longest
        if not usable or not (found or may_be_empty):
            least = 0 if may_be_empty else 1
            said = "it is missing" if key not in self._body else f"{shown(found)} cannot be used"
            self.problems.append(
                f"{key}: {said}; send a text on one line of {least} to {longest} characters, without blanks at its ends."
            )
            return ""
        return str(found)

    def number(self, number: Number, default: int | None = None) -> int:
        found = self._body.get(number.name, default)
        wrong = number.problem(found)
        if wrong is None:
            return int(number.read(found))
        said = (
            f"{shown(found)} must be a whole number"
            if number.name in self._body
            else "it is missing; send a whole number"
        )
        self.problems.append(f"{number.name}: {said} from {int(number.least)} to {int(number.most)}.")
        return 1

    def close(self) -> None:
        if self.problems:
            raise InputError(self.problems)
