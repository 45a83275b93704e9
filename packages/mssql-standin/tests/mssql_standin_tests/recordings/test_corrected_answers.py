"""Where the server of the recordings was wrong, the stand-in answers Microsoft.Data.SqlClient as SQL Server does, or refuses."""

import struct
from collections.abc import Callable, Sequence

import pytest

from mssql_standin_tests.recordings.conversations import Exchange, scenarios
from mssql_standin_tests.recordings.tds_reply import (
    ATTENTION_BIT,
    COUNT_BIT,
    DONES,
    ERROR_BIT,
    HIDDEN,
    KEY,
    SELECT,
    UPDATEABLE,
    Column,
    Token,
    prelogin,
    tokens,
)

GREETINGS = {0x12, 0x10}
BEGUN = 8


def after_login(exchanges: Sequence[Exchange]) -> list[list[Token]]:
    """Return the replies to all that is no greeting."""
    return [tokens(exchange.replied) for exchange in exchanges if exchange.kind not in GREETINGS]


def rows_affected(reply: Sequence[Token]) -> int:
    """Return RecordsAffected as the client counts it: SELECTs do not count, -1 if nothing did."""
    counts = [
        token["count"]
        for token in reply
        if token.kind in DONES and token["status"] & COUNT_BIT and token["command"] != SELECT
    ]
    return sum(counts) if counts else -1


def values(reply: Sequence[Token]) -> list[list[bytes | None]]:
    return [token["values"] for token in reply if token.kind == "row"]


def number(reply: Sequence[Token]) -> int:
    """Return the only value of a reply."""
    [[value]] = values(reply)
    assert value is not None
    return int.from_bytes(value, "little", signed=True)


def refusal(reply: Sequence[Token]) -> tuple[int, int, str]:
    """Return number, severity and text of the only error of a reply that ends as a failed request does."""
    [error] = [token for token in reply if token.kind == "error"]
    assert reply[-1]["status"] & ERROR_BIT
    return error["number"], error["severity"], error["text"]


def columns(reply: Sequence[Token]) -> list[Column]:
    [found] = [token["columns"] for token in reply if token.kind == "columns"]
    return list(found)


def no_mars(exchanges: list[Exchange]) -> None:
    assert prelogin(exchanges[0].replied[0].content)[4] == b"\0"
    assert number(after_login(exchanges)[0]) == 1


def several_counts(exchanges: list[Exchange]) -> None:
    [reply] = after_login(exchanges)
    assert rows_affected(reply) == 3
    assert values(reply) == [[pack(1)], [pack(0)], [pack(1)], [b"end"]]


def counts(exchanges: list[Exchange]) -> None:
    found = [rows_affected(reply) for reply in after_login(exchanges)[1:]]
    assert found == [-1, -1, -1, 2, 2, 4, -1, -1, 5, -1]


def updateable_columns(exchanges: list[Exchange]) -> None:
    assert [column.flags & UPDATEABLE != 0 for column in columns(after_login(exchanges)[0])] == [True, True]


def fractions(exchanges: list[Exchange]) -> None:
    replies = after_login(exchanges)
    assert len(replies) == 24
    for _, found, returned in zip(*[iter(replies)] * 3, strict=True):
        assert values(found) == values(returned) != []


def xml(exchanges: list[Exchange]) -> None:
    [[text, length]] = values(after_login(exchanges)[0])
    assert (text, length) == ("<a>1</a>".encode("utf-16-le"), struct.pack("<q", 8))


def refused(what: str) -> Callable[[list[Exchange]], None]:
    def check(exchanges: list[Exchange]) -> None:
        replies = after_login(exchanges)
        assert refusal(replies[0]) == (40000, 16, f"This is not supported by the stand-in: {what}.")
        assert number(replies[1]) == 6

    return check


def too_many_parameters(exchanges: list[Exchange]) -> None:
    replies = after_login(exchanges)
    assert refusal(replies[0])[:2] == (8003, 16)
    assert number(replies[1]) == 6


