"""relays.toml -> relays; every mistake of the file is reported together, each with its key and the remedy."""

import re
import tomllib
from collections.abc import Callable, Mapping, Sequence
from decimal import Decimal
from typing import Any
from urllib.parse import urlsplit

from relay.conditions import OPERATORS
from relay.config import Condition, Mask, Mode, Relay
from relay.delivery import REJECTING_STATUSES
from relay.errors import ConfigError
from relay.identifiers import TableName, parse_table_name

_NAME = re.compile(r"[a-z][a-z0-9_]{0,39}")
_HEADER = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")
_SETTING = re.compile(r"%([A-Za-z_][A-Za-z0-9_]*)%")
_OWN_HEADERS = frozenset({"content-type", "content-length", "host", "idempotency-key", "transfer-encoding"})
_ANY_NUMBER = (int, Decimal)


def parse_relays(text: str, settings: Mapping[str, str]) -> Sequence[Relay]:
    """Return the relays of a relays.toml text; `%NAME%` in URLs and headers comes from `settings`.

    Raises ConfigError with every mistake at once.
    """
    try:
        document = tomllib.loads(text, parse_float=Decimal)
    except tomllib.TOMLDecodeError as error:
        raise ConfigError([f"relays.toml is no TOML: {error}"]) from None
    problems = [
        f"relays.toml: {key!r} is no key of this file; a relay is written as [[relay]]"
        for key in document
        if key != "relay"
    ]
    tables = document.get("relay", [])
    if not isinstance(tables, list) or not tables or not all(isinstance(t, dict) for t in tables):
        problems.append("relays.toml: there is no relay; write one as [[relay]] with name, table and endpoint")
        raise ConfigError(problems)
    readers = [_Reader(table, position, settings) for position, table in enumerate(tables, start=1)]
    relays = [reader.relay() for reader in readers]
    for reader in readers:
        problems += reader.problems
    problems += _repeated_names(readers)
    if problems:
        raise ConfigError(problems)
    return tuple(relay for relay in relays if relay is not None)


def _repeated_names(readers: Sequence["_Reader"]) -> list[str]:
    names = [reader.label for reader in readers]
    return [
        f"{name}: {names.count(name)} relays have this name; give each its own"
        for name in dict.fromkeys(names)
        if names.count(name) > 1
    ]


