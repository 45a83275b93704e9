"""Where requests go: a URL taken apart once, the proxy on the way, and the hosts that are meant although they look wrong."""

from base64 import b64encode
from collections.abc import Sequence
from dataclasses import dataclass, field
from urllib.parse import unquote_to_bytes

from urllib3.util import parse_url

_PORTS = {"http": 80, "https": 443}


@dataclass(frozen=True, slots=True)
class Target:
    """A URL, or a proxy's: host without brackets, in ASCII."""

    scheme: str
    host: str
    port: int
    path: str = field(repr=False)  # with its query, which may hold a secret
    basic: str = field(repr=False)  # user and password of the URL as an Authorization header; empty: none
    proxy: "Target | None" = None
    allow_hosts: frozenset[str] = frozenset()

    @classmethod
    def of(cls, url: str, proxy: str = "", allow_hosts: Sequence[str] = ()) -> "Target":
        """Take a URL apart; raise an error of urllib3's if it cannot be used."""
        parts = parse_url(url)
        scheme = parts.scheme or ""
        return cls(
            scheme=scheme,
            host=(parts.host or "").strip("[]"),
            port=parts.port or _PORTS[scheme],
            path=parts.request_uri,
            basic=_basic(parts.auth),
            proxy=cls.of(proxy) if proxy else None,
            allow_hosts=frozenset(host.strip("[]").lower() for host in allow_hosts),
        )

    @property
    def authority(self) -> str:
        """Return host and port as the Host header has them: the port only if it is not the scheme's own."""
        return self._host_in_brackets if self.port == _PORTS[self.scheme] else self.authority_with_port

    @property
    def authority_with_port(self) -> str:
        """Return host and port."""
        return f"{self._host_in_brackets}:{self.port}"

    @property
    def _host_in_brackets(self) -> str:
        return f"[{self.host}]" if ":" in self.host else self.host

    @property
    def request_target(self) -> str:
        """Return what stands behind POST: the path, and for a proxy that passes plain HTTP on the whole URL."""
        return f"http://{self.authority}{self.path}" if self.proxy and self.scheme == "http" else self.path

    def allows(self, *hosts: str) -> bool:
        """Tell whether one of these names or addresses is meant, whatever it looks like."""
        return not self.allow_hosts.isdisjoint(hosts)


def _basic(userinfo: str | None) -> str:
    """Return the header of a URL's user and password, their bytes as the URL has them."""
    return f"Basic {b64encode(unquote_to_bytes(userinfo)).decode()}" if userinfo else ""
