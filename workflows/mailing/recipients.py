"""Recipients, from a request or from a query's rows: an address, a key, and whatever else is known of them."""

import hashlib
import json
import re
from collections.abc import Collection, Mapping, Sequence
from typing import Any

from workflows.mailing.values import MailState, Recipient

MOST_RECIPIENTS = 10_000  # of one request; a query may have any number
_MOST_TOLD = 10  # mistakes of a list, which may have thousands
_ADDRESS = re.compile(r"[^@\s<>\"(),:;\\\[\]]{1,64}@[^@\s<>\"(),:;\\\[\]]{1,189}")
_KEY = re.compile(r"[^/\\?#\s]([^/\\?#\n\r\t]{0,98}[^/\\?#\s])?")


def is_address(value: Any) -> bool:
    """Tell whether a value is an e-mail address, as far as one can see."""
    return isinstance(value, str) and _ADDRESS.fullmatch(value) is not None and _is_kept(value, 254)


def is_key(value: Any) -> bool:
    """Tell whether a value can tell a recipient from the others, and stand in a path."""
    return isinstance(value, str) and _KEY.fullmatch(value) is not None and _is_kept(value, 100)


def _is_kept(text: str, most: int) -> bool:
    """Tell whether a text stays whole in SQL Server, which counts an emoji as two characters."""
    return text.isprintable() and len(text.encode("utf-16-le")) <= 2 * most


def read_recipients(told: Sequence[Any], needed: Collection[str]) -> tuple[list[Recipient], list[str]]:
    """Return the recipients of a request, and what is wrong with them; `needed` are the fields that each has to have."""
    found: list[Recipient] = []
    problems: list[str] = []
    keys: set[str] = set()
    for number, each in enumerate(told, start=1):
        recipient = _recipient(each)
        if isinstance(recipient, str):
            problems.append(f"number {number}: {recipient}")
        elif recipient.key in keys:
            problems.append(f"number {number}: the key {recipient.key!r} is there already; give each its own")
        elif missing := sorted(needed - recipient.fields.keys()):
            problems.append(f"number {number}: the field {missing[0]!r} is missing")
        else:
            keys.add(recipient.key)
            found.append(recipient)
    more = [f"{len(problems) - _MOST_TOLD} more of them cannot be used"] if len(problems) > _MOST_TOLD else []
    return found, problems[:_MOST_TOLD] + more


def _recipient(told: Any) -> Recipient | str:
    if not isinstance(told, Mapping) or not is_address(told.get("to")) or told.keys() - {"to", "key", "fields"}:
        return 'it must look like {"to": "a@example.com", "key": "a", "fields": {"name": "A"}}'
    fields, key = told.get("fields", {}), told.get("key", str(told["to"]).lower())
    if not is_key(key):
        return (
            "its key must be 1 to 100 printable characters without / \\ ? and #; it is its address unless you say one"
        )
    if not isinstance(fields, Mapping) or any(isinstance(value, Mapping | list) for value in fields.values()):
        return "its fields must be texts, numbers, true, false or null"
    return Recipient(key=key, to=str(told["to"]), fields=fields)


def of_row(row: Mapping[str, Any]) -> Recipient:
    """Return the recipient of a query's row: its columns to and key, and every other as a field.

    A row without a usable key has one made of all that stands in it, so that people see which it is, and why he gets nothing.
    """
    by_name = {name.lower(): name for name in row}
    to = str(row[by_name["to"]] or "").strip() if "to" in by_name else ""
    named = row[by_name["key"]] if "key" in by_name else to.lower()
    key = "" if named is None else str(named)
    fields = {name: value for name, value in row.items() if name.lower() not in {"to", "key"}}
    if is_key(key):
        return Recipient(key=key, to=to, fields=fields)
    whole = json.dumps(sorted((name, str(value)) for name, value in row.items()))
    wrong = "" if "to" in by_name else "the query has no column [to]"
    if is_address(to):
        wrong = "its key cannot be used: let the query have a column [key] of 1 to 100 characters without / \\ ? and #"
    return Recipient(key=f"row {hashlib.sha256(whole.encode()).hexdigest()[:16]}", to=to, fields=fields, wrong=wrong)


def state_of(recipient: Recipient, needed: Collection[str]) -> tuple[MailState, str]:
    """Return the state in which a recipient's mail begins, and why: of a query's rows some may be unusable."""
    if recipient.wrong:
        return MailState.FAILED, recipient.wrong
    if not is_address(recipient.to):
        return MailState.FAILED, "this is no e-mail address"
    if missing := sorted(needed - recipient.fields.keys()):
        return MailState.FAILED, f"the field {missing[0]!r} is missing"
    return MailState.WAITING, ""