class _Reader:
    """Reads one [[relay]] table key by key and collects what is wrong with it."""

    def __init__(self, table: dict[str, Any], position: int, settings: Mapping[str, str]) -> None:
        self.rest = dict(table)
        self.settings = settings
        self.problems: list[str] = []
        name = table.get("name")
        self.label = f"relay {name!r}" if isinstance(name, str) else f"relay number {position}"

    def relay(self) -> Relay | None:
        """Return the relay, or None if it has problems."""
        relay = Relay(
            name=self._name(),
            table=self._table(),
            endpoint=self._endpoint(),
            watch=self._columns("watch"),
            send=self._columns("send"),
            rename=self._rename(),
            mask=self._mask(),
            condition=self._conditions(),
            mode=self._choice("mode", Mode, Mode.EACH),
            max_concurrency=int(self._number("max_concurrency", 8, 1, 64, whole=True)),
            connect_timeout_seconds=self._number("connect_timeout_seconds", 5, 0.1, 60),
            read_timeout_seconds=self._number("read_timeout_seconds", 30, 0.1, 120),
            batch_deadline_seconds=self._number("batch_deadline_seconds", 120, 1, 140),
            headers=self._headers(),
            epoch=int(self._number("epoch", 0, 0, 2**31 - 1, whole=True)),
            rejecting_statuses=self._statuses(),
        )
        self.problems += [
            f"{self.label}: {key!r} is no key of a relay; the keys are listed in relays.toml's own comments"
            for key in self.rest
        ]
        self._check_together(relay)
        return None if self.problems else relay

    def _problem(self, key: str, text: str) -> None:
        self.problems.append(f"{self.label}: {key}: {text}")

    def _name(self) -> str:
        value = self.rest.pop("name", None)
        if not isinstance(value, str) or not _NAME.fullmatch(value):
            found = "it is missing" if value is None else f"{value!r} cannot be used"
            self._problem("name", f"{found}; take a-z, 0-9 and _, a letter first, at most 40")
            return ""
        return value

    def _table(self) -> TableName:
        value = self.rest.pop("table", None)
        try:
            if not isinstance(value, str):
                raise ValueError("it is missing; write it as dbo.Orders or [dbo].[Order Lines]")
            return parse_table_name(value)
        except ValueError as error:
            self._problem("table", str(error))
            return TableName("dbo", "missing")

    def _endpoint(self) -> str:
        value = self.rest.pop("endpoint", None)
        if not isinstance(value, str):
            self._problem("endpoint", "it is missing; write the URL that takes the changes")
            return ""
        url = self._expand("endpoint", value)
        try:
            parts = urlsplit(url)
            usable = parts.scheme in {"http", "https"} and bool(parts.hostname) and (parts.port or 1) > 0
        except ValueError:
            usable = False
        if url and not usable:
            # The value may hold a secret (a key in the query), so only what was written in the file is shown.
            self._problem("endpoint", f"{value!r} does not give an http or https URL with a host")
        return url

    def _expand(self, key: str, text: str) -> str:
        missing = [name for name in _SETTING.findall(text) if not self.settings.get(name)]
        for name in missing:
            self._problem(key, f"the app setting {name} is missing or empty; set it, or write the value itself")
        return "" if missing else _SETTING.sub(lambda match: self.settings[match[1]], text)

    def _columns(self, key: str) -> tuple[str, ...]:
        value = self.rest.pop(key, None)
        if value is None:
            return ()
        if not isinstance(value, list) or not value or not all(isinstance(c, str) and c for c in value):
            self._problem(key, 'it must be a list of column names, such as ["Status"]; leave it out for every column')
            return ()
        if len({c.casefold() for c in value}) < len(value):
            self._problem(key, "a column is named twice")
        return tuple(value)

    def _mapping(self, key: str, shape: str) -> dict[str, str]:
        value = self.rest.pop(key, {})
        if isinstance(value, dict) and all(isinstance(v, str) and v for v in value.values()):
            return dict(value)
        self._problem(key, f"it must look like {shape}")
        return {}

    def _rename(self) -> dict[str, str]:
        rename = self._mapping("rename", '{ OrderId = "order_id" }')
        if len(set(rename.values())) < len(rename):
            self._problem("rename", "two columns get the same name")
        return rename

    def _mask(self) -> dict[str, Mask]:
        if isinstance(self.rest.get("mask"), list):
            return dict.fromkeys(self._columns("mask"), Mask.REDACT)
        masks = {}
        for column, kind in self._mapping("mask", '["CardNumber"] or { CardNumber = "last4" }').items():
            if kind in set(Mask):
                masks[column] = Mask(kind)
            else:
                self._problem(f"mask.{column}", f"{kind!r} is no mask; take one of {_names(Mask)}")
        return masks

    def _conditions(self) -> tuple[Condition, ...]:
        value = self.rest.pop("condition", [])
        tests = value if isinstance(value, list) else [value]
        found = []
        for test in tests:
            operators = [key for key in test if key != "column"] if isinstance(test, dict) else []
            if not isinstance(test, dict) or not isinstance(test.get("column"), str) or len(operators) != 1:
                self._problem("condition", 'each test must look like { column = "Status", equals = "paid" }')
                continue
            operator, operand = operators[0], test[operators[0]]
            wrong = _operand_problem(operator, operand)
            if wrong:
                self._problem(f"condition.{test['column']}.{operator}", wrong)
            else:
                found.append(Condition(test["column"], operator, _frozen(operand)))
        return tuple(found)

    def _choice(self, key: str, kind: type[Mode], default: Mode) -> Mode:
        value = self.rest.pop(key, default.value)
        if value not in {member.value for member in kind}:
            self._problem(key, f"{value!r} is not known; take one of {_names(kind)}")
            return default
        return kind(value)

    def _number(self, key: str, default: float, least: float, most: float, *, whole: bool = False) -> float:
        value = self.rest.pop(key, default)
        right_kind = isinstance(value, (int, float) if whole is False else int) or (
            not whole and isinstance(value, Decimal)
        )
        if isinstance(value, bool) or not right_kind or not least <= value <= most:
            kind = "a whole number" if whole else "a number"
            self._problem(key, f"{value!r} must be {kind} from {least} to {most}")
            return default
        return int(value) if whole else float(value)

    def _headers(self) -> dict[str, str]:
        headers = {}
        for name, value in self._mapping("headers", '{ X-Api-Key = "%ORDERS_API_KEY%" }').items():
            expanded = self._expand(f"headers.{name}", value)
            if not _HEADER.fullmatch(name):
                self._problem(f"headers.{name}", "this is no HTTP header name")
            elif name.lower() in _OWN_HEADERS:
                self._problem(f"headers.{name}", "the relay sets this header itself; leave it out")
            elif not expanded.isascii() or not expanded.isprintable():
                self._problem(f"headers.{name}", "its value must be printable ASCII on one line")
            headers[name] = expanded
        return headers

    def _statuses(self) -> frozenset[int]:
        value = self.rest.pop("rejecting_statuses", None)
        if value is None:
            return REJECTING_STATUSES
        if not isinstance(value, list) or not all(type(s) is int and 400 <= s <= 599 for s in value):
            self._problem(
                "rejecting_statuses", "it must be a list of HTTP statuses from 400 to 599, such as [400, 422]"
            )
            return REJECTING_STATUSES
        return frozenset(value)

    def _check_together(self, relay: Relay) -> None:
        if relay.send:
            for key, columns in (("rename", relay.rename), ("mask", relay.mask)):
                for column in columns:
                    if column not in relay.send:
                        self._problem(
                            f"{key}.{column}",
                            "the column is not in send, so this has no effect; add or remove it",
                        )
        kept = [column for column in relay.send if column not in relay.rename]
        for column, name in relay.rename.items():
            if name in kept:
                self._problem(f"rename.{column}", f"{name!r} is already the name of another column that is sent")


def _operand_problem(operator: str, operand: Any) -> str | None:
    checks: dict[str, tuple[Callable[[Any], bool], str]] = {
        "is_null": (lambda v: isinstance(v, bool), "true or false"),
        "in": (lambda v: isinstance(v, list) and bool(v) and all(map(_scalar, v)), "a list of values"),
        "at_least": (_orderable, "a number, a text or a date"),
    }
    checks["not_in"], checks["at_most"] = checks["in"], checks["at_least"]
    if operator not in OPERATORS:
        return f"this is no test; take one of {', '.join(OPERATORS)}"
    check, wanted = checks.get(operator, (_scalar, "a single value"))
    return None if check(operand) else f"{operand!r} must be {wanted}"


def _scalar(value: Any) -> bool:
    return not isinstance(value, (dict, list))


def _orderable(value: Any) -> bool:
    return _scalar(value) and not isinstance(value, bool)


def _frozen(operand: Any) -> Any:
    """Dates become ISO text, as the row's values are."""
    if isinstance(operand, list):
        return tuple(_frozen(item) for item in operand)
    return operand if isinstance(operand, (str, bool, *_ANY_NUMBER)) else operand.isoformat()


def _names(kind: type[Mode] | type[Mask]) -> str:
    return ", ".join(member.value for member in kind)
