"""How the API behaves: well, or in one of the ways in which APIs fail."""

import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from email.utils import format_datetime
from typing import Any

from devstack.demo_api import exact

# mode -> parameters with their defaults; a default's type is the parameter's type
MODES: Mapping[str, Mapping[str, Any]] = {
    "ok": {},
    "slow": {"delay_seconds": 2.0},
    "429": {"retry_after_seconds": 5, "http_date": False},
    "500": {},
    "503": {"retry_after_seconds": 5, "http_date": False},
    "401": {},
    "404": {},
    "422": {},
    "hang": {},
    "reset": {},
    "reset-after": {},
    "reject-one-row": {"key": {}},
    "fail-next-n": {"n": 3, "status": 503, "retry_after_seconds": 0},
    "random": {"share": 0.5, "status": 503},
}
_RANGES: Mapping[str, tuple[float, float]] = {
    "delay_seconds": (0, 86400),
    "retry_after_seconds": (0, 31 * 86400),
    "n": (0, 1_000_000),
    "status": (400, 599),
    "share": (0, 1),
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


@dataclass(eq=False)
class Mode:
    """A mode with its parameters; fail-next-n counts down in them."""

    name: str = "ok"
    parameters: dict[str, Any] = field(default_factory=dict)

    def decide(self, keys: Sequence[Any]) -> Answer:
        """Return what to do with a request for these keys."""
        told = self.parameters
        match self.name:
            case "slow":
                return Answer(delay_seconds=told["delay_seconds"])
            case "429" | "503":
                return Answer(int(self.name), accept=False, headers=_retry_after(told))
            case "500" | "401" | "404" | "422":
                return Answer(int(self.name), accept=False)
            case "hang":
                return Answer(None, accept=False, hang=True)
            case "reset":
                return Answer(None, accept=False)
            case "reset-after":
                return Answer(None)
            case "reject-one-row" if exact.canonical(told["key"]) in map(exact.canonical, keys):
                return Answer(422, accept=False)
            case "fail-next-n" if told["n"] > 0:
                told["n"] -= 1
                headers = _retry_after(told) if told["retry_after_seconds"] else {}
                return Answer(told["status"], accept=False, headers=headers)
            case "random" if random.random() < told["share"]:
                return Answer(told["status"], accept=False)
        return Answer()


def parse_mode(body: Any) -> tuple[Mode, str | None]:
    """Return the mode of a control request and its stream (None: every stream); raise ModeError."""
    name = body.get("mode") if isinstance(body, dict) else None
    if not isinstance(name, str) or name not in MODES:
        raise ModeError(f'send {{"mode": one of {", ".join(MODES)}}}')
    stream = body.get("stream")
    if stream is not None and not (isinstance(stream, str) and stream.startswith("/")):
        raise ModeError('"stream" must be a path such as "/orders", or null for every stream')
    parameters = dict(MODES[name])
    for parameter, value in body.items():
        if parameter in {"mode", "stream"}:
            continue
        if parameter not in parameters:
            raise ModeError(f"mode {name} has no parameter {parameter!r}; it has {', '.join(parameters) or 'none'}")
        parameters[parameter] = _checked(parameter, value, parameters[parameter])
    if parameters.get("key") == {}:
        raise ModeError(f'mode {name} needs the parameter "key": the row\'s whole key, such as {{"OrderId": 7}}')
    return Mode(name, parameters), stream


def _checked(name: str, value: Any, default: Any) -> Any:
    """Return the value if it is of the default's type and in its range; raise ModeError."""
    if isinstance(default, float) and isinstance(value, int | Decimal) and not isinstance(value, bool):
        value = float(value)
    if type(value) is not type(default):
        raise ModeError(f"{name!r} cannot be {exact.dumps(value)}; it looks like {exact.dumps(default)}")
    least, most = _RANGES.get(name, (0, 0))
    if name in _RANGES and not least <= value <= most:
        raise ModeError(f"{name!r} cannot be {exact.dumps(value)}; it is from {least} to {most}")
    return value


def _retry_after(told: Mapping[str, Any]) -> dict[str, str]:
    seconds: int = told["retry_after_seconds"]
    if told.get("http_date"):
        return {"Retry-After": format_datetime(datetime.now(UTC) + timedelta(seconds=seconds), usegmt=True)}
    return {"Retry-After": str(seconds)}
