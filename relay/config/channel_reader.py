"""[[channel]] of relays.toml: how people are told."""

import re

from relay.config.toml_reader import TableReader
from relay.config.values import Channel, ChannelKind

_ADDRESS = re.compile(r"[^@\s<>]+@[^@\s<>]+")


class ChannelReader(TableReader):
    """Reads one [[channel]] table."""

    own_headers = frozenset({"content-type", "content-length", "host", "transfer-encoding"})

    def channel(self) -> Channel | None:
        """Return the channel, or None if it has problems."""
        name = self.name()
        kind = self.choice("kind", ChannelKind, None)
        has_url = kind in {ChannelKind.WEBHOOK, ChannelKind.TEAMS, ChannelKind.EMAIL}
        channel = Channel(
            name=name,
            kind=kind or ChannelKind.LOG,
            url=self.url("url", "it is missing; write the address that takes the notices") if has_url else "",
            headers=self.headers() if has_url else {},
            to=self._addresses() if kind is ChannelKind.EMAIL else (),
            sender=self._sender() if kind is ChannelKind.EMAIL else "",
            relays=self.texts(
                "relays", 'it must be a list of relays\' names, such as ["orders"]; leave it out for all'
            ),
            **self.numbers(Channel),
            proxy=self.proxy() if has_url else "",
            allow_hosts=self.allow_hosts() if has_url else (),
        )
        if kind is not None:
            self.check_rest()
        return None if self.problems else channel

    def _addresses(self) -> tuple[str, ...]:
        found = self.texts("to", 'it must be a list of e-mail addresses, such as ["ops@example.com"]')
        if not found and not self.problems:
            self.problem("to", 'it is missing; write a list of e-mail addresses, such as ["ops@example.com"]')
        for address in found:
            if not _ADDRESS.fullmatch(address):
                self.problem("to", f"{address!r} is no e-mail address")
        return found

    def _sender(self) -> str:
        value = self.rest.pop("from", None)
        if not isinstance(value, str) or not _ADDRESS.fullmatch(value):
            self.problem("from", "it is missing or no e-mail address; write who sends, such as relay@example.com")
            return ""
        return value
