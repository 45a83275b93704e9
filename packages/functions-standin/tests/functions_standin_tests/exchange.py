"""One raw HTTP exchange over a socket, told as the recordings tell it."""

import base64
import json
import re
import socket
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

_UNCOMPARED = frozenset({"date", "server", "connection"})
_CUT_REQUEST = re.compile(r"(.*?(.)\2*)\.\.\.\((\d+) bytes, the last byte repeated\)", re.DOTALL)
_CONTINUE = b"HTTP/1.1 100 Continue\r\n\r\n"


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back; `framing` says how the body's end is told, `body` is text as latin-1 or UTF-8."""

    informational: tuple[str, ...]
    status_line: str
    headers: tuple[tuple[str, str], ...]
    framing: str
    body: str

    @property
    def content(self) -> object:
        """The body as JSON if it is that: the order of members is chance there."""
        try:
            return json.loads(self.body)
        except ValueError:
            return self.body


def recorded_request(recorded: dict[str, Any]) -> bytes:
    """The bytes of a recorded request; of long ones only the beginning and the length were recorded."""
    if recorded["request_base64"] is not None:
        return base64.b64decode(recorded["request_base64"])
    cut = _CUT_REQUEST.fullmatch(recorded["request"])
    if cut is None:
        raise ValueError(recorded["case"])
    beginning, letter, size = cut[1], cut[2], int(cut[3])
    rest = "\r\nConnection: close\r\n\r\n"
    if "\r\n\r\n" in beginning:
        rest = ""
    elif "\r\n" not in beginning:
        rest = " HTTP/1.1\r\nHost: example.test\r\nx-functions-key: master-key" + rest
    whole: str = beginning + letter * (size - len(beginning) - len(rest)) + rest
    return whole.encode("latin-1")


def recorded_answer(recorded: dict[str, Any]) -> Answer:
    """The answer in a recording, without the headers that say when and by whom."""
    headers = sorted((name.lower(), value) for name, value in recorded["headers"] if name.lower() not in _UNCOMPARED)
    body = recorded["body"]
    return Answer(
        tuple(recorded["informational"]),
        recorded["status_line"],
        tuple(headers),
        recorded["framing"],
        body["base64"] if isinstance(body, dict) else _whole(body),
    )


def exchange(url: str, request: bytes, body_when_asked: bytes = b"") -> Answer:
    """Send a request as it is, and a body once it is asked for; read until the server closes the connection."""
    received = b""
    place = urlsplit(url)
    with socket.create_connection((str(place.hostname), place.port or 80), 30) as connection:
        connection.sendall(request)
        while piece := connection.recv(1 << 16):
            received += piece
            if body_when_asked and received.endswith(_CONTINUE):
                connection.sendall(body_when_asked)
                body_when_asked = b""
    informational = []
    while received.startswith(_CONTINUE):
        informational.append("HTTP/1.1 100 Continue")
        received = received[len(_CONTINUE) :]
    is_head = request.startswith(b"HEAD ")
    first, rest = _answer(received, is_head=is_head)
    body = first.body
    while rest:
        following, rest = _answer(rest, is_head=is_head)
        body += f" <<then {following.status_line}>> {following.body}"
    return Answer(tuple(informational), first.status_line, first.headers, first.framing, body)


def _whole(body: str) -> str:
    """Long bodies were recorded with their beginning and their length; those of the tests repeat one letter."""
    cut = re.fullmatch(r"((.)\2*)\.\.\.\((\d+) bytes\)", body)
    return body if cut is None else cut[2] * int(cut[3])


def _answer(raw: bytes, *, is_head: bool) -> tuple[Answer, bytes]:
    head, _, rest = raw.partition(b"\r\n\r\n")
    status_line, *lines = head.decode("latin-1").split("\r\n")
    headers = [(name.lower(), value.strip()) for name, _, value in (line.partition(":") for line in lines)]
    named = dict(headers)
    if named.get("transfer-encoding") == "chunked":
        framing, (body, rest) = "chunked", _unchunked(rest)
    elif "content-length" in named:
        size = 0 if is_head else int(named["content-length"])
        framing, body, rest = "length", rest[:size], rest[size:]
    else:
        framing, body, rest = "close", rest, b""
    told = tuple(sorted((name, value) for name, value in headers if name not in _UNCOMPARED))
    return Answer((), status_line, told, framing, _text(body)), rest


def _unchunked(raw: bytes) -> tuple[bytes, bytes]:
    body = b""
    while True:
        line, _, raw = raw.partition(b"\r\n")
        size = int(line, 16)
        body, raw = body + raw[:size], raw[size + 2 :]
        if not size:
            return body, raw


def _text(body: bytes) -> str:
    try:
        return body.decode("utf-8")
    except UnicodeDecodeError:
        return base64.b64encode(body).decode()
