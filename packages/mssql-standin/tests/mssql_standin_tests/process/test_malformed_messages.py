"""Spoilt messages at every stage: an error or the end of the connection, and a server as before."""

import contextlib
import random
import re
import struct
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from mssql_standin_tests.process.raw_client import (
    ATTENTION,
    BATCH,
    BULK,
    BULK_TYPES,
    LOGIN,
    PRELOGIN,
    RPC,
    TRANSACTION,
    RawClient,
    batch_body,
    bulk_body,
    client_hello,
    login_body,
    packet,
    prelogin_body,
    rpc_bodies,
    transaction_body,
)
from mssql_standin_tests.stand_in import StandIn
from mssql_standin_tests.waiting import wait_until

ROUNDS = 120
GROWTH_BYTES = 48 * 1024 * 1024
NUMBERS = [0, 1, 0x7F, 0xFF, 0x7FFF, 0xFFFF, 0x7FFFFFFF, 0xFFFFFFFE, 0xFFFFFFFF]


def spoilt(chance: random.Random, body: bytes) -> bytes:
    """Return the body with something wrong in it."""
    content = bytearray(body)
    for _ in range(chance.randint(1, 4)):
        place = chance.randrange(len(content) + 1)
        match chance.randrange(6):
            case 0:
                del content[place:]
            case 1:
                content[place : place + 1] = chance.randbytes(1)
            case 2:
                content[place:place] = chance.randbytes(chance.randint(1, 40))
            case 3:
                size = chance.choice([1, 2, 4])
                content[place : place + size] = struct.pack("<Q", chance.choice(NUMBERS))[:size]
            case 4:
                del content[place : place + chance.randint(1, 8)]
            case _:
                content += content[place : place + 200]
    return bytes(content)


def on_the_way(chance: random.Random, kind: int, body: bytes) -> bytes:
    """Return packets for a body: whole, in pieces, of another type, with wrong lengths, followed by more."""
    match chance.randrange(8):
        case 0:
            cut = chance.randrange(len(body) + 1)
            return packet(kind, body[:cut], status=0) + packet(kind, body[cut:])
        case 1:
            return packet(kind, body, length=chance.choice([0, 1, 7, 8, len(body), len(body) + 9, 0xFFFF]))
        case 2:
            return packet(chance.randrange(256), body)
        case 3:
            return packet(kind, body, status=chance.randrange(256)) + packet(ATTENTION, b"")
        case 4:
            return packet(kind, body, status=0)
        case 5:
            return packet(ATTENTION, b"") * chance.randint(1, 5) + packet(kind, body)
        case _:
            return packet(kind, body)


Stage = Callable[[RawClient, random.Random], bytes]


def at_prelogin(client: RawClient, chance: random.Random) -> bytes:
    return on_the_way(chance, PRELOGIN, spoilt(chance, prelogin_body(chance.randrange(4))))


def at_tls(client: RawClient, chance: random.Random) -> bytes:
    client.ask(PRELOGIN, prelogin_body(1))
    hello = client_hello()
    return (
        on_the_way(chance, PRELOGIN, spoilt(chance, hello))
        if chance.random() < 0.8
        else packet(PRELOGIN, hello) + chance.randbytes(99)
    )


def at_login(client: RawClient, chance: random.Random) -> bytes:
    client.ask(PRELOGIN, prelogin_body())
    return on_the_way(chance, LOGIN, spoilt(chance, login_body()))


def at_batch(client: RawClient, chance: random.Random) -> bytes:
    client.log_in()
    return on_the_way(chance, BATCH, spoilt(chance, batch_body("SELECT N'x', 1.5, GETDATE(); PRINT 'y'")))


def at_rpc(client: RawClient, chance: random.Random) -> bytes:
    client.log_in()
    return on_the_way(chance, RPC, spoilt(chance, chance.choice(rpc_bodies())))


def at_transaction(client: RawClient, chance: random.Random) -> bytes:
    client.log_in()
    body = transaction_body(chance.choice([0, 1, 5, 6, 7, 8, 9]), bytes([chance.randrange(4), 4, 97, 0, 98, 0, 1]))
    return on_the_way(chance, TRANSACTION, spoilt(chance, body))


def announce_load(client: RawClient) -> None:
    columns = ", ".join(f"c{number} {kind} NULL" for number, kind in enumerate(BULK_TYPES))
    client.ask(BATCH, batch_body(f"CREATE TABLE #loaded ({columns})"))
    client.ask(BATCH, batch_body(f"INSERT BULK #loaded ({columns})"))


