"""[[connection]] of workflows.toml: an HTTP API that definitions may call."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Annotated
from urllib.parse import urlsplit

from relay.config.toml_reader import TableReader
from relay.numbers import Between

METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS")


@dataclass(frozen=True, slots=True, kw_only=True)
class Connection:
    """One API: no request leaves what lies under its URL."""

    name: str
    url: str = field(repr=False)  # may hold a secret
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)  # may hold secrets
    methods: Sequence[str] = METHODS
    connect_timeout_seconds: Annotated[float, Between(0.1, 60)] = 5.0
    read_timeout_seconds: Annotated[float, Between(0.1, 120)] = 30.0
    proxy: str = field(default="", repr=False)
    allow_hosts: Sequence[str] = ()  # as a relay's


class ConnectionReader(TableReader):
    """Reads one [[connection]] table."""

    own_headers = frozenset({"content-type", "content-length", "host", "idempotency-key", "transfer-encoding"})
    file = "workflows.toml"

    def connection(self) -> Connection | None:
        """Return the connection, or None if it has problems."""
        connection = Connection(
            name=self.name(),
            url=self._url(),
            headers=self.headers(),
            methods=self._methods(),
            **self.numbers(Connection),
            proxy=self.proxy(),
            allow_hosts=self.allow_hosts(),
        )
        self.check_rest()
        return None if self.problems else connection

    def _url(self) -> str:
        url = self.url("url", "it is missing; write the address under which the API lies, such as https://host/v1")
        if url and not self._said("url") and urlsplit(url).fragment:
            self.problem("url", "it has a #, behind which nothing is sent; leave that out")
        return url

    def _methods(self) -> Sequence[str]:
        remedy = f"it must be a list of {', '.join(METHODS)}; leave it out for all"
        found = self.texts("methods", remedy)
        if set(found) - set(METHODS):
            self.problem("methods", remedy)
        return found or METHODS
