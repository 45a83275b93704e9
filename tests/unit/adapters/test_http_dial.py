"""Connections are opened to the address that was looked at, before one deadline, through the configured proxy only, and TLS is checked."""

import contextlib
import datetime
import socket
import ssl
import threading
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from adapters.clock.clock import SystemClock
from adapters.http import dial
from adapters.http.addresses import REFUSAL, is_refused
from adapters.http.deadline import Deadline
from adapters.http.endpoint import HttpEndpoint
from adapters.http.names import Address, Names
from adapters.http.target import Target
from adapters.http.trouble import NO_CONNECTION_IN_TIME, Trouble
from relay.delivery.messages import Message
from relay.delivery.outcomes import Delivered, Outcome, RetryLater
from tests.fakes import a_relay
from tests.unit.adapters.hostile_server import HostileServer, Request, answers, hostile_server
from tests.unit.adapters.wires import SteppingClock

REFUSED = [
    *("169.254.169.254", "169.254.0.1", "168.63.129.16", "fe80::1", "fe80::1%2", "febf::1", "fd00:ec2::254"),
    *("::ffff:169.254.169.254", "::ffff:168.63.129.16", "64:ff9b::a9fe:a9fe", "2002:a9fe:a9fe::1", "::a9fe:a9fe"),
]
TAKEN = ["127.0.0.1", "10.0.0.1", "192.168.1.1", "168.63.129.17", "::1", "fd00:ec2::255", "2001:db8::1", "8.8.8.8"]


def soon(seconds: float = 30.0) -> Deadline:
    return Deadline.after(SystemClock(), seconds).within(seconds, NO_CONNECTION_IN_TIME)


def resolving(*addresses: str, port: int = 9) -> Names:
    """Look every name up as these."""

    def look_up(*_: Any, **__: Any) -> Sequence[Address]:
        return [
            (socket.AF_INET6 if ":" in a else socket.AF_INET, socket.SOCK_STREAM, 6, "", (a, port)) for a in addresses
        ]

    return Names(look_up)


@pytest.fixture(scope="module")
def server() -> Iterator[HostileServer]:
    with hostile_server() as listening:
        yield listening


@pytest.mark.parametrize("address", REFUSED)
def test_link_local_and_metadata_addresses_are_refused(address: str) -> None:
    assert is_refused(address)


@pytest.mark.parametrize("address", TAKEN)
def test_other_addresses_are_not(address: str) -> None:
    assert not is_refused(address)


@pytest.mark.parametrize(
    "host", ["169.254.169.254", "2852039166", "0xA9FEA9FE", "[::ffff:169.254.169.254]", "[fd00:ec2::254]"]
)
@pytest.mark.parametrize("proxy", ["", "http://127.0.0.1:1"])
def test_they_are_refused_however_they_are_written(host: str, proxy: str) -> None:
    with pytest.raises(Trouble, match="link-local"):
        dial.dial(Target.of(f"http://{host}/latest", proxy), soon())


@pytest.mark.parametrize("address", REFUSED)
def test_a_name_that_is_looked_up_as_one_is_refused(address: str) -> None:
    with pytest.raises(Trouble) as caught:
        dial.dial(Target.of("http://innocent.example/"), soon(), resolving(address))

    assert str(caught.value) == REFUSAL


def test_of_several_addresses_only_those_that_may_be_are_connected_to(server: HostileServer) -> None:
    names = resolving("169.254.169.254", "127.0.0.1", port=server.port)

    wire = dial.dial(Target.of("http://innocent.example/"), soon(), names)

    wire.close()


def test_what_is_looked_up_is_connected_to_and_nothing_looked_up_again(server: HostileServer) -> None:
    asked = []

    def look_up(*_: Any, **__: Any) -> Sequence[Address]:
        asked.append(1)
        address = "127.0.0.1" if len(asked) == 1 else "169.254.169.254"
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (address, server.port))]

    names = Names(look_up)
    dial.dial(Target.of("http://turncoat.example/"), soon(), names).close()

    assert len(asked) == 1
    with pytest.raises(Trouble, match="link-local"):
        dial.dial(Target.of("http://turncoat.example/"), soon(), names)