def at_bulk_load(client: RawClient, chance: random.Random) -> bytes:
    client.log_in()
    announce_load(client)
    return on_the_way(chance, BULK, spoilt(chance, bulk_body()))


def at_attention(client: RawClient, chance: random.Random) -> bytes:
    client.log_in()
    pieces = [
        packet(ATTENTION, chance.randbytes(chance.randrange(9))),
        packet(BATCH, batch_body("WAITFOR DELAY '00:10:00'")),
        packet(BATCH, batch_body("SELECT 1"), status=chance.choice([0, 1, 3])),
        packet(BULK, b"\0" * 9),
        packet(RPC, rpc_bodies()[0]),
    ]
    return b"".join(chance.choices(pieces, k=6)) + packet(ATTENTION, b"")


def random_bytes(client: RawClient, chance: random.Random) -> bytes:
    if chance.random() < 0.5:
        client.log_in()
    return chance.randbytes(chance.choice([1, 7, 8, 300, 70_000]))


STAGES = [at_prelogin, at_tls, at_login, at_batch, at_rpc, at_transaction, at_bulk_load, at_attention, random_bytes]


def threads(server: StandIn) -> int:
    found = re.search(r"Threads:\s+(\d+)", Path(f"/proc/{server.process_id}/status").read_text(encoding="ascii"))
    assert found is not None
    return int(found[1])


@pytest.fixture(scope="module")
def server(shared_stand_in: StandIn) -> Iterator[StandIn]:
    spoil(shared_stand_in, at_rpc, range(5))  # whatever is made at first use is there
    yield shared_stand_in
    assert serves(shared_stand_in)


def spoil(server: StandIn, stage: Stage, seeds: range) -> None:
    for seed in seeds:
        chance = random.Random(f"{stage.__name__} {seed}")
        client = RawClient(server.port)
        try:
            content = stage(client, chance)
            with contextlib.suppress(ConnectionError):  # it may have had enough already
                client.socket.sendall(content)
            client.finish()
        except TimeoutError:
            raise AssertionError(f"the server hangs after seed {seed}") from None


def serves(server: StandIn) -> bool:
    with contextlib.closing(server.connect()) as connection:
        return bool(connection.execute("SELECT ?", 5).fetchone()[0] == 5)


@pytest.mark.parametrize("stage", STAGES, ids=lambda stage: stage.__name__)
def test_a_spoilt_message_hurts_nobody_but_its_sender(server: StandIn, stage: Stage) -> None:
    wait_until(lambda: threads(server) <= 3, description="nobody is connected")
    before = server.resident_bytes()

    spoil(server, stage, range(ROUNDS))

    assert serves(server)
    wait_until(lambda: threads(server) <= 3, description="every connection has ended")
    assert server.resident_bytes() - before < GROWTH_BYTES


@pytest.mark.parametrize("stage", ["before the login", "as login", "ignored"])
def test_a_message_without_end_is_cut_off_before_it_fills_the_memory(server: StandIn, stage: str) -> None:
    before = server.resident_bytes()
    client = RawClient(server.port)
    kind = PRELOGIN
    if stage == "as login":
        client.ask(PRELOGIN, prelogin_body())
        kind = LOGIN
    part = packet(kind, b"x" * 30_000, status=0)
    if stage == "ignored":
        part += packet(kind, b"", status=3)

    with contextlib.suppress(ConnectionError):
        for _ in range(2000):
            client.socket.sendall(part)
    client.finish()

    assert serves(server)
    assert server.resident_bytes() - before < GROWTH_BYTES


def test_the_messages_are_good_before_they_are_spoilt(server: StandIn) -> None:
    row = b"\x81\x01\x00"  # COLMETADATA of one column

    for body in rpc_bodies()[:3]:
        client = RawClient(server.port)
        client.log_in()
        assert row in client.ask(RPC, body)
        client.finish()
    client = RawClient(server.port)
    client.log_in()
    assert row in client.ask(BATCH, batch_body("SELECT 1"))
    announce_load(client)
    assert client.ask(BULK, bulk_body()) == b"\xfd\x10\x00\xf0\x00" + struct.pack("<Q", 2)
    for request in (5, 7):
        assert b"\xe3" in client.ask(TRANSACTION, transaction_body(request))
    client.finish()
