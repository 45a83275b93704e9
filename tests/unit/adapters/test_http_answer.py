"""An answer is read out of bytes as they come: in any pieces, whatever stands in it, and never for longer than was agreed."""

import gzip
from itertools import pairwise
from random import Random

import pytest

from adapters.http.answer import KEPT_BYTES, MOST_BODY_BYTES, MOST_HEAD_BYTES, AnswerParser
from adapters.http.deadline import Deadline
from adapters.http.exchange import Answer, exchange
from adapters.http.trouble import CutOff, Trouble
from tests.unit.adapters.wires import Script, ScriptedWire, SteppingClock

OK = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"
GONE = b""  # the end


def answer(*script: bytes | float | OSError, seconds: float = 60.0, read_seconds: float = 30.0) -> Answer:
    clock = SteppingClock()
    return exchange(ScriptedWire(clock, script), b"POST", Deadline.after(clock, seconds), read_seconds)


def trouble(*script: bytes | float | OSError) -> str:
    with pytest.raises(Trouble) as caught:
        answer(*script)
    return str(caught.value)


@pytest.mark.parametrize(
    ("said", "status", "body", "reusable"),
    [
        pytest.param(OK, 200, b"ok", True, id="a length"),
        pytest.param(b"HTTP/1.1 204 No Content\r\n\r\n", 204, b"", True, id="no body, by its status"),
        pytest.param(b"HTTP/1.1 200\r\nContent-Length: 0\r\n\r\n", 200, b"", True, id="no words"),
        pytest.param(b"HTTP/1.1 200 OK\nContent-Length: 2\n\nok", 200, b"ok", True, id="bare line feeds"),
        pytest.param(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1;x=y\r\no\r\n1\r\nk\r\n0\r\nX: y\r\n\r\n", 200, b"ok", True, id="chunks"),
        pytest.param(b"HTTP/1.1 200 OK\r\nContent-Length:\r\n 2\r\n\r\nok", 200, b"ok", True, id="a folded line"),
        pytest.param(b"HTTP/1.1 500 \xe9\r\nContent-Length: 2\r\nX: \xff\x00\r\n\r\nno", 500, b"no", True, id="bytes that are no text"),
        pytest.param(b"HTTP/1.1 200 OK\r\nConnection: Close\r\nContent-Length: 2\r\n\r\nok", 200, b"ok", False, id="it will close"),
        pytest.param(b"HTTP/1.0 200 OK\r\nContent-Length: 2\r\n\r\nok", 200, b"ok", False, id="an old version"),
        pytest.param(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nContent-Length: 3\r\n\r\nok", 200, b"ok", False, id="two lengths"),
        pytest.param(b"HTTP/1.1 200 OK\r\nContent-Length: -1\r\n\r\nok", 200, b"ok", False, id="no length that is one"),
        pytest.param(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nContent-Length: 2\r\n\r\n0\r\n\r\n", 200, b"", False, id="chunks and a length"),
        pytest.param(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\nok", 200, b"", False, id="chunks that are none"),
        pytest.param(b"HTTP/1.1 200 OK\r\n\r\nok", 200, b"ok", False, id="a body until the end"),
    ],
)  # fmt: skip
@pytest.mark.parametrize("piece", [1, 7, 10_000])
def test_an_answer_is_the_same_in_any_pieces(said: bytes, status: int, body: bytes, reusable: bool, piece: int) -> None:
    pieces = [said[at : at + piece] for at in range(0, len(said), piece)]

    found = answer(*pieces, GONE)

    assert (found.status, found.body) == (status, body)
    assert found.reusable is reusable


def test_a_connection_that_brings_more_than_was_asked_for_is_not_used_again() -> None:
    assert answer(OK).reusable
    assert not answer(OK + b"HTTP/1.1 200 OK\r\n").reusable


@pytest.mark.parametrize("status", [100, 101, 102, 103, 199])
@pytest.mark.parametrize("times", [1, 2, 500])
def test_interim_answers_are_skipped(status: int, times: int) -> None:
    interim = f"HTTP/1.1 {status} Early\r\nLink: </a.css>\r\nContent-Length: 9\r\n\r\n".encode()

    found = answer(interim * times, 0.4, b"HTTP/1.1 503 No\r\nContent-Length: 0\r\n\r\n")

    assert found.status == 503
    assert found.reusable


def test_interim_answers_without_end_are_trouble() -> None:
    assert "longer than 65536 bytes" in trouble(b"HTTP/1.1 102 Wait\r\n\r\n" * 4000)


@pytest.mark.parametrize(
    ("script", "why"),
    [
        pytest.param(
            [b"HTTP/1.1 200 OK\r\nX: " + b"x" * MOST_HEAD_BYTES], "longer than 65536", id="a head without end"
        ),
        pytest.param([b"SSH-2.0-OpenSSH\r\n"], "no HTTP/1.1", id="another protocol"),
        pytest.param([b"HTTP/2 200\r\n\r\n"], "no HTTP/1.1", id="another version"),
        pytest.param([b"HTTP/1.1 99 x\r\n\r\n"], "no HTTP/1.1", id="no status"),
        pytest.param([b"HTTP/1.1 2\xb200 x\r\n\r\n"], "no HTTP/1.1", id="a digit that is none"),
        pytest.param([b"HTTP/1.1 200 OK\r\n", GONE], "in the middle of the answer", id="ended in its head"),
        pytest.param([b"HTTP/1.1 200 OK\r\n", ConnectionResetError()], "in the middle", id="reset in its head"),
        pytest.param([b"HTTP/1.1 103 Early\r\n\r\n", GONE], "in the middle", id="ended after an interim answer"),
    ],
)
def test_what_is_no_answer_is_trouble(script: Script, why: str) -> None:
    assert why in trouble(*script)


@pytest.mark.parametrize("end", [GONE, ConnectionResetError(), BrokenPipeError()])
def test_a_connection_that_ends_before_a_byte_is_cut_off(end: bytes | OSError) -> None:
    with pytest.raises(CutOff):
        answer(end)


@pytest.mark.parametrize(
    "then",
    [
        pytest.param([GONE], id="ended"),
        pytest.param([ConnectionResetError()], id="reset"),
        pytest.param([b"o", 1e9], id="silent for ever"),
        pytest.param([piece for _ in range(4000) for piece in (1.0, b"x")], id="a byte a second"),
        pytest.param([b"x" * MOST_BODY_BYTES * 2], id="endless"),
    ],
)
def test_a_2xx_head_is_a_delivery_whatever_its_body_does(then: list[bytes | float | OSError]) -> None:
    found = answer(b"HTTP/1.1 201 Created\r\nContent-Length: 4000000\r\n\r\n", *then)

    assert found.status == 201
    assert not found.reusable


DRIP = [piece for byte in OK for piece in (8.0, bytes([byte]))]


@pytest.mark.parametrize(
    ("script", "seconds", "read_seconds", "ends_after"),
    [
        pytest.param([1e9], 60.0, 30.0, 30.0, id="silence"),
        pytest.param(DRIP, 60.0, 30.0, 30.0, id="a head that drips"),
        pytest.param(DRIP, 20.0, 30.0, 20.0, id="a head that drips, near the deadline"),
        pytest.param([piece for _ in range(90) for piece in (5.0, b"HTTP/1.1 102 Wait\r\n\r\n")], 60.0, 30.0, 30.0, id="interim answers"),
    ],
)  # fmt: skip
def test_the_head_has_to_be_whole_in_time(
    script: Script, seconds: float, read_seconds: float, ends_after: float
) -> None:
    clock = SteppingClock()

    with pytest.raises(Trouble, match="no answer within the time allowed"):
        exchange(ScriptedWire(clock, script), b"POST", Deadline.after(clock, seconds), read_seconds)

    assert clock.seconds == 100 + ends_after


@pytest.mark.parametrize(("seconds", "ends_after"), [(120.0, 35.0), (10.0, 10.0)])
def test_a_body_that_drips_ends_in_time(seconds: float, ends_after: float) -> None:
    clock = SteppingClock()
    body = [piece for _ in range(4000) for piece in (1.0, b"x")]
    script = [5.0, b"HTTP/1.1 500 No\r\nContent-Length: 4000\r\n\r\n", *body]

    found = exchange(ScriptedWire(clock, script), b"POST", Deadline.after(clock, seconds), 30.0)

    assert found.status == 500
    assert set(found.problem) == {"x"}
    assert clock.seconds == 100 + ends_after


def test_a_request_that_nobody_takes_ends_in_time() -> None:
    clock = SteppingClock()

    with pytest.raises(Trouble, match="no answer within the time allowed"):
        exchange(ScriptedWire(clock, [], takes=[2, 0]), b"POST", Deadline.after(clock, 60), 30.0)

    assert clock.seconds == 130


def test_an_answer_that_comes_before_the_request_is_sent_is_heeded() -> None:
    clock = SteppingClock()
    wire = ScriptedWire(clock, [b"HTTP/1.1 413 No\r\nContent-Length: 0\r\n\r\n"], takes=[1])

    found = exchange(wire, b"POST of much", Deadline.after(clock, 60), 30.0)

    assert (found.status, found.reusable, wire.sent) == (413, False, b"P")


def test_an_interim_answer_before_the_request_is_sent_is_skipped() -> None:
    clock = SteppingClock()
    wire = ScriptedWire(clock, [b"HTTP/1.1 103 Early\r\n\r\n", 1.0, OK], takes=[1])

    found = exchange(wire, b"POST of much", Deadline.after(clock, 60), 30.0)

    assert (found.status, found.reusable, wire.sent) == (200, True, b"POST of much")


def test_a_server_that_closes_while_it_is_sent_to_may_have_answered() -> None:
    clock = SteppingClock()
    refusing = ScriptedWire(clock, [b"HTTP/1.1 413 No\r\n\r\n", GONE], breaks_after=0)

    assert exchange(refusing, b"POST", Deadline.after(clock, 60), 30.0).status == 413
    with pytest.raises(CutOff):
        exchange(ScriptedWire(clock, [GONE], breaks_after=0), b"POST", Deadline.after(clock, 60), 30.0)


SEEDS = [
    OK,
    b"HTTP/1.1 103 Early\r\nLink: </x>\r\n\r\n" + OK,
    b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5;a=b\r\nhello\r\n0\r\nX: y\r\n\r\n",
    b"HTTP/1.1 429 Slow\r\nRetry-After: 5\r\nContent-Encoding: gzip\r\nContent-Length: 3\r\n\r\nabc",
]
PIECES = [
    b"\r\n",
    b"\r\n\r\n",
    b"\n",
    b":",
    b" ",
    b"\x00",
    b"\xff",
    b"0",
    b"-1",
    b"99999999",
    b"HTTP/1.1 200 OK\r\n",
    b"chunked",
]


def damaged(dice: Random) -> bytes:
    said = bytearray(dice.choice(SEEDS))
    for _ in range(dice.randint(1, 4)):
        at = dice.randint(0, len(said))
        said[at : at + dice.choice([0, 0, 1, 5])] = dice.choice([*PIECES, dice.randbytes(2)])
    return bytes(said)


@pytest.mark.parametrize("seed", range(4))
def test_damage_of_any_kind_is_trouble_or_an_answer_and_the_same_in_any_pieces(seed: int) -> None:
    dice = Random(seed)

    def outcome(said: bytes, *cuts: int) -> object:
        pieces = [said[begin:end] for begin, end in pairwise([0, *sorted(cuts), len(said)]) if begin < end]
        try:
            found = answer(*pieces, GONE)
        except Trouble as trouble:
            return str(trouble)
        return found.status, found.body, found.problem, found.retry_after

    for _ in range(500):
        said = damaged(dice)
        whole, cut = outcome(said), outcome(said, *(dice.randint(0, len(said)) for _ in range(3)))

        assert whole == cut, said


@pytest.mark.parametrize(
    ("encoding", "body", "text"),
    [
        pytest.param("identity", b"caf\xc3\xa9", "café", id="text"),
        pytest.param("identity", b"caf\xe9", "caf\N{REPLACEMENT CHARACTER}", id="another encoding"),
        pytest.param("gzip", gzip.compress(b"no such order"), "no such order", id="zipped"),
        pytest.param("gzip", b"ok", "ok", id="not zipped, but said so"),
        pytest.param("gzip", gzip.compress(b"x" * 10**7), "x" * KEPT_BYTES, id="zipped, and huge"),
        pytest.param("br", b"\x8b\x00", "\N{REPLACEMENT CHARACTER}\x00", id="zipped otherwise"),
    ],
)
def test_a_refusal_is_kept_as_people_can_read_it(encoding: str, body: bytes, text: str) -> None:
    head = f"HTTP/1.1 422 No\r\nContent-Encoding: {encoding}\r\nContent-Length: {len(body)}\r\n\r\n".encode()

    assert answer(head + body).problem == text


def test_of_a_body_only_the_beginning_is_kept() -> None:
    parser = AnswerParser()
    parser.feed(b"HTTP/1.1 200 OK\r\n\r\n")
    for _ in range(MOST_BODY_BYTES // 65_536):
        assert not parser.done
        parser.feed(b"x" * 65_536)

    assert parser.done
    assert len(parser.body) == KEPT_BYTES


def test_of_two_retry_afters_the_first_counts() -> None:
    said = b"HTTP/1.1 429 Slow\r\nRetry-After: 5\r\nretry-after: 9\r\nContent-Length: 0\r\n\r\n"

    assert answer(said).retry_after == "5"
