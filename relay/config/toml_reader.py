"""Reads one table of a TOML file key by key and collects everything that is wrong with it."""

import re
from collections.abc import Mapping
from enum import StrEnum
from typing import Any, TypeVar
from urllib.parse import urlsplit

from relay.config import expansion, hosts
from relay.config.references import UNRESOLVED, unresolved
from relay.numbers import numbers_of

_HEADER = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")
_NAME = re.compile(r"[a-z][a-z0-9_]{0,39}")
E_ = TypeVar("E_", bound=StrEnum)


class TableReader:
    """What all tables have in common; `rest` holds the keys that nobody has asked for yet."""

    own_headers: frozenset[str] = frozenset()
    file = "relays.toml"  # whose comments list the keys

    def __init__(self, table: dict[str, Any], kind: str, position: int, settings: Mapping[str, str]) -> None:
        """Read nothing yet. `kind` is the table's name in the file."""
        self.rest = dict(table)
        self.settings = settings
        self.problems: list[str] = []
        self._kind = kind
        name = table.get("name")
        self.label = f"{kind} {name!r}" if isinstance(name, str) else f"{kind} number {position}"

    def problem(self, key: str, text: str) -> None:
        """Remember what is wrong with a key and what to do."""
        self.problems.append(f"{self.label}: {key}: {text}")

    def _said(self, *keys: str) -> bool:
        """Tell whether something is wrong with one of these keys already."""
        return any(problem.startswith(f"{self.label}: {key}: ") for problem in self.problems for key in keys)

    def check_rest(self) -> None:
        """Everything left over is a key that nobody knows."""
        a = "an" if self._kind[0] in "aeiou" else "a"
        self.problems += [
            f"{self.label}: {key!r} is no key of {a} {self._kind}; the keys are listed in {self.file}'s own comments"
            for key in self.rest
        ]

    def name(self) -> str:
        """Consume `name`."""
        value = self.rest.pop("name", None)
        if not isinstance(value, str) or not _NAME.fullmatch(value):
            found = "it is missing" if value is None else f"{value!r} cannot be used"
            self.problem("name", f"{found}; take a-z, 0-9 and _, a letter first, at most 40")
            return ""
        return value

    def url(self, key: str, missing: str) -> str:
        """Consume an http(s) URL; `missing` is the remedy if there is none."""
        value = self.rest.pop(key, None)
        if not isinstance(value, str) or not value:
            self.problem(key, missing)
            return ""
        url = self.expand(key, value)
        try:
            parts = urlsplit(url)
            host = parts.hostname or ""
            usable = parts.scheme in {"http", "https"} and bool(host) and (parts.port or 1) > 0
        except ValueError:
            usable = False
        if url and not usable:
            # The value may hold a secret (a key in the query, a password), written into the file or put in by a setting.
            self.problem(
                key, "it gives no http or https URL with a host; write it as https://host/path, or https://%HOST%/path"
            )
        elif url and (wrong := hosts.problem_of(host)):
            self.problem(key, wrong)
        return url

    def proxy(self) -> str:
        """Consume `proxy`: an http URL of host and port; missing or empty is none."""
        if self.rest.get("proxy", "") == "":
            self.rest.pop("proxy", None)
            return ""
        url = self.url("proxy", "it must be the proxy's URL, such as http://proxy.example:3128")
        if url and not self._said("proxy") and (urlsplit(url).scheme != "http" or urlsplit(url).path.strip("/")):
            self.problem("proxy", "it must be an http URL without a path, such as http://proxy.example:3128")
        return url

    def expand(self, key: str, text: str) -> str:
        """Return the text with app settings in place of %NAME%; empty if one is missing."""
        expanded, missing = expansion.expand(text, self.settings)
        for name in missing:
            self.problem(key, f"the app setting {name} is missing or empty; set it, or write the value itself")
        found = [name for name in expansion.names(text, self.settings) if unresolved(self.settings[name])]
        for name in found:
            self.problem(key, f"the app setting {name}: {UNRESOLVED}")
        return "" if missing or found else expanded

    def texts(self, key: str, remedy: str) -> tuple[str, ...]:
        """Consume a list of different texts; missing is empty."""
        value = self.rest.pop(key, None)
        if value is None:
            return ()
        if not isinstance(value, list) or not value or not all(isinstance(c, str) and c for c in value):
            self.problem(key, remedy)
            return ()
        return tuple(value)

    def allow_hosts(self) -> tuple[str, ...]:
        """Consume `allow_hosts`."""
        return self.texts("allow_hosts", 'it must be a list of host names or addresses, such as ["169.254.10.1"]')

    def mapping(self, key: str, shape: str) -> dict[str, str]:
        """Consume a table of texts; missing is empty."""
        value = self.rest.pop(key, {})
        if isinstance(value, dict) and all(isinstance(v, str) and v for v in value.values()):
            return dict(value)
        self.problem(key, f"it must look like {shape}")
        return {}

    def choice(self, key: str, kind: type[E_], default: E_ | None) -> E_ | None:
        """Consume one of an enumeration's values; `default` None: it must be there."""
        value = self.rest.pop(key, default)
        if not isinstance(value, str) or value not in {member.value for member in kind}:
            found = "it is missing" if value is None else f"{value!r} is not known"
            self.problem(key, f"{found}; take one of {', '.join(member.value for member in kind)}")
            return default
        return kind(value)

    def numbers(self, kind: type, rest: dict[str, Any] | None = None, prefix: str = "") -> dict[str, Any]:
        """Consume the bounded numbers of a dataclass, from a table within if there is one; what is wrong becomes the default."""
        table = self.rest if rest is None else rest
        found = {}
        for number in numbers_of(kind).values():
            value = table.pop(number.name, number.default)
            wrong = number.problem(value)
            if wrong:
                self.problem(f"{prefix}{number.name}", wrong)
            found[number.name] = number.read(number.default if wrong else value)
        return found

    def yes_or_no(self, key: str, *, default: bool) -> bool:
        """Consume true or false."""
        value = self.rest.pop(key, default)
        if not isinstance(value, bool):
            self.problem(key, f"{value!r} must be true or false")
            return default
        return value

    def header_name(self, key: str) -> str:
        """Consume the name of a header; missing is none."""
        value = self.rest.pop(key, "")
        if not isinstance(value, str) or (value and not _HEADER.fullmatch(value)):
            self.problem(key, "it must be a header's name, such as Idempotency-Key")
            return ""
        return value

    def headers(self) -> dict[str, str]:
        """Consume `headers`, with app settings in place of %NAME%."""
        headers = {}
        for name, value in self.mapping("headers", '{ X-Api-Key = "%ORDERS_API_KEY%" }').items():
            expanded = self.expand(f"headers.{name}", value)
            if not _HEADER.fullmatch(name):
                self.problem(f"headers.{name}", "this is no HTTP header name")
            elif name.lower() in self.own_headers:
                self.problem(f"headers.{name}", "the relay sets this header itself; leave it out")
            elif not expanded.isascii() or not expanded.isprintable():
                self.problem(f"headers.{name}", "its value must be printable ASCII on one line")
            headers[name] = expanded
        return headers
