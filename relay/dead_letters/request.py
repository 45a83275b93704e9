"""Which dead letters a request means: its body, its query, its path."""

from collections.abc import Collection, Iterable, Mapping
from datetime import UTC, datetime
from typing import Any

from relay.dead_letters.values import LARGEST_ID, Selection
from relay.errors import InputError

DEFAULT_LIMIT = 50
LARGEST_LIMIT = 500
FILTERS = ("status", "since", "before")


def parse_filter(found: Mapping[str, Any]) -> Selection:
    """Return the selection that a JSON object describes; raise InputError with everything that is wrong in it."""
    return _selection(found, FILTERS)


def parse_discard(found: Mapping[str, Any]) -> Selection:
    """Return which to discard; everything only if the request says so: {"all": true}."""
    if not found:
        raise InputError(['Say which: a filter, or {"all": true} for every dead letter of the relay.'])
    if found.get("all") is True and set(found) == {"all"}:
        return Selection()
    if "all" in found:
        raise InputError(['"all" stands alone and is true; a filter needs no "all".'])
    return parse_filter(found)


def parse_page(query: Mapping[str, str]) -> tuple[Selection, int]:
    """Return which dead letters a URL's query asks for, and how many at most."""
    found: dict[str, Any] = {name: int(text) if _is_number(text) else text for name, text in query.items()}
    limit = found.get("limit", DEFAULT_LIMIT)
    problems = []
    if not _is_between(limit, 1, LARGEST_LIMIT):
        problems.append(f"limit: {limit!r} is no number from 1 to {LARGEST_LIMIT}.")
    return _selection(found, (*FILTERS, "after", "limit"), problems), limit


def parse_id(text: str) -> int:
    """Return the id of a dead letter; raise InputError."""
    if not _is_number(text) or not _is_between(int(text), 1, LARGEST_ID):
        raise InputError([f"{text!r} is no id of a dead letter; ids are whole numbers, see the list."])
    return int(text)


def _selection(found: Mapping[str, Any], allowed: Collection[str], problems: Iterable[str] = ()) -> Selection:
    problems = list(problems)
    problems += [
        f"{name}: there is no such filter; there are {', '.join(allowed)}." for name in found if name not in allowed
    ]
    status, after = found.get("status"), found.get("after", 0)
    if status is not None and not _is_between(status, 100, 599):
        problems.append(f"status: {status!r} is no HTTP status; it is a number such as 422.")
    if not _is_between(after, 0, LARGEST_ID):
        problems.append(f"after: {after!r} is no id; take it from the link to the next page.")
    since, before = (_moment(name, found.get(name), problems) for name in ("since", "before"))
    if problems:
        raise InputError(sorted(problems))
    return Selection(status=status, since=since, before=before, after=after)


def _moment(name: str, found: Any, problems: list[str]) -> str | None:
    """Return a moment as SQL Server takes it, in UTC."""
    if found is None:
        return None
    try:
        moment = datetime.fromisoformat(found)
        if moment.tzinfo is not None:
            return moment.astimezone(UTC).replace(tzinfo=None).isoformat(timespec="milliseconds")
    except (TypeError, ValueError, OverflowError):
        pass
    problems.append(f"{name}: {found!r} is no moment; write it as 2026-01-02T03:04:05Z (in a URL, + is written %2B).")
    return None


def _is_number(text: str) -> bool:
    return text.isascii() and text.isdigit() and len(text) < 20


def _is_between(value: Any, least: int, most: int) -> bool:
    return type(value) is int and least <= value <= most
