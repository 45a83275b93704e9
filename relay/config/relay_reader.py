"""[[relay]] of relays.toml: which table goes where, and how."""

import re
from collections.abc import Callable
from datetime import date, time
from decimal import Decimal
from typing import Any

from relay.backoff import Backoff
from relay.changes.change import Operation
from relay.changes.conditions import OPERATORS, Condition
from relay.changes.contexts import parse_context
from relay.config.statuses import Statuses, of_each
from relay.config.toml_reader import TableReader
from relay.config.values import DEFINITION, REJECTING_STATUSES, WORKFLOW, Mask, Mode, OnNewer, RecoveryPolicy, Relay
from relay.identifiers import TableName, parse_table_name
from relay.names import RESERVED_RELAY_NAMES, function_name
from relay.shown import shown

_LEAST_KEY_CHARACTERS = 16
_WORKFLOW = re.compile(r"[a-z][a-z0-9_]{0,39}")
_DEFINITION = re.compile(r"[A-Za-z][A-Za-z0-9._-]{0,79}")
_OF_HTTP = frozenset(
    {
        *("mode", "headers", "proxy", "allow_hosts", "rejecting_statuses", "delivered_statuses"),
        *("connect_timeout_seconds", "read_timeout_seconds"),
    }
)


class RelayReader(TableReader):
    """Reads one [[relay]] table."""

    own_headers = frozenset({"content-type", "content-length", "host", "idempotency-key", "transfer-encoding"})

    def relay(self) -> Relay | None:
        """Return the relay, or None if it has problems."""
        starts_workflow = str(self.rest.get("endpoint")).startswith((WORKFLOW, DEFINITION))
        relay = Relay(
            name=self._name(),
            table=self._table(),
            endpoint=self._endpoint(),
            on_newer=self._on_newer(starts_workflow=starts_workflow),
            watch=self._columns("watch"),
            ignore_contexts=self._contexts(),
            send=self._columns("send"),
            rename=self._rename(),
            mask=self._mask(),
            mask_key=self._mask_key(),
            condition=self.conditions(),
            mode=self.choice("mode", Mode, Mode.EACH) or Mode.EACH,
            headers=self.headers(),
            rejecting_statuses=self._statuses("rejecting_statuses", REJECTING_STATUSES),
            delivered_statuses=self._statuses("delivered_statuses", frozenset()),
            proxy=self.proxy(),
            allow_hosts=self.allow_hosts(),
            recovery=self._recovery(),
            **self.numbers(Relay),
            backfill_after_gap=self.yes_or_no("backfill_after_gap", default=True),
        )
        self.check_rest()
        self._check_together(relay)
        return None if self.problems else relay

    def _name(self) -> str:
        name = self.name()
        if name in RESERVED_RELAY_NAMES:
            self.problem(
                "name",
                f"{name!r} cannot be used: its function would be {function_name(name)}, which the app has; take another",
            )
        return name

    def _table(self) -> TableName:
        value = self.rest.pop("table", None)
        try:
            if not isinstance(value, str):
                raise ValueError("it is missing; write it as dbo.Orders or [dbo].[Order Lines]")
            return parse_table_name(value)
        except ValueError as error:
            self.problem("table", str(error))
            return TableName("dbo", "missing")

    def _endpoint(self) -> str:
        value = self.rest.get("endpoint")
        if not isinstance(value, str) or not value.startswith((WORKFLOW, DEFINITION)):
            missing = "it is missing; write the URL that takes the changes, workflow:NAME, or definition:NAME"
            return self.url("endpoint", missing)
        del self.rest["endpoint"]
        if value.startswith(DEFINITION) and not _DEFINITION.fullmatch(value.removeprefix(DEFINITION)):
            self.problem(
                "endpoint",
                f"{value!r} names no definition; write definition:NAME, with letters, digits, . _ and -, a letter first, at most 80",
            )
        elif value.startswith(WORKFLOW) and not _WORKFLOW.fullmatch(value.removeprefix(WORKFLOW)):
            self.problem(
                "endpoint",
                f"{value!r} names no workflow; write workflow:NAME, with a-z, 0-9 and _, a letter first, at most 40",
            )
        for key in sorted(_OF_HTTP & self.rest.keys()):
            self.problem(key, "it has no effect, for the changes start a workflow; leave it out")
            del self.rest[key]
        return value

    def _on_newer(self, *, starts_workflow: bool) -> OnNewer:
        if "on_newer" in self.rest and not starts_workflow:
            self.problem(
                "on_newer",
                "it has no effect, for the endpoint is neither workflow:NAME nor definition:NAME; leave it out",
            )
            del self.rest["on_newer"]
        return self.choice("on_newer", OnNewer, OnNewer.QUEUE) or OnNewer.QUEUE

    def _columns(self, key: str) -> tuple[str, ...]:
        found = self.texts(key, 'it must be a list of column names, such as ["Status"]; leave it out for every column')
        if len({c.casefold() for c in found}) < len(found):
            self.problem(key, "a column is named twice")
        return found

    def _contexts(self) -> tuple[bytes, ...]:
        found = []
        for text in self.texts("ignore_contexts", 'it must be a list of contexts, such as ["0x53484F50"] or ["shop"]'):
            try:
                found.append(parse_context(text))
            except ValueError as error:
                self.problem("ignore_contexts", str(error))
        if len(set(found)) < len(found):
            self.problem("ignore_contexts", "a context is named twice; 0x73686F70 and shop are the same")
        return tuple(found)

    def _rename(self) -> dict[str, str]:
        rename = self.mapping("rename", '{ OrderId = "order_id" }')
        if len(set(rename.values())) < len(rename):
            self.problem("rename", "two columns get the same name")
        return rename

    def _mask(self) -> dict[str, Mask]:
        if isinstance(self.rest.get("mask"), list):
            return dict.fromkeys(self._columns("mask"), Mask.REDACT)
        masks = {}
        for column, kind in self.mapping("mask", '["CardNumber"] or { CardNumber = "last4" }').items():
            if kind in set(Mask):
                masks[column] = Mask(kind)
            else:
                self.problem(f"mask.{column}", f"{kind!r} is no mask; take one of {_names(Mask)}")
        return masks

    def conditions(self) -> tuple[Condition, ...]:
        """Consume `condition`: one test or a list of them."""
        value = self.rest.pop("condition", [])
        tests = value if isinstance(value, list) else [value]
        found = []
        for test in tests:
            operators = [key for key in test if key != "column"] if isinstance(test, dict) else []
            if not isinstance(test, dict) or not isinstance(test.get("column"), str) or len(operators) != 1:
                self.problem("condition", 'each test must look like { column = "Status", equals = "paid" }')
                continue
            operator, operand = operators[0], test[operators[0]]
            wrong = _operand_problem(operator, operand)
            if wrong:
                self.problem(f"condition.{test['column']}.{operator}", wrong)
            else:
                found.append(Condition(test["column"], operator, _frozen(operand)))
        return tuple(found)

    def _mask_key(self) -> str:
        value = self.rest.pop("mask_key", "")
        key = self.expand("mask_key", value) if isinstance(value, str) else ""
        usable = isinstance(value, str) and (not value or len(key) >= _LEAST_KEY_CHARACTERS)
        if not usable and not self._said("mask_key"):
            self.problem(
                "mask_key", f"it must be a text of at least {_LEAST_KEY_CHARACTERS} characters, such as %MASK_KEY%"
            )
        return key

    def _statuses(self, key: str, default: frozenset[int]) -> Statuses:
        """Consume a list of statuses for all operations, or a table of lists; what it does not name keeps the default."""
        value = self.rest.pop(key, None)
        if value is None:
            return default
        if _is_statuses(value):
            return frozenset(value)
        operations = {operation.value for operation in Operation}
        if isinstance(value, dict) and value and value.keys() <= operations and all(map(_is_statuses, value.values())):
            return {
                operation: frozenset(value[operation.value]) if operation.value in value else default
                for operation in Operation
            }
        self.problem(
            key,
            "it must be a list of HTTP statuses from 400 to 599, such as [400, 422], or one for each of "
            "insert, update and delete, such as { delete = [404, 410] }",
        )
        return default

    def _recovery(self) -> RecoveryPolicy:
        value = self.rest.pop("recovery", {})
        if not isinstance(value, dict):
            self.problem("recovery", "it must look like { first_interval_seconds = 60, window_hours = 168 }")
            return RecoveryPolicy()
        rest = dict(value)
        policy = RecoveryPolicy(
            backoff=Backoff(**self.numbers(Backoff, rest, "recovery.")),
            **self.numbers(RecoveryPolicy, rest, "recovery."),
        )
        for key in rest:
            self.problem(f"recovery.{key}", "there is no such key; the keys are listed in relays.toml's own comments")
        return policy

    def _check_together(self, relay: Relay) -> None:
        for operation in Operation:
            both = of_each(relay.rejecting_statuses, {operation}) & of_each(relay.delivered_statuses, {operation})
            if both and not self._said("delivered_statuses", "rejecting_statuses"):
                self.problem(
                    "delivered_statuses",
                    f"{sorted(both)} of {operation.value} are rejecting_statuses too; a status means one thing, so take it out of one",
                )
        keyed = Mask.HMAC in relay.mask.values()
        if keyed is not bool(relay.mask_key) and not self._said("mask_key"):
            remedy = "it is missing, and the mask hmac needs it" if keyed else "no mask is hmac, so it has no effect"
            self.problem("mask_key", remedy)
        if relay.send:
            for key, columns in (("rename", relay.rename), ("mask", relay.mask)):
                for column in columns:
                    if column not in relay.send:
                        self.problem(
                            f"{key}.{column}",
                            "the column is not in send, so this has no effect; add or remove it",
                        )
        kept = [column for column in relay.send if column not in relay.rename]
        for column, name in relay.rename.items():
            if name in kept:
                self.problem(f"rename.{column}", f"{name!r} is already the name of another column that is sent")


def _is_statuses(value: Any) -> bool:
    return isinstance(value, list) and all(type(s) is int and 400 <= s <= 599 for s in value)


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
    if check(operand):
        return None
    if operand is None:
        return f"null is no value; it must be {wanted}, and NULL itself is tested with is_null"
    return f"{shown(operand)} must be {wanted}"


def _scalar(value: Any) -> bool:
    """Tell whether a value can be compared with; a NaN, which TOML and Python's JSON know, cannot."""
    if isinstance(value, Decimal):
        return value.is_finite()
    return isinstance(value, (str, bool, int, date, time))


def _orderable(value: Any) -> bool:
    return _scalar(value) and not isinstance(value, bool)


def _frozen(operand: Any) -> Any:
    """Dates become ISO text, as the row's values are."""
    if isinstance(operand, list):
        return tuple(_frozen(item) for item in operand)
    return operand.isoformat() if isinstance(operand, (date, time)) else operand


def _names(kind: type[Mode] | type[Mask]) -> str:
    return ", ".join(member.value for member in kind)
