"""Which addresses nobody is to send rows to by mistake: those of the machine's own network and of its cloud's metadata."""

import socket
from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_address, ip_network

from adapters.http.trouble import Trouble

REFUSAL = (
    "its address is link-local or a metadata service's, to which nothing is sent unless allow_hosts names the host"
)
_REFUSED = tuple(
    map(ip_network, ("169.254.0.0/16", "168.63.129.16/32", "fe80::/10", "fd00:ec2::254/128", "fd20:ce::254/128"))
)
_NAT64 = IPv6Network("64:ff9b::/96")
_COMPATIBLE = IPv6Network("::/96")  # the oldest way to write an IPv4 address as an IPv6 one


def is_refused(address: str) -> bool:
    """Tell whether an IP address is link-local or a metadata service's, also where an IPv4 address is wrapped in an IPv6 one."""
    parsed = ip_address(address.partition("%")[0])
    return any(candidate in network for candidate in (parsed, *_within(parsed)) for network in _REFUSED)


def _within(address: IPv4Address | IPv6Address) -> list[IPv4Address]:
    if isinstance(address, IPv4Address):
        return []
    last = [IPv4Address(int(address) & 0xFFFF_FFFF)] if address in _NAT64 or address in _COMPATIBLE else []
    return [*last, *filter(None, (address.ipv4_mapped, address.sixtofour, *(address.teredo or ())))]


def check_written(host: str) -> None:
    """Raise Trouble if a host that somebody else will look up is written as an address that is refused, in any of its forms."""
    try:
        [(*_, numeric), *_] = socket.getaddrinfo(host, None, type=socket.SOCK_STREAM, flags=socket.AI_NUMERICHOST)
    except (OSError, UnicodeError):
        return  # a name
    if is_refused(str(numeric[0])):
        raise Trouble(REFUSAL)