@pytest.mark.parametrize("allowed", ["meant.example", "MEANT.example", "169.254.10.1"])
def test_allow_hosts_names_what_is_meant(monkeypatch: pytest.MonkeyPatch, allowed: str) -> None:
    connected: list[Any] = []
    monkeypatch.setattr(socket.socket, "connect", lambda _, address: connected.append(address))
    names = resolving("169.254.10.1", port=80)

    dial.dial(Target.of("http://meant.example/", allow_hosts=[allowed]), soon(), names).close()

    assert connected == [("169.254.10.1", 80)]
    with pytest.raises(Trouble, match="link-local"):
        dial.dial(Target.of("http://other.example/", allow_hosts=["meant.example"]), soon(), names)


def test_a_resolver_that_hangs_is_left_behind_and_asked_once() -> None:
    release = threading.Event()
    asked = []

    def hang(*_: Any, **__: Any) -> Sequence[Address]:
        asked.append(1)
        release.wait(60)
        return []

    names = Names(hang)
    for _ in range(5):
        with pytest.raises(Trouble, match=NO_CONNECTION_IN_TIME):
            names.addresses("slow.example", 80, soon(0.01))
    release.set()

    assert len(asked) == 1


def test_a_look_up_gets_what_is_left_of_the_time(monkeypatch: pytest.MonkeyPatch) -> None:
    given = []

    def never(_: Any, seconds: float) -> None:
        given.append(seconds)
        raise TimeoutError

    monkeypatch.setattr("adapters.http.names.Future.result", never)
    clock = SteppingClock()
    with pytest.raises(Trouble, match=NO_CONNECTION_IN_TIME):
        resolving().addresses("slow.example", 80, Deadline.after(clock, 30).within(7, NO_CONNECTION_IN_TIME))

    assert given == [7]


def test_a_name_that_nobody_has_is_told_as_such() -> None:
    def unknown(*_: Any, **__: Any) -> Sequence[Address]:
        raise socket.gaierror(-2, "Name or service not known")

    with pytest.raises(Trouble, match="the host's name cannot be resolved"):
        dial.dial(Target.of("http://mistyped.example/"), soon(), Names(unknown))


def test_each_address_gets_its_share_of_the_time(monkeypatch: pytest.MonkeyPatch) -> None:
    given: list[float] = []

    def silent(connecting: socket.socket, _: Any) -> None:
        given.append(connecting.gettimeout() or 0.0)
        raise TimeoutError

    monkeypatch.setattr(socket.socket, "connect", silent)
    with pytest.raises(Trouble, match=NO_CONNECTION_IN_TIME):
        dial.dial(Target.of("http://far.example/"), soon(30), resolving("10.0.0.1", "10.0.0.2", "10.0.0.3"))

    assert [round(seconds) for seconds in given] == [10, 15, 30]


# TLS and proxies.


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A certificate of localhost, signed by itself, and its key in one file."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "localhost")])
    begin = datetime.datetime(2020, 1, 1, tzinfo=datetime.UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(begin)
        .not_valid_after(begin.replace(year=2090))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("localhost")]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    path = tmp_path_factory.mktemp("tls") / "localhost.pem"
    path.write_bytes(
        made.public_bytes(serialization.Encoding.PEM)
        + key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    )
    return path


