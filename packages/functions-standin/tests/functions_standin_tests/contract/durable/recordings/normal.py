"""Placeholders of the recordings for what differs from run to run: ids, times, ports, stacks."""

import hashlib
import re
from collections.abc import Callable
from typing import Any

GUID = r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}"
TIME = r"(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)(\.\d+)?(Z|[+-]\d\d:\d\d)?"
NEW_LINE = r"(?:\n|\\+n)"
LONG = 3000

_NET_STACK = re.compile(
    rf"\s*   at FunctionsStandin\.Host\.Invoke\(String function\){NEW_LINE}   at FunctionsStandin\.Host\.Run\(\)"
)
_PYTHON_STACK = re.compile(rf' *File \\*".*?(?={NEW_LINE}(?:\\*"|$))', re.DOTALL)
_REPLACEMENTS: list[tuple[re.Pattern[str], str | Callable[[re.Match[str]], str]]] = [
    (_NET_STACK, "<stack>"),
    (re.compile(r"code=[0-9a-zA-Z]+"), "code=KEY"),
    (re.compile(r"\w{3}, \d\d \w{3} \d{4} \d\d:\d\d:\d\d GMT"), "<date>"),
    (re.compile(TIME), lambda found: f"<time{_fraction(found[2])}{_zone(found[3])}>"),
    (re.compile(r"-([0-9A-F]{8})-(Input|Result)\.json\.gz"), r"-<8 hex upper>-\2.json.gz"),
    (re.compile(r"-([0-9a-f]{8})-(Input|Result)\.json\.gz"), r"-<8 hex lower>-\2.json.gz"),
    (re.compile(GUID), lambda found: f"<guid:{found[0]}>"),
    (re.compile(r"(?<![0-9a-f])[0-9a-f]{32}(?![0-9a-f])"), lambda found: f"<guid-n:{found[0]}>"),
]


def normal(value: Any, *hosts: tuple[str, str]) -> Any:
    """Return a value with placeholders in all texts, keys included; `hosts` are addresses with theirs."""
    match value:
        case str():
            return _text(value, hosts)
        case list() | tuple():
            return [normal(each, *hosts) for each in value]
        case dict():
            return {_text(name, hosts): normal(each, *hosts) for name, each in value.items()}
        case _:
            return value


def numbered(value: Any, ids: dict[str, int]) -> Any:
    """Return a value whose ids are numbered in the order in which they are met; only which are the same matters."""
    match value:
        case str():
            return re.sub(
                r"<(guid|guid-n):([^>]+)>",
                lambda found: f"<{found[1]}:{ids.setdefault(found[2].replace('-', ''), len(ids) + 1)}>",
                value,
            )
        case list():
            return [numbered(each, ids) for each in value]
        case dict():
            return {numbered(name, ids): numbered(value[name], ids) for name in sorted(value)}
        case _:
            return value


def plain(value: Any) -> Any:
    """Return a value in which times in JSON are just times with a fraction, .NET leaves out zeros, and a stack is one."""
    match value:
        case str():
            # Of a .NET stack whose lines end with escapes, the recorder took each line for one.
            value = re.sub(r"(?:<stack>\\+)+(?=<stack>)", "", value)
            return re.sub(r"<time:fraction\d", "<time:fraction", value)
        case list():
            return [plain(each) for each in value]
        case dict():
            return {name: plain(each) for name, each in value.items()}
        case _:
            return value


def _text(text: str, hosts: tuple[tuple[str, str], ...]) -> str:
    if " File " in text:
        text = _PYTHON_STACK.sub("<python stack>", text)
    if len(text) > LONG:
        return f"{text[:300]}...({len(text)} chars, sha256 {hashlib.sha256(text.encode()).hexdigest()})"
    for address, placeholder in hosts:
        text = text.replace(address, placeholder)
    for pattern, replacement in _REPLACEMENTS:
        text = pattern.sub(replacement, text)
    return text


def _fraction(found: str | None) -> str:
    return f":fraction{len(found) - 1}" if found else ""


def _zone(found: str | None) -> str:
    return " offset" if found and found != "Z" else " Z" if found else ""
