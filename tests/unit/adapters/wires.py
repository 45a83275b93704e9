"""Connections that say what a test wants, in the clock's time: nothing here waits."""

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime

from adapters.http.deadline import Deadline
from adapters.http.target import Target

Script = Iterable[bytes | float | OSError]  # what comes: bytes, so many silent seconds, or what breaks


class SteppingClock:
    """A clock that only moves when a wire is silent; satisfies relay.ports.Clock."""

    def __init__(self) -> None:
        self.seconds = 100.0

    def now(self) -> datetime:
        return datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)

    def monotonic_seconds(self) -> float:
        return self.seconds

    def sleep(self, seconds: float) -> None:
        self.seconds += seconds

    async def pause(self, seconds: float) -> None:
        self.sleep(seconds)


class ScriptedWire:
    """Answers along its script, then is silent for ever; keeps what it was sent. Satisfies adapters.http.wire.Wire."""

    def __init__(
        self, clock: SteppingClock, script: Script, *, takes: Sequence[int] = (), breaks_after: int | None = None
    ) -> None:
        """`takes`: how many bytes each send takes, all if there are no more; `breaks_after` so many bytes sending fails."""
        self.clock = clock
        self.script = list(script)
        self.sent = b""
        self.closed = False
        self._takes = list(takes)
        self._breaks_after = breaks_after

    def send(self, data: memoryview, seconds: float) -> int:
        assert seconds > 0
        if self._breaks_after is not None and len(self.sent) >= self._breaks_after:
            raise BrokenPipeError
        taken = self._takes.pop(0) if self._takes else len(data)
        if taken == 0:
            self.clock.seconds += seconds
            raise TimeoutError
        self.sent += data[:taken]
        return min(taken, len(data))

    def receive(self, seconds: float) -> bytes:
        assert seconds > 0
        while self.script:
            match self.script.pop(0):
                case float(silent) if silent >= seconds:
                    self.script.insert(0, silent - seconds)
                    break
                case float(silent):
                    self.clock.seconds += silent
                    seconds -= silent
                case OSError() as error:
                    raise error
                case bytes(data):
                    return data
        self.clock.seconds += seconds
        raise TimeoutError

    def has_something(self) -> bool:
        return bool(self.script) and not isinstance(self.script[0], float)

    def close(self) -> None:
        self.closed = True


class ScriptedDial:
    """Hands out wires in turn, or raises what stands in their place; satisfies adapters.http.dial.Dial."""

    def __init__(self, *wires: ScriptedWire | Exception) -> None:
        self.wires = list(wires)
        self.deadlines: list[float] = []

    def __call__(self, target: Target, deadline: Deadline) -> ScriptedWire:
        self.deadlines.append(deadline.seconds_left())
        wire = self.wires.pop(0)
        if isinstance(wire, Exception):
            raise wire
        return wire
