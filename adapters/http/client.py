"""Requests to one URL over kept-alive connections, mostly posts of JSON; safe to use from many threads."""

import contextlib
from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass

from adapters.http.answer import KEPT_BYTES
from adapters.http.deadline import Deadline
from adapters.http.dial import Dial, dial
from adapters.http.exchange import Answer, exchange
from adapters.http.target import Target
from adapters.http.trouble import NO_CONNECTION_IN_TIME, Trouble
from adapters.http.wire import Wire
from relay.ports import Clock
from relay.version import VERSION

# Load balancers forget a silent connection without a word, Azure's after four minutes, many servers after two.
_MOST_IDLE_SECONDS = 100.0


@dataclass(frozen=True, slots=True)
class Patience:
    """How long each part of a request may take, in seconds."""

    connect_seconds: float  # name, TCP, proxy and TLS together
    read_seconds: float  # until the whole head is there, and again until the whole body is


class Client:
    """The connections to one URL: no cookies, no .netrc, no proxy but the one that it is told, no redirects."""

    def __init__(
        self,
        target: Target,
        headers: Mapping[str, str],
        patience: Patience,
        clock: Clock,
        connect: Dial = dial,
        method: str = "POST",
        *,
        content_type: str = "application/json",
        kept_bytes: int = KEPT_BYTES,
    ) -> None:
        """Open nothing yet. `headers` go before what the URL says (user and password) and before the usual ones.

        `kept_bytes` of an answer's body are kept.
        """
        self._target = target
        self._patience = patience
        self._clock = clock
        self._connect = connect
        self._head = _head(target, headers, method, content_type)
        self._is_head = method == "HEAD"  # whose answers have a body's length and no body
        self._kept_bytes = kept_bytes
        self._idle: deque[tuple[Wire, float]] = deque()  # the newest at its right end, used first

    def post(self, body: bytes, idempotency_key: str, deadline: Deadline, *, anew: bool = False) -> Answer:
        """Post once; `anew`: over a new connection. Raises Trouble if no answer comes, CutOff if it may be tried again at once."""
        if not (idempotency_key.isascii() and idempotency_key.isprintable()):
            raise Trouble("its key cannot stand in a header")
        return self.send(b'Idempotency-Key: "%s"\r\n' % idempotency_key.encode("ascii"), body, deadline, anew=anew)

    def send(self, lines: bytes, body: bytes, deadline: Deadline, *, anew: bool = False) -> Answer:
        """Send one request with header lines of its own. Raises as `post` does; `sent` of the Trouble says whether bytes went out."""
        wire = None if anew else self._kept()
        if wire is None:
            wire = self._connect(self._target, deadline.within(self._patience.connect_seconds, NO_CONNECTION_IN_TIME))
        request = b"%s%sContent-Length: %d\r\n\r\n%s" % (self._head, lines, len(body), body)
        try:
            answer = exchange(
                wire,
                request,
                deadline,
                self._patience.read_seconds,
                head_only=self._is_head,
                kept_bytes=self._kept_bytes,
            )
        except BaseException as error:
            wire.close()
            if isinstance(error, Trouble):
                error.sent = True
            raise
        if answer.reusable:
            self._keep(wire)
        else:
            wire.close()
        return answer

    def close(self) -> None:
        """Close the connections that nobody uses."""
        while self._idle:
            self._idle.pop()[0].close()

    def _keep(self, wire: Wire) -> None:
        """Keep a connection for the next request, and close those that nobody has needed for long: the oldest are at the left."""
        now = self._clock.monotonic_seconds()
        self._idle.append((wire, now))
        with contextlib.suppress(IndexError):  # another thread may take the last one
            while now - self._idle[0][1] >= _MOST_IDLE_SECONDS:
                self._idle.popleft()[0].close()

    def _kept(self) -> Wire | None:
        """Return a connection that is open as far as one can see: where something has come unasked, it is not used again."""
        while True:
            try:
                wire, since = self._idle.pop()
            except IndexError:
                return None
            if self._clock.monotonic_seconds() - since < _MOST_IDLE_SECONDS and not wire.has_something():
                return wire
            wire.close()


def _head(target: Target, headers: Mapping[str, str], method: str, content_type: str) -> bytes:
    """Return the request's head but for what differs from request to request."""
    usual = {
        "User-Agent": f"durable-sql-relay/{VERSION}",
        "Accept": "*/*",
        "Accept-Encoding": "identity",  # what is not zipped, people can read
        "Connection": "keep-alive",
    }
    if target.basic:
        usual["Authorization"] = target.basic
    if target.proxy and target.proxy.basic and target.scheme == "http":
        usual["Proxy-Authorization"] = target.proxy.basic
    given = {name.lower() for name in headers}
    told = {name: value for name, value in usual.items() if name.lower() not in given}
    lines = [
        f"{method} {target.request_target} HTTP/1.1",
        f"Host: {target.authority}",
        *(f"{name}: {value}" for name, value in {**told, **headers, "Content-Type": content_type}.items()),
    ]
    return "\r\n".join([*lines, ""]).encode("latin-1")
