"""The head of a request, read with the strictness and the limits of the real host's server, Kestrel.

Its limits: 8 KiB for the request line, 32 KiB and 100 lines for the headers. Header values are UTF-8. What is refused, is
refused with a status alone.
"""

import re
from dataclasses import dataclass
from urllib.parse import urlsplit

MAX_LINE_BYTES = 8 * 1024
MAX_HEADER_BYTES = 32 * 1024
MAX_HEADERS = 100
END = b"\r\n\r\n"

_REQUEST_LINE = re.compile(rb"([!#$%&'*+.^_`|~0-9A-Za-z-]+) (\S+) HTTP/(\d)\.(\d)")
_NAME = re.compile(rb"[!#$%&'*+.^_`|~0-9A-Za-z-]+")
_VALUE = re.compile(rb"[^\x00\r\n]*")
_LENGTH = re.compile(r"\d{1,18}")
_METHODS = frozenset({"GET", "PUT", "DELETE", "POST", "HEAD", "TRACE", "PATCH", "CONNECT", "OPTIONS"})
_ESCAPE = re.compile(r"(?:%[0-9a-fA-F]{2})+")
_LEFT_ALONE = re.compile(r"(%2[fF])")


class Refused(Exception):
    """The request is answered with this status before anybody sees it."""

    def __init__(self, status: int) -> None:
        super().__init__(str(status))
        self.status = status


@dataclass(frozen=True, slots=True)
class Head:
    """A request's method, target and headers; `length` is that of a body that the caller announced by its length."""

    method: str
    target: str
    headers: tuple[tuple[str, str], ...]
    is_old: bool = False  # HTTP/1.0
    length: int = 0
    is_chunked: bool = False

    @property
    def path(self) -> str:
        """The path as it was sent, without dot segments."""
        return self.target.partition("?")[0]

    @property
    def query(self) -> str:
        """What follows the question mark."""
        return self.target.partition("?")[2]

    @property
    def expects_continue(self) -> bool:
        """Whether the caller sends the body only when it is asked to."""
        return not self.is_old and self.value("expect").lower() == "100-continue"

    def value(self, name: str) -> str:
        """Return a header's value, empty if there is none; of several the first."""
        return next((value for found, value in self.headers if found.lower() == name), "")

    @property
    def is_of_the_host(self) -> bool:
        """Whether it asks the host itself or one of its extensions, and no function."""
        return self.path.lower().startswith(("/admin/", "/runtime/"))

    def to_bytes(self) -> bytes:
        """Return the head as it is handed on; a function's goes without chunks: its body counts as empty."""
        left_out = set() if self.is_of_the_host else {"expect", "transfer-encoding"}
        lines = [f"{self.method} {self.target} HTTP/1.{0 if self.is_old else 1}"]
        lines += [f"{name}: {value}" for name, value in self.headers if name.lower() not in left_out]
        return "\r\n".join([*lines, "", ""]).encode()


def check_incomplete(received: bytes | bytearray) -> None:
    """Raise Refused if the head that is still coming in exceeds a limit already."""
    line_end = received.find(b"\r\n")
    if (line_end if line_end >= 0 else len(received)) > MAX_LINE_BYTES:
        raise Refused(414)
    if len(received) > MAX_LINE_BYTES + MAX_HEADER_BYTES:
        raise Refused(431)


def read_head(raw: bytes) -> Head:
    """Read a head that ends with an empty line; raise Refused as Kestrel does."""
    line, *lines = raw.removesuffix(END).split(b"\r\n")
    if len(line) > MAX_LINE_BYTES:
        raise Refused(414)
    if sum(len(each) + 2 for each in lines) > MAX_HEADER_BYTES or len(lines) > MAX_HEADERS:
        raise Refused(431)
    found = _REQUEST_LINE.fullmatch(line)
    if found is None:
        raise Refused(400)
    method, target, major, minor = (part.decode("latin-1") for part in found.groups())
    if (major, minor) not in {("1", "0"), ("1", "1")}:
        raise Refused(505)
    return _checked(method, target, _headers(lines), is_old=minor == "0")


def _headers(lines: list[bytes]) -> list[tuple[str, str]]:
    headers = []
    for line in lines:
        name, colon, value = line.partition(b":")
        if not colon or not _NAME.fullmatch(name) or not _VALUE.fullmatch(value):
            raise Refused(400)
        try:
            headers.append((name.decode("ascii"), value.strip(b" \t").decode("utf-8")))
        except UnicodeDecodeError:
            raise Refused(400) from None
    return headers


def _checked(method: str, target: str, headers: list[tuple[str, str]], *, is_old: bool) -> Head:
    hosts = _all(headers, "host")
    if len(hosts) > 1 or not (hosts or is_old):
        raise Refused(400)
    if not hosts:
        raise Refused(500)  # nothing can be said of the request's URL
    if not target.startswith("/"):
        parts = urlsplit(target)
        if parts.netloc != hosts[0]:
            raise Refused(400)
        target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    if method.upper() not in _METHODS:
        raise Refused(404)  # no route takes it
    lengths = _all(headers, "content-length")
    if len(lengths) > 1 or (lengths and not _LENGTH.fullmatch(lengths[0])):
        raise Refused(400)
    encodings = _all(headers, "transfer-encoding")
    is_chunked = bool(encodings)
    if is_chunked:
        if encodings[-1].lower() != "chunked":
            raise Refused(400)
        headers = [("X-Content-Length" if name.lower() == "content-length" else name, value) for name, value in headers]
    path, mark, query = target.partition("?")
    return Head(
        method.upper(),
        without_dots(path) + mark + query,
        tuple(headers),
        is_old,
        0 if is_chunked or not lengths else int(lengths[0]),
        is_chunked,
    )


def _all(headers: list[tuple[str, str]], name: str) -> list[str]:
    return [value for found, value in headers if found.lower() == name]


def without_dots(path: str) -> str:
    """Return a path without its segments `.` and `..`."""
    if "." not in path:
        return path
    kept: list[str] = []
    segments = path.split("/")[1:]
    for number, segment in enumerate(segments):
        if segment in {".", ".."}:
            if segment == ".." and kept:
                kept.pop()
            if number == len(segments) - 1:
                kept.append("")
        else:
            kept.append(segment)
    return "/" + "/".join(kept)


def decoded(path: str) -> str:
    """Return a path with its escapes decoded; %2F stays, and so does what is no UTF-8."""
    return "".join(
        part if _LEFT_ALONE.fullmatch(part) else _ESCAPE.sub(_text, part) for part in _LEFT_ALONE.split(path)
    )


def _text(escapes: re.Match[str]) -> str:
    raw = bytes.fromhex(escapes[0].replace("%", ""))
    text = ""
    while raw:
        for size in range(1, 5):
            try:
                text += raw[:size].decode("utf-8")
            except UnicodeDecodeError:
                continue
            raw = raw[size:]
            break
        else:
            text += f"%{raw[0]:02X}"
            raw = raw[1:]
    return text
