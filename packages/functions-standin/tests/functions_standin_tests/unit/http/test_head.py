import pytest

from functions_standin.http.chunks import ChunkSkipper
from functions_standin.http.head import Refused, check_incomplete, decoded, read_head, without_dots


def head(*lines: str) -> bytes:
    return "\r\n".join([*lines, "", ""]).encode("latin-1")


def test_a_head_is_read_and_handed_on() -> None:
    read = read_head(head("get /api/a?x=1 HTTP/1.1", "Host: h", "Content-Length:  3 "))

    assert (read.method, read.path, read.query, read.length) == ("GET", "/api/a", "x=1", 3)
    assert read.to_bytes() == head("GET /api/a?x=1 HTTP/1.1", "Host: h", "Content-Length: 3")


def test_chunks_and_the_wish_to_be_asked_for_them_are_kept_from_functions_alone() -> None:
    lines = ("Host: h", "Transfer-Encoding: chunked", "Expect: 100-continue")

    assert read_head(head("POST /api/a HTTP/1.1", *lines)).to_bytes() == head("POST /api/a HTTP/1.1", "Host: h")
    own = head("POST /admin/functions/a HTTP/1.1", *lines)
    assert read_head(own).to_bytes() == own


def test_a_length_beside_chunks_is_no_length() -> None:
    read = read_head(head("POST /a HTTP/1.1", "Host: h", "Content-Length: 3", "Transfer-Encoding: chunked"))

    assert (read.length, read.is_chunked, read.value("x-content-length")) == (0, True, "3")


@pytest.mark.parametrize(
    ("lines", "status"),
    [
        (["GET /a HTTP/1.1"], 400),
        (["GET /a HTTP/1.1", "Host: a", "Host: b"], 400),
        (["GET /a HTTP/1.0"], 500),
        (["GET /a HTTP/3.0", "Host: h"], 505),
        (["GET  /a HTTP/1.1", "Host: h"], 400),
        (["GET a HTTP/1.1", "Host: h"], 400),
        (["GET /a HTTP/1.1", "Host: h", "A : 1"], 400),
        (["GET /a HTTP/1.1", "Host: h", " folded"], 400),
        (["GET /a HTTP/1.1", "Host: h", "A: \xff"], 400),
        (["FOO /a HTTP/1.1", "Host: h"], 404),
        (["GET /a HTTP/1.1", "Host: h", "Content-Length: +1"], 400),
        (["POST /a HTTP/1.1", "Host: h", "Transfer-Encoding: gzip"], 400),
        (["GET /" + "a" * 8192 + " HTTP/1.1", "Host: h"], 414),
        (["GET /a HTTP/1.1", "Host: h", "A: " + "a" * 32768], 431),
        (["GET /a HTTP/1.1", "Host: h", *(f"A{number}: 1" for number in range(100))], 431),
    ],
)
def test_a_head_that_kestrel_refuses_is_refused(lines: list[str], status: int) -> None:
    with pytest.raises(Refused) as refused:
        read_head(head(*lines))

    assert refused.value.status == status


@pytest.mark.parametrize(
    ("received", "status"), [(b"GET /" + b"a" * 8192, 414), (b"GET / HTTP/1.1\r\nA: " + b"a" * 41_000, 431)]
)
def test_a_head_is_not_waited_for_beyond_its_limits(received: bytes, status: int) -> None:
    with pytest.raises(Refused) as refused:
        check_incomplete(received)

    assert refused.value.status == status


@pytest.mark.parametrize(
    ("path", "resolved"),
    [
        ("/a/../b/./c", "/b/c"),
        ("/../a", "/a"),
        ("/a/..", "/"),
        ("/a/.", "/a/"),
        ("/a..b/.c", "/a..b/.c"),
        ("/a//b", "/a//b"),
    ],
)
def test_dot_segments_are_resolved(path: str, resolved: str) -> None:
    assert without_dots(path) == resolved


@pytest.mark.parametrize(
    ("path", "text"),
    [("%C3%A5%20b", "å b"), ("%FF", "%FF"), ("a%2Fb%2fc", "a%2Fb%2fc"), ("%C3%A5%FF%41", "å%FFA"), ("%zz+", "%zz+")],
)
def test_escapes_that_are_no_text_stay(path: str, text: str) -> None:
    assert decoded(path) == text


@pytest.mark.parametrize("size", [1, 4, 100])
def test_the_end_of_a_chunked_body_is_found_however_it_comes_in(size: int) -> None:
    body = b"3;x=y\r\nabc\r\nA\r\n0\r\n\r\n5\r\nxx\r\n0\r\nTrailer: 1\r\n\r\n"
    sent = body + b"GET / HTTP/1.1"
    chunks = ChunkSkipper()
    taken = 0

    while not chunks.is_done:
        taken += chunks.take(sent[taken : taken + size])

    assert sent[:taken] == body


def test_what_is_no_chunk_is_noticed() -> None:
    chunks = ChunkSkipper()

    chunks.take(b"zz\r\nabc")

    assert chunks.is_malformed
