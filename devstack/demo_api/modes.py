"""How the API behaves: well, or in one of the ways in which APIs fail."""

import random
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from typing import Any

from devstack.demo_api import exact

_STATUSES = {"500": 500, "503": 503, "429": 429, "401": 401, "404": 404}
# mode -> parameters with their defaults; a default's type is the parameter's type
MODES: Mapping[str, Mapping[str, Any]] = {
    "ok": {},
    "slow": {"delay_seconds": 2.0},
    "429": {"retry_after_seconds": 5.0, "http_date": False},
    "500": {},
    "503": {"retry_after_seconds": 5.0, "http_date": False},
    "401": {},
    "404": {},
    "hang": {},
    "reset": {},
    "reset-after": {},
    "reject-one-row": {"key": {}},
    "fail-next-n": {"n": 3, "status": 503, "retry_after_seconds": 0.0},
    "random": {"share": 0.5, "status": 503},
}


class ModeError(Exception):
    """A control request that cannot be understood; the message says what to send."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What to do with one request."""

    status: int | None = 200  # None: no answer at all
    accept: bool = True
    delay_seconds: float = 0.0
    hang: bool = False
    headers: Mapping[str, str] = field(default_factory=dict)
    reason: str = ""


@dataclass
class Mode:
    """A mode with its parameters; fail-next-n counts down in them."""

    name: str = "ok"
    parameters: dict[str, Any] = field(default_factory=dict)

    def decide(self, keys: list[Any]) -> "Answer":
        """Return what to do with a request for these keys."""
        told = self.parameters
        match self.name:
            case "slow":
                return Answer(delay_seconds=told["delay_seconds"])
            case "429" | "503":
                return _failed(_STATUSES[self.name], _retry_after(told))
            case "500" | "401" | "404":
                return _failed(_STATUSES[self.name])
            case "hang":
                return Answer(status=None, accept=False, hang=True)
            case "reset":
                return Answer(status=None, accept=False)
            case "reset-after":
                return Answer(status=None)
            case "reject-one-row" if exact.canonical(told["key"]) in map(exact.canonical, keys):
                return _failed(422)
            case "fail-next-n" if told["n"] > 0:
                told["n"] -= 1
                return _failed(told["status"], _retry_after(told) if told["retry_after_seconds"] else {})
            case "random" if random.random() < told["share"]:
                return _failed(told["status"])
        return Answer()


def parse_mode(body: Any) -> tuple[Mode, str | None]:
    """Return the mode of a control request and its stream (None: every stream); raise ModeError."""
    if not isinstance(body, dict) or body.get("mode") not in MODES:
        raise ModeError(f'send {{"mode": one of {", ".join(MODES)}}}')
    name = body["mode"]
    stream = body.get("stream")
    if stream is not None and not (isinstance(stream, str) and stream.startswith("/")):
        raise ModeError('"stream" must be a path such as "/orders", or null for every stream')
    parameters = dict(MODES[name])
    for key, value in body.items():
        if key in {"mode", "stream"}:
            continue
        if key not in parameters:
            raise ModeError(f"mode {name} has no parameter {key!r}; it has {', '.join(parameters) or 'none'}")
        parameters[key] = _checked(key, value, parameters[key])
    return Mode(name, parameters), stream


def _checked(name: str, value: Any, default: Any) -> Any:
    if isinstance(default, float) and isinstance(value, int) and not isinstance(value, bool):
        value = float(value)
    if isinstance(default, float) and not isinstance(value, float) and hasattr(value, "as_tuple"):
        value = float(value)
    if type(value) is not type(default) or (isinstance(value, int | float) and not 0 <= value <= 86400):
        raise ModeError(f"{name!r} cannot be {value!r}; it looks like {default!r}")
    return value


def _failed(status: int, headers: Mapping[str, str] | None = None) -> Answer:
    return Answer(
        status=status, accept=False, headers=headers or {}, reason=f"The demo API was told to answer {status}."
    )


def _retry_after(told: Mapping[str, Any]) -> dict[str, str]:
    seconds = told["retry_after_seconds"]
    if told.get("http_date"):
        return {"Retry-After": format_datetime(datetime.now(UTC) + timedelta(seconds=seconds), usegmt=True)}
    return {"Retry-After": f"{seconds:g}"}
