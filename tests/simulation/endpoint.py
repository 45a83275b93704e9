"""An endpoint with weather of its own: what it answers, how, and what it keeps."""

import random
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any

from tests.simulation.network import Reply, Request

START = datetime(2026, 1, 1, tzinfo=UTC)  # of the virtual time
# Contents, status (None: no answer), whether it keeps them, for how many seconds it asks (None: for no time).
Took = Callable[[Request, Sequence[Mapping[str, Any]], int | None, bool, float | None], None]


@dataclass(frozen=True, slots=True)
class Weather:
    """How it is until a moment."""

    kind: str
    until_seconds: float
    retry_after: str | None = None


class Endpoint:
    """`hears` is told every request before it is answered. Of statuses, `has` are those with which it says that it has a change."""

    def __init__(self, seed: int, name: str, now: Callable[[], float], hears: Took, has: Sequence[int] = ()) -> None:
        self._chance = random.Random(f"endpoint {seed} {name}")
        self._now = now
        self._hears = hears
        self._has = has
        self._weathers: list[Weather] = []
        self.rows_are_well = False  # whether it can bear what it could not: rows whose Status is poison or sick
        self._requests = 0

    def change(self, weather: Weather) -> None:
        """Let the weather change; of several the last to come counts."""
        self._weathers.append(weather)

    @property
    def weather(self) -> Weather | None:
        """How it is now; None: fine."""
        self._weathers = [each for each in self._weathers if each.until_seconds > self._now()]
        return self._weathers[-1] if self._weathers else None

    def __call__(self, request: Request) -> Reply:
        """Answer."""
        self._requests += 1
        told = request.json()
        contents = told["changes"] if isinstance(told.get("changes"), list) else [told]  # a notice has a number there
        reply, status = self._reply(contents)
        takes = status is not None and (200 <= status <= 299 or status in self._has)
        keeps = takes or (status is None and self._keeps_silently)
        asked = self._asked_for_seconds(reply)
        self._hears(request, contents, status, keeps, asked if asked is not None and asked > 0 else None)
        return reply

    @property
    def connecting(self) -> str:
        """Return how a connection ends, if it does."""
        kind = self.weather.kind if self.weather is not None else ""
        return kind if kind in {"refused", "unreachable"} else ""

    def heal(self) -> None:
        """Be well from now on, whatever comes."""
        self._weathers.clear()
        self.rows_are_well = True

    def _asked_for_seconds(self, reply: Reply) -> float | None:
        [*_, head] = [piece for piece in reply.pieces if isinstance(piece, bytes)] or [b""]
        _, found, rest = head.partition(b"Retry-After: ")
        text = rest.partition(b"\r\n")[0].decode()
        if not found:
            return None
        if text.removeprefix("-").isdigit():
            return float(text)
        try:
            return (parsedate_to_datetime(text) - START).total_seconds() - self._now()
        except ValueError:
            return None

    @property
    def _keeps_silently(self) -> bool:
        return self.weather is not None and self.weather.kind == "taken and lost"

    def _reply(self, contents: Sequence[Mapping[str, Any]]) -> tuple[Reply, int | None]:
        weather = self.weather
        if weather is not None and (found := self._in_weather(weather)) is not None:
            return found
        rows = [(content.get("data") or {}).get("Status") for content in contents]
        status = (
            200
            if self.rows_are_well
            else 422
            if "poison" in rows
            else 500
            if "sick" in rows
            else self._chance.choice((200, 201, 204))
        )
        return Reply.of(status, after_seconds=self._chance.choice((0.02, 0.05, 0.3))), status

    def _in_weather(self, weather: Weather) -> tuple[Reply, int | None] | None:
        kind = weather.kind
        headers = {"Retry-After": weather.retry_after} if weather.retry_after is not None else {}
        if kind.isdecimal():
            return Reply.of(int(kind), headers=headers), int(kind)
        match kind:
            case "hang":
                return Reply((), hangs=True), None
            case "garbage":
                return Reply((0.1, b"SSH-2.0-OpenSSH_9.6\r\n\r\n")), None
            case "502 garbage":
                return Reply((0.1, b"HTTP/1.1 502 \xff\xfe\r\nContent-Length: 9\r\n\r\n<html\x00")), 502
            case "early":
                return Reply(
                    (
                        b"HTTP/1.1 103 Early Hints\r\nLink: </x>\r\n\r\n",
                        0.2,
                        b"HTTP/1.1 500 No\r\nContent-Length: 0\r\n\r\n",
                    )
                ), 500
            case "cut":
                return Reply((0.1, b"HTTP/1.1 20")), None
            case "taken and lost":
                return Reply((0.5,)), None
            case "drip":
                return Reply(tuple(p for _ in range(500) for p in (1.5, b"H"))), None
            case "endless head":
                return Reply(
                    (b"HTTP/1.1 200 OK\r\n", *(b"X: " + b"y" * 60_000 + b"\r\n" for _ in range(40))), hangs=True
                ), None
            case "flaky" if self._chance.random() < 0.5:
                status = self._chance.choice((500, 503, 429))
                return Reply.of(status), status
            case "limit" if self._requests % 3:
                return Reply.of(429, headers=headers or {"Retry-After": "2"}), 429
            case "conflict":
                return Reply.of(409), 409
        return None
