"""Where the server of the recordings was right, the stand-in says the same to Microsoft.Data.SqlClient, to the byte.

The fields in which SQL Server is known to say something else are decoded and compared with SQL Server's value.
"""

import re
import struct
from collections.abc import Sequence
from typing import Any

import pytest

from mssql_standin.version import SERVER_VERSION
from mssql_standin_tests.recordings.conversations import CLIENTS, Exchange, conversations, scenarios
from mssql_standin_tests.recordings.tds_reply import (
    ATTENTION_BIT,
    COMPUTED,
    COUNT_BIT,
    DONES,
    EXECUTE,
    IDENTITY,
    SELECT,
    UPDATEABLE,
    Column,
    Packet,
    Token,
    prelogin,
    tokens,
)

PRELOGIN, LOGIN = 0x12, 0x10
VERSION = bytes([*map(int, SERVER_VERSION.split(".")[:2])]) + struct.pack(">H", int(SERVER_VERSION.split(".")[2]))
BEGUN, COMMITTED, ROLLED_BACK = 8, 9, 10
Played = dict[str, list[Exchange]]


def test_both_versions_of_the_client_had_the_same_conversations() -> None:
    first, second = conversations(CLIENTS[0]), conversations(CLIENTS[1])

    assert [*first] == [*second]
    assert sum(conversation.right for conversation in first.values()) == 53
    assert len(first) == 71


@pytest.mark.parametrize("scenario", scenarios(right=True))
def test_what_was_answered_right_is_answered_so_again(played: Played, scenario: str) -> None:
    names = Names()
    for exchange in played[scenario]:
        if exchange.is_cancelled:
            assert [token["status"] for token in tokens(exchange.replied)] == [0, ATTENTION_BIT]
            continue
        assert [*map(shape, exchange.replied)] == [*map(shape, exchange.recorded)]
        if exchange.kind == PRELOGIN:
            check_greeting(exchange)
            continue
        replied, recorded = tokens(exchange.replied), tokens(exchange.recorded)
        assert [plain(token, names, "today") for token in replied] == [plain(t, names, "recorded") for t in recorded]
        check_sql_server_fields(replied)


class Names:
    """What differs from one server to the other and must only be used in the same places: transactions' descriptors."""

    def __init__(self) -> None:
        self._known: dict[tuple[str, bytes], int] = {}
        self._counts = {"today": 0, "recorded": 0}

    def number(self, side: str, descriptor: bytes) -> int:
        """Return which descriptor of its server this is, in the order of their first use."""
        if (side, descriptor) not in self._known:
            self._counts[side] += 1
            self._known[side, descriptor] = self._counts[side]
        return self._known[side, descriptor]


def shape(packet: Packet) -> tuple[int, int, int, int]:
    return packet.type, packet.status, packet.length, packet.number


def plain(token: Token, names: Names, side: str) -> tuple[str, dict[str, Any]]:
    """Return a token without the fields in which the recorded server was not SQL Server."""
    fields = dict(token.fields)
    match token.kind:
        case kind if kind in DONES:
            del fields["command"]
        case "columns":
            ignored = ~(UPDATEABLE | COMPUTED)
            fields["columns"] = [Column(c.user_type, c.flags & ignored, c.type_info, c.name) for c in token["columns"]]
        case "error" | "information":
            fields["text"] = re.sub(r"\bPK__\w+", "PK__", token["text"])
            if token["number"] in {4060, 18456}:
                del fields["line"]
            if token["number"] == 3621:
                del fields["state"]
        case "login":
            del fields["version"]
        case "return value":
            del fields["ordinal"]
        case "change" if token["kind"] in {BEGUN, COMMITTED, ROLLED_BACK}:
            fields["new"], fields["old"] = (names.number(side, token[name].strip(b"\0\x08")) for name in ("new", "old"))
    return token.kind, fields


def check_greeting(exchange: Exchange) -> None:
    """PRELOGIN's answer: as it was but for the version, and but for the encryption, which the player turns off."""
    [replied], [recorded] = exchange.replied, exchange.recorded
    answer, before = prelogin(replied.content), prelogin(recorded.content)
    assert (answer.pop(0), answer.pop(1)) == (VERSION + b"\0\0", b"\2")
    del before[0], before[1]
    assert answer == before


def check_sql_server_fields(reply: Sequence[Token]) -> None:
    """Compare the fields that `plain` leaves out with what SQL Server says in them."""
    has_rows = False
    for token in reply:
        match token.kind:
            case kind if kind in DONES:
                counted = bool(token["status"] & COUNT_BIT)
                assert token["command"] == EXECUTE or kind != "done of a procedure"
                assert token["command"] != 0 or not counted
                assert token["command"] != SELECT or has_rows or not counted
                has_rows = False
            case "columns":
                has_rows = True
                assert all(has_one_origin(column) for column in token["columns"])
            case "error" if token["number"] in {4060, 18456}:
                assert token["line"] == 65536
            case "information" if token["number"] == 3621:
                assert (token["state"], token["severity"]) == (0, 0)
            case "login":
                assert token["version"] == VERSION
            case "return value":  # a handle, or one after the text and its declaration
                assert token["ordinal"] != 1


def has_one_origin(column: Column) -> bool:
    """Tell whether a column is one of these: of a table, an identity, an expression."""
    return sorted((column.flags & UPDATEABLE, column.flags & IDENTITY, column.flags & COMPUTED)).count(0) == 2


def test_every_packet_after_a_login_bears_the_sessions_id(played: Played) -> None:
    for exchanges in played.values():
        sessions = set()
        for exchange in exchanges:
            if exchange.kind != PRELOGIN and not any(token.kind == "error" for token in tokens(exchange.replied)):
                sessions |= {packet.spid for packet in exchange.replied}
        assert 0 not in sessions
        assert len(sessions) <= len({exchange.requests[0] for exchange in exchanges if exchange.kind == LOGIN})