@pytest.fixture
def trusted(certificate: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
    dial._tls.cache_clear()
    yield
    dial._tls.cache_clear()


@pytest.fixture
def accepted() -> list[int]:
    """One for each TLS connection."""
    return []


@pytest.fixture
def tls_port(certificate: Path, accepted: list[int]) -> Iterator[int]:
    """A server that answers everything with 202, one connection after the other."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    with socket.create_server(("127.0.0.1", 0)) as listening:

        def serve() -> None:
            while True:
                try:
                    connection, _ = listening.accept()
                except OSError:
                    return
                try:
                    with context.wrap_socket(connection, server_side=True) as encrypted:
                        accepted.append(1)
                        while encrypted.recv(65_536):
                            encrypted.sendall(b"HTTP/1.1 202 So\r\nContent-Length: 0\r\n\r\n")
                except OSError:
                    connection.close()

        serving = threading.Thread(target=serve, daemon=True)
        serving.start()
        yield listening.getsockname()[1]
        listening.shutdown(socket.SHUT_RDWR)
        serving.join()


def sent(**differences: Any) -> Outcome:
    endpoint = HttpEndpoint(a_relay(**differences), SystemClock())
    try:
        return endpoint.send(Message("k", b"{}"), timeout_seconds=30)
    finally:
        endpoint.close()


@pytest.mark.usefixtures("trusted")
def test_a_certificate_that_is_trusted_and_of_that_host_is_taken(tls_port: int) -> None:
    assert sent(endpoint=f"https://localhost:{tls_port}/") == Delivered(202)


@pytest.mark.usefixtures("trusted")
def test_a_tls_connection_is_kept_alive(tls_port: int, accepted: list[int]) -> None:
    endpoint = HttpEndpoint(a_relay(endpoint=f"https://localhost:{tls_port}/"), SystemClock())
    outcomes = [endpoint.send(Message("k", b"{}"), timeout_seconds=30) for _ in range(5)]
    endpoint.close()

    assert outcomes == [Delivered(202)] * 5
    assert len(accepted) == 1


@pytest.mark.usefixtures("trusted")
def test_a_certificate_of_another_host_is_not(tls_port: int) -> None:
    assert sent(endpoint=f"https://127.0.0.1:{tls_port}/") == RetryLater(
        None, "the TLS handshake failed (certificate or protocol)"
    )


def test_a_certificate_that_nobody_trusts_is_not(tls_port: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("SSL_CERT_FILE", raising=False)
    outcome = sent(endpoint=f"https://localhost:{tls_port}/")

    assert outcome == RetryLater(None, "the TLS handshake failed (certificate or protocol)")


def test_a_handshake_that_never_ends_is_given_up_within_the_time(server: HostileServer) -> None:
    outcome = sent(endpoint=f"https://127.0.0.1:{server.port}/", connect_timeout_seconds=0.2)

    assert outcome == RetryLater(None, NO_CONNECTION_IN_TIME)


def test_a_handshake_gets_what_is_left_of_the_time(server: HostileServer, monkeypatch: pytest.MonkeyPatch) -> None:
    given = []

    def never(connected: socket.socket, **_: Any) -> None:
        given.append(connected.gettimeout())
        raise TimeoutError

    monkeypatch.setattr(dial, "ssl_wrap_socket", never)
    clock = SteppingClock()
    with pytest.raises(Trouble, match=NO_CONNECTION_IN_TIME):
        dial.dial(
            Target.of(f"https://127.0.0.1:{server.port}/"), Deadline.after(clock, 30).within(7, NO_CONNECTION_IN_TIME)
        )

    assert given == [7]


def test_plain_http_goes_through_the_proxy_as_a_whole_url(server: HostileServer) -> None:
    server.reset(answers(200))

    outcome = sent(endpoint="http://api.invalid:8080/orders?x=1", proxy=f"http://u:p@127.0.0.1:{server.port}")

    [request] = server.requests
    assert outcome == Delivered(200)
    assert request.line == "POST http://api.invalid:8080/orders?x=1 HTTP/1.1"
    assert request.headers["host"] == "api.invalid:8080"
    assert request.headers["proxy-authorization"] == "Basic dTpw"


@pytest.mark.usefixtures("trusted")
def test_https_goes_through_a_tunnel_of_the_proxy(server: HostileServer, tls_port: int) -> None:
    def tunnel(near: socket.socket, _: Request) -> None:
        far = socket.create_connection(("127.0.0.1", tls_port))
        near.sendall(b"HTTP/1.0 200 Connection established\r\n\r\n")

        def pump(source: socket.socket, sink: socket.socket) -> None:
            with contextlib.suppress(OSError):
                while data := source.recv(65_536):
                    sink.sendall(data)
                sink.shutdown(socket.SHUT_WR)

        back = threading.Thread(target=pump, args=(far, near), daemon=True)
        back.start()
        pump(near, far)
        back.join()
        far.close()

    server.reset(tunnel)

    outcome = sent(endpoint=f"https://localhost:{tls_port}/", proxy=server.url.removesuffix("/orders"))

    [request] = server.requests
    assert outcome == Delivered(202)
    assert request.line == f"CONNECT localhost:{tls_port} HTTP/1.1"
    assert "authorization" not in request.headers


def test_a_proxy_that_refuses_is_told_as_such(server: HostileServer) -> None:
    server.reset(answers(407))

    outcome = sent(endpoint="https://api.invalid/", proxy=server.url.removesuffix("/orders"))

    assert outcome == RetryLater(None, "the proxy answered 407")
