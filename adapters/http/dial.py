"""Opens connections: name, address, TCP, a proxy's tunnel, TLS, all before one deadline."""

import contextlib
import socket
import ssl
from collections.abc import Callable
from functools import cache

import certifi
from urllib3.util.ssl_ import create_urllib3_context, ssl_wrap_socket

from adapters.http import addresses
from adapters.http.deadline import Deadline
from adapters.http.exchange import exchange
from adapters.http.names import Names
from adapters.http.target import Target
from adapters.http.trouble import CUT_OFF, CutOff, Trouble
from adapters.http.wire import SocketWire, Wire

Dial = Callable[[Target, Deadline], Wire]
_names = Names()


def dial(target: Target, deadline: Deadline, names: Names = _names) -> Wire:
    """Return an open connection to the target. Raises Trouble."""
    allowed = target.allows(target.host)
    if target.proxy is None:
        connected = _connect(target, deadline, names, allowed=allowed, allows=target.allows)
    else:
        if not allowed:
            addresses.check_written(target.host)  # the proxy looks it up, so more cannot be known here
        near = target.proxy
        connected = _connect(near, deadline, names, allowed=target.allows(near.host), allows=target.allows)
    try:
        if target.proxy is not None and target.scheme == "https":
            _tunnel(connected, target, target.proxy, deadline)
        return SocketWire(_with_tls(connected, target, deadline) if target.scheme == "https" else connected)
    except BaseException:
        connected.close()
        raise


def _connect(
    near: Target, deadline: Deadline, names: Names, *, allowed: bool, allows: Callable[[str], bool]
) -> socket.socket:
    """Connect to one of the addresses, and to no other one than was looked at; each gets its share of the time."""
    found = list(names.addresses(near.host, near.port, deadline))
    usable = [
        entry
        for entry in found
        if allowed or not addresses.is_refused(entry[4][0]) or allows(entry[4][0].partition("%")[0])
    ]
    trouble = Trouble(addresses.REFUSAL) if found and not usable else Trouble(CUT_OFF)
    for left, (family, kind, protocol, _, address) in zip(range(len(usable), 0, -1), usable, strict=True):
        try:
            connected = socket.socket(family, kind, protocol)
        except OSError:
            continue  # a family that this machine has not
        try:
            connected.settimeout(deadline.seconds_left() / left)
            connected.connect(address)
            connected.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        except TimeoutError:
            trouble = Trouble(deadline.late)
        except OSError:
            trouble = Trouble(CUT_OFF)
        else:
            return connected
        connected.close()
    raise trouble


def _tunnel(connected: socket.socket, target: Target, proxy: Target, deadline: Deadline) -> None:
    """Ask the proxy for a way to the target (RFC 9110 section 9.3.6)."""
    lines = [f"CONNECT {target.authority_with_port} HTTP/1.1", f"Host: {target.authority_with_port}"]
    lines += [f"Proxy-Authorization: {proxy.basic}"] if proxy.basic else []
    request = "\r\n".join([*lines, "", ""]).encode("latin-1")
    status = exchange(SocketWire(connected), request, deadline, deadline.seconds_left(), head_only=True).status
    if not 200 <= status <= 299:
        raise Trouble(f"the proxy answered {status}")


def _with_tls(connected: socket.socket, target: Target, deadline: Deadline) -> socket.socket:
    connected.settimeout(deadline.seconds_left())  # of the whole handshake
    try:
        return ssl_wrap_socket(connected, server_hostname=target.host.rstrip("."), ssl_context=_tls())
    except TimeoutError:
        raise Trouble(deadline.late) from None
    except ssl.SSLError:
        raise Trouble("the TLS handshake failed (certificate or protocol)") from None
    except OSError:
        raise CutOff from None


@cache
def _tls() -> ssl.SSLContext:
    """Return what certificates are checked against: what the machine trusts (SSL_CERT_FILE), and Mozilla's list."""
    context = create_urllib3_context()
    context.load_default_certs()
    with contextlib.suppress(OSError):
        context.load_verify_locations(certifi.where())
    return context
