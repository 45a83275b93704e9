"""Transports: the plain socket, and TLS whose handshake travels inside PRELOGIN packets ([MS-TDS] 3.2.5.2)."""

import datetime
import ipaddress
import socket
import ssl
import struct
import threading
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from mssql_standin.wire.packets import END_OF_MESSAGE, HEADER_BYTES, PRELOGIN, ProtocolError, receive_packet

_VALID_DAYS = 3650


class PlainTransport:
    """The socket itself."""

    def __init__(self, connection: socket.socket) -> None:
        self._socket = connection

    def receive(self, count: int) -> bytes:
        """Return exactly `count` bytes."""
        content = bytearray()
        while len(content) < count:
            part = self._socket.recv(min(count - len(content), 65536))
            if not part:
                raise ConnectionResetError("the client closed the connection")
            content += part
        return bytes(content)

    def receive_some(self) -> bytes:
        """Return what is there, at least one byte."""
        part = self._socket.recv(65536)
        if not part:
            raise ConnectionResetError("the client closed the connection")
        return part

    def send(self, content: bytes) -> None:
        """Send all bytes."""
        self._socket.sendall(content)


class TlsTransport:
    """TLS over the socket. One thread may receive while another sends."""

    def __init__(self, plain: PlainTransport, context: ssl.SSLContext) -> None:
        """Shake hands; raise ConnectionError or ProtocolError if that fails."""
        self._plain = plain
        self._incoming, self._outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()
        self._tls = context.wrap_bio(self._incoming, self._outgoing, server_side=True)
        self._lock = threading.Lock()
        self._sending = threading.Lock()
        self._shake_hands()

    def _shake_hands(self) -> None:
        while True:
            try:
                self._tls.do_handshake()
            except ssl.SSLWantReadError:
                self._send_wrapped()
                kind, _, content = receive_packet(self._plain)
                if kind != PRELOGIN:
                    raise ProtocolError("the TLS handshake was expected inside PRELOGIN packets") from None
                self._incoming.write(content)
            except ssl.SSLError as error:
                raise ProtocolError(f"TLS handshake: {error.reason}") from None
            else:
                self._send_wrapped()
                return

    def _send_wrapped(self) -> None:
        content = self._outgoing.read()
        if content:
            header = struct.pack(">BBHHBB", PRELOGIN, END_OF_MESSAGE, len(content) + HEADER_BYTES, 0, 1, 0)
            self._plain.send(header + content)

    def receive(self, count: int) -> bytes:
        """Return exactly `count` bytes."""
        content = bytearray()
        while len(content) < count:
            try:
                with self._lock:
                    part = self._tls.read(count - len(content))
            except ssl.SSLWantReadError:
                encrypted = self._plain.receive_some()
                with self._lock:
                    self._incoming.write(encrypted)
                continue
            except ssl.SSLError as error:
                raise ConnectionResetError(f"TLS: {error.reason}") from None
            if not part:
                raise ConnectionResetError("the client closed the connection")
            content += part
        return bytes(content)

    def send(self, content: bytes) -> None:
        """Send all bytes."""
        with self._sending:
            with self._lock:
                try:
                    self._tls.write(content)
                except ssl.SSLError as error:
                    raise ConnectionResetError(f"TLS: {error.reason}") from None
                encrypted = self._outgoing.read()
            self._plain.send(encrypted)


def server_context(folder: Path) -> ssl.SSLContext:
    """Return a TLS context with a self-signed certificate, made once and kept in the folder.

    Clients must set TrustServerCertificate=yes. Not above TLS 1.2: the end of a 1.3 handshake does not fit into the
    phase that TDS wraps, and clients would hang.
    """
    folder.mkdir(parents=True, exist_ok=True)
    certificate, key = folder / "certificate.pem", folder / "key.pem"
    if not (certificate.exists() and key.exists()):
        _make_certificate(certificate, key)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.maximum_version = ssl.TLSVersion.TLSv1_2
    context.load_cert_chain(certificate, key)
    return context


def _make_certificate(certificate: Path, key: Path) -> None:
    private = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "localhost")])
    now = datetime.datetime.now(datetime.UTC)
    names = [x509.DNSName("localhost"), x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]
    signed = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(private.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - datetime.timedelta(days=1))
        .not_valid_after(now + datetime.timedelta(days=_VALID_DAYS))
        .add_extension(x509.SubjectAlternativeName(names), critical=False)
        .sign(private, hashes.SHA256())
    )
    key.touch(mode=0o600)
    key.write_bytes(
        private.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
    )
    certificate.write_bytes(signed.public_bytes(serialization.Encoding.PEM))
