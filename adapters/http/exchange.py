"""One request and its answer over an open connection."""

import contextlib
from collections.abc import Mapping
from dataclasses import dataclass, field

from adapters.http.answer import KEPT_BYTES, AnswerParser, text_of
from adapters.http.deadline import Deadline
from adapters.http.trouble import Trouble
from adapters.http.wire import Wire


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back."""

    status: int
    retry_after: str | None
    body: bytes  # its beginning, as it came
    encoding: str  # Content-Encoding
    reusable: bool  # the connection may carry another request
    headers: Mapping[str, str] = field(default_factory=dict)  # names in small letters
    complete: bool = True  # the body came to its end
    too_long: bool = False  # it has none within what is read of any

    @property
    def problem(self) -> str:
        """Return what the body of a refusal says, its beginning, for people; nothing of a 2xx."""
        return "" if self.status < 300 else text_of(self.body, self.encoding)


def exchange(
    wire: Wire,
    request: bytes,
    deadline: Deadline,
    read_seconds: float,
    *,
    head_only: bool = False,
    kept_bytes: int = KEPT_BYTES,
) -> Answer:
    """Send the request and read the answer. Raises Trouble if there is none, CutOff if not a byte came before the end.

    The whole head has to come within `read_seconds` of the request, the whole body within as long again, and all before the
    deadline, however small the pieces. Without its body an answer is an answer too.
    """
    parser = AnswerParser(head_only=head_only, kept_bytes=kept_bytes)
    sent = _send(wire, request, parser, deadline, read_seconds)
    head_by = deadline.within(read_seconds)
    while (head := parser.head) is None:
        _receive(wire, parser, head_by)
    if not parser.done:
        body_by = deadline.within(read_seconds)
        with contextlib.suppress(Trouble):  # the head says what became of the request
            while not parser.done:
                _receive(wire, parser, body_by)
    return Answer(
        status=head.status,
        retry_after=head.headers.get("retry-after"),
        body=parser.body,
        encoding=head.headers.get("content-encoding", ""),
        reusable=sent and parser.whole and head.keeps_alive,
        headers=head.headers,
        complete=parser.complete,
        too_long=parser.too_long,
    )


def _send(wire: Wire, request: bytes, parser: AnswerParser, deadline: Deadline, read_seconds: float) -> bool:
    """Send until the end, or until an answer comes before it, as a refusal of a long body does; tell whether all was sent."""
    unsent = memoryview(request)
    while unsent:
        by = deadline.within(read_seconds)
        try:
            unsent = unsent[wire.send(unsent, by.seconds_left()) :]
        except TimeoutError:
            raise Trouble(by.late) from None
        except OSError:
            return False  # the server has closed, perhaps with an answer
        if unsent and wire.has_something():
            _receive(wire, parser, by)
            if parser.head is not None:
                return False
    return True


def _receive(wire: Wire, parser: AnswerParser, by: Deadline) -> None:
    try:
        data = wire.receive(by.seconds_left())
    except TimeoutError:
        raise Trouble(by.late) from None
    except OSError:
        data = b""  # broken is ended
    parser.feed(data)