def every_part_of_the_chain(exchanges: list[Exchange]) -> None:
    assert number(after_login(exchanges)[0]) == 900


def snapshot(exchanges: list[Exchange]) -> None:
    begun, constant, read = after_login(exchanges)
    assert [token["kind"] for token in begun if token.kind == "change"] == [BEGUN]
    assert number(constant) == 6
    assert refusal(read)[0] == 3952


def cancelled(exchanges: list[Exchange]) -> None:
    [reply] = [tokens(e.replied) for e in exchanges if e.is_cancelled]
    assert [token.kind for token in reply] == ["done", "done"]
    assert reply[-1]["status"] == ATTENTION_BIT


def cancelled_in_transaction(exchanges: list[Exchange]) -> None:
    cancelled(exchanges)
    _, _, _, _, count, _, rows = after_login(exchanges)
    assert (number(count), number(rows)) == (1, 1)


def cancelled_alone(exchanges: list[Exchange]) -> None:
    cancelled(exchanges)
    assert number(after_login(exchanges)[-1]) == 6


def informations(exchanges: list[Exchange]) -> None:
    [reply] = after_login(exchanges)
    told = [(t["number"], t["severity"], t["state"], t["text"]) for t in reply if t.kind == "information"]
    assert told == [
        (0, 0, 1, "hej 日本"),
        (50000, 0, 7, "sev0"),
        (50000, 9, 1, "sev9"),
        (50000, 0, 1, "sev10"),  # documented: severity 10 becomes 0 on its way
    ]


def only_columns(exchanges: list[Exchange]) -> None:
    reply, after = after_login(exchanges)
    assert [column.name for column in columns(reply)] == ["id", "s"]
    assert (values(reply), number(after)) == ([], 6)


def columns_with_keys(exchanges: list[Exchange]) -> None:
    reply, after = after_login(exchanges)
    assert [(column.name, column.flags & (KEY | HIDDEN)) for column in columns(reply)] == [("s", 0), ("id", KEY)]
    kinds = [token.kind for token in reply]
    assert kinds[kinds.index("columns") :][:3] == ["columns", "tables", "origins"]
    assert [token["tables"] for token in reply if token.kind == "tables"] == [[["dbo", "RecTx"]]]
    assert [token["columns"] for token in reply if token.kind == "origins"] == [[(1, 1, 0, None), (2, 1, 0x08, None)]]
    assert number(after) == 6


def bulk_copy(exchanges: list[Exchange]) -> None:
    """The client's own statement is not kept; test_bulk_load.py has the whole of a bulk copy."""
    assert number(after_login(exchanges)[-1]) == 6


def pack(value: int) -> bytes:
    return struct.pack("<i", value)


SHOULD: dict[str, Callable[[list[Exchange]], None]] = {
    "connect_mars_asked": no_mars,
    "several_results_row_counts": several_counts,
    "execute_non_query_counts": counts,
    "schema_table": updateable_columns,
    "rpc_datetime_fractions": fractions,
    "rpc_xml_parameter": xml,
    "rpc_variant_refused": refused("a value of type sql_variant"),
    "rpc_tvp_refused": refused("a table-valued parameter"),
    "tx_snapshot": snapshot,
    "attention_cancel_in_transaction": cancelled_in_transaction,
    "attention_token_async": cancelled_alone,
    "print_and_messages": informations,
    "schema_only": only_columns,
    "key_info": columns_with_keys,
    "or_chain_2098": every_part_of_the_chain,
    "parameters_2100": too_many_parameters,
    "parameters_2101": too_many_parameters,
    "bulk_copy": bulk_copy,
}


@pytest.mark.parametrize("scenario", scenarios(right=False))
def test_what_was_answered_wrong_is_answered_as_sql_server_does_or_refused(
    played: dict[str, list[Exchange]], scenario: str
) -> None:
    SHOULD[scenario](played[scenario])
