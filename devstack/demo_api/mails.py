"""The mails that an account was asked to send, and what it says to the next one: it has a rate, a quota, and ways to fail."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from devstack.demo_api.received_log import Entry, ReceivedLog

# mode -> parameters with their defaults
MODES: Mapping[str, Mapping[str, float]] = {
    "ok": {},
    "rate": {"limit": 10, "seconds": 1},  # 429 with SendGrid's headers beyond so many within so long
    "quota": {"limit": 100, "seconds": 86_400},  # the same, of a day; it does not say how many are left
    "429": {},  # without a header that says for how long
    "slow": {"delay_seconds": 2},
    "cut": {},  # takes nothing, and cuts the connection
    "accept-then-cut": {},
    "status": {"status": 500},  # takes nothing, and says so
}


@dataclass(frozen=True, slots=True)
class MailAnswer:
    """What to do with one mail."""

    status: int | None = 202  # None: no answer at all
    accept: bool = True
    delay_seconds: float = 0.0
    headers: Mapping[str, str] = field(default_factory=dict)


class MailMode:
    """How the account behaves; a rate and a quota count what they let through."""

    def __init__(self, name: str = "ok", **parameters: float) -> None:
        """Take a mode of MODES; raise KeyError for one that is none, TypeError for a parameter that it has not."""
        self.name = name
        self.parameters = {**MODES[name], **parameters}
        if unknown := sorted(parameters.keys() - MODES[name].keys()):
            raise TypeError(f"mode {name} has no parameter {unknown[0]!r}")
        self._began = 0.0
        self._let_through = 0

    def decide(self, now: float) -> MailAnswer:
        """Return what to do with a mail at a moment in Unix seconds."""
        match self.name:
            case "rate" | "quota":
                return self._limited(now)
            case "429":
                return MailAnswer(429, accept=False)
            case "slow":
                return MailAnswer(delay_seconds=self.parameters["delay_seconds"])
            case "cut":
                return MailAnswer(None, accept=False)
            case "accept-then-cut":
                return MailAnswer(None)
            case "status":
                return MailAnswer(int(self.parameters["status"]), accept=False)
        return MailAnswer()

    def _limited(self, now: float) -> MailAnswer:
        limit, seconds = int(self.parameters["limit"]), self.parameters["seconds"]
        if now >= self._began + seconds:
            self._began, self._let_through = now, 0
        takes = self._let_through < limit
        self._let_through += takes
        headers = {
            "X-RateLimit-Limit": str(limit),
            "X-RateLimit-Reset": str(int(self._began + seconds) + 1),  # whole seconds, and not before
        }
        if self.name == "rate":
            headers["X-RateLimit-Remaining"] = str(limit - self._let_through)
        return MailAnswer(202 if takes else 429, accept=takes, headers=headers)


class Mails:
    """Every request for a mail, in a file; what was accepted, by the mails' names."""

    def __init__(self, folder: Path) -> None:
        """Carry on from an earlier run; raise OSError or DamagedLogError if the file cannot be used."""
        self._log = ReceivedLog(folder / "mails.jsonl")
        self.entries: list[Entry] = list(self._log.read())
        self._accepted = {entry["mail"] for entry in self.entries if entry["accepted"]}

    def close(self) -> None:
        """Close the file."""
        self._log.close()

    def clear(self) -> None:
        """Forget everything."""
        self._log.clear()
        self.entries, self._accepted = [], set()

    def has(self, mail: str) -> bool:
        """Tell whether a mail was accepted."""
        return mail in self._accepted

    def record(self, mail: str, to: str, answer: MailAnswer, *, at: float, key: str | None) -> None:
        """Write a request down, before it is answered. One with a key that was accepted before is no second mail."""
        repeated = key is not None and mail in self._accepted
        entry: dict[str, Any] = {
            "number": len(self.entries) + 1, "at": at, "mail": mail, "to": to, "status": answer.status,
            "accepted": answer.accept and not repeated, "reset": int(answer.headers.get("X-RateLimit-Reset", 0)),
        }  # fmt: skip
        self._log.append([entry])
        self.entries.append(entry)
        if answer.accept:
            self._accepted.add(mail)
