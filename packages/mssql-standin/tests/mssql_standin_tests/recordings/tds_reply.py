"""Replies of a TDS server, decoded to the last byte: packets into tokens, tokens into fields. [MS-TDS] 2.2.7.

Values stay bytes, because tests compare them; what is not understood is an error, never skipped.
"""

import struct
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

ERROR_BIT, COUNT_BIT, ATTENTION_BIT = 0x02, 0x10, 0x20
NULLABLE, UPDATEABLE, IDENTITY, COMPUTED, HIDDEN, KEY = 0x01, 0x0C, 0x10, 0x20, 0x2000, 0x4000
SELECT, EXECUTE = 0xC1, 0xE0
DONES = {"done", "done in a procedure", "done of a procedure"}
_FIXED = {0x30: 1, 0x32: 1, 0x34: 2, 0x38: 4, 0x7F: 8, 0x3B: 4, 0x3E: 8, 0x3C: 8, 0x7A: 4, 0x3D: 8, 0x3A: 4}
_DONE_KINDS = {0xFD: "done", 0xFE: "done of a procedure", 0xFF: "done in a procedure"}


@dataclass(frozen=True)
class Packet:
    """A packet's header, and its content."""

    type: int
    status: int
    length: int
    spid: int
    number: int
    content: bytes


@dataclass(frozen=True)
class Token:
    """One token of a reply."""

    kind: str
    fields: dict[str, Any]

    def __getitem__(self, name: str) -> Any:
        """Return a field."""
        return self.fields[name]


def packet(raw: bytes) -> Packet:
    """Decode a whole packet."""
    kind, status, length, spid, number, window = struct.unpack_from(">BBHHBB", raw)
    assert (length, window) == (len(raw), 0)
    return Packet(kind, status, length, spid, number, raw[8:])


def tokens(reply: Sequence[Packet]) -> list[Token]:
    """Decode the tokens of a whole reply; that to PRELOGIN has none."""
    return decoded(b"".join(packet.content for packet in reply))


def decoded(content: bytes) -> list[Token]:
    """Decode the tokens in the content of a whole reply."""
    return list(_Decoder(content).tokens())


def prelogin(content: bytes) -> dict[int, bytes]:
    """Decode the options of a PRELOGIN reply."""
    options, place = {}, 0
    while content[place] != 0xFF:
        option, offset, length = struct.unpack_from(">BHH", content, place)
        options[option] = content[offset : offset + length]
        place += 5
    return options


@dataclass(frozen=True)
class Column:
    """A column of COLMETADATA."""

    user_type: int
    flags: int
    type_info: bytes
    name: str

    @property
    def is_fixed(self) -> bool:
        """Whether its values have no length."""
        return self.type_info[0] in _FIXED


class _Decoder:
    def __init__(self, content: bytes) -> None:
        self._content = content
        self._place = 0
        self._columns: list[Column] = []

    def tokens(self) -> Iterator[Token]:
        while self._place < len(self._content):
            yield self._token(self._take(1)[0])

    def _take(self, count: int) -> bytes:
        assert self._place + count <= len(self._content), "the reply is cut off"
        self._place += count
        return self._content[self._place - count : self._place]

    def _one(self, form: str) -> Any:
        return struct.unpack("<" + form, self._take(struct.calcsize("<" + form)))[0]

    def _text(self, form: str = "B") -> str:
        return self._take(2 * self._one(form)).decode("utf-16-le")

    def _token(self, code: int) -> Token:
        if code in _DONE_KINDS:
            names = ("status", "command", "count")
            return Token(_DONE_KINDS[code], dict(zip(names, struct.unpack("<HHQ", self._take(12)), strict=True)))
        match code:
            case 0x81:
                self._columns = [self._column() for _ in range(self._one("H"))]
                return Token("columns", {"columns": self._columns})
            case 0xD1:
                return Token("row", {"values": [self._value(column.type_info) for column in self._columns]})
            case 0x79:
                return Token("return status", {"value": self._one("i")})
            case 0xAC:
                head = {"ordinal": self._one("H"), "name": self._text(), "status": self._one("B")}
                column = self._column(named=False)
                return Token("return value", {**head, "column": column, "value": self._value(column.type_info)})
        length = self._one("H")
        end = self._place + length
        found = self._counted(code, end)
        assert self._place == end, "the token is longer than it says"
        return found

    def _counted(self, code: int, end: int) -> Token:
        match code:
            case 0xAA | 0xAB:
                number, state, severity = struct.unpack("<iBB", self._take(6))
                text, server, procedure = self._text("H"), self._text(), self._text()
                place = {"server": server, "procedure": procedure, "line": self._one("I")}
                kind = "error" if code == 0xAA else "information"
                return Token(kind, {"number": number, "state": state, "severity": severity, "text": text, **place})
            case 0xE3:
                kind = self._one("B")
                new = self._take(self._one("B") * (2 if kind in {1, 2, 4} else 1))
                return Token("change", {"kind": kind, "new": new, "old": self._take(end - self._place)})
            case 0xAD:
                interface, version = struct.unpack(">BI", self._take(5))
                program = self._text()
                return Token(
                    "login", {"interface": interface, "tds": version, "program": program, "version": self._take(4)}
                )
            case 0xA4:
                tables = []
                while self._place < end:
                    tables.append([self._text("H") for _ in range(self._one("B"))])
                return Token("tables", {"tables": tables})
            case 0xA5:
                columns = []
                while self._place < end:
                    number, table, status = struct.unpack("<BBB", self._take(3))
                    columns.append((number, table, status, self._text() if status & 0x20 else None))
                return Token("origins", {"columns": columns})
        raise AssertionError(f"a token 0x{code:02X}")

    def _column(self, *, named: bool = True) -> Column:
        user_type, flags = struct.unpack("<IH", self._take(6))
        start = self._place
        code = self._one("B")
        if code in {0xE7, 0xEF, 0xA7, 0xAF}:
            self._take(7)
        elif code in {0xA5, 0xAD, 0x6A}:
            self._take(2 if code != 0x6A else 3)
        elif code in {0x26, 0x68, 0x6D, 0x6E, 0x6F, 0x24, 0x29, 0x2A, 0x2B}:
            self._take(1)
        else:
            assert code == 0x28 or code in _FIXED, f"a type 0x{code:02X}"
        info = self._content[start : self._place]
        return Column(user_type, flags, info, self._text() if named else "")

    def _value(self, info: bytes) -> bytes | None:
        if info[0] in _FIXED:
            return self._take(_FIXED[info[0]])
        if info[0] in {0xE7, 0xEF, 0xA7, 0xAF, 0xA5, 0xAD}:
            return self._long() if info[1:3] == b"\xff\xff" else self._sized()
        size = self._one("B")
        return self._take(size) if size else None

    def _sized(self) -> bytes | None:
        size = self._one("H")
        return None if size == 0xFFFF else self._take(size)

    def _long(self) -> bytes | None:
        total = self._one("Q")
        if total == 0xFFFFFFFFFFFFFFFF:
            return None
        content = b""
        while size := self._one("I"):
            content += self._take(size)
        assert len(content) == total
        return content
