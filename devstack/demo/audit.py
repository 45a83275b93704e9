"""Counts what was lost, key by key, from the tables and the API's own log. Shares no code with the app.

    python -m devstack.demo.audit --log received.jsonl --tables tables.json

`tables.json` holds what the endpoint should have: {"/orders": [{"key": {...}, "data": {...}}]}, every live row.
"""

import argparse
import json
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any

Rows = Mapping[str, Mapping[str, Any]]  # stream -> canonical key -> data
Entry = Mapping[str, Any]  # one line of the API's log


@dataclass(frozen=True, slots=True)
class Loss:
    """A key whose state at the endpoint is not the table's. None: no such row."""

    stream: str
    key: str
    in_table: Any
    at_endpoint: Any

    def __str__(self) -> str:
        """Return one line for people."""
        return f"{self.stream} {self.key}: the table has {self.in_table!s:.200}, the endpoint {self.at_endpoint!s:.200}"


@dataclass(frozen=True, slots=True)
class Audit:
    """What the comparison found. `delivered` counts accepted deliveries that were not duplicates."""

    delivered: int
    duplicates: int
    reordered: int
    losses: Sequence[Loss]


def canonical(value: Any) -> str:
    """Return one text for equal values: keys sorted, numbers by value, however many zeros they are written with."""
    match value:
        case bool() | None | str():
            return json.dumps(value)
        case int() | Decimal():
            number = Decimal(value)
            return format(number.normalize(), "f") if number else "0"
        case Mapping():
            return "{" + ",".join(f"{json.dumps(str(k))}:{canonical(v)}" for k, v in sorted(value.items())) + "}"
        case list() | tuple():
            return "[" + ",".join(map(canonical, value)) + "]"
    raise TypeError(f"{type(value).__name__} is no value of exact JSON")


class LogReader:
    """Reads what the API receives, each line once, however often it is asked. `numbers` makes what has a fraction or an exponent."""

    def __init__(self, path: Path, numbers: Callable[[str], Any] = Decimal) -> None:
        self._path = path
        self._numbers = numbers
        self._entries: list[Entry] = []
        self._read_bytes = 0

    def entries(self) -> list[Entry]:
        """Return what has been received so far, in order; a torn last line is left out. Raise FileNotFoundError if there is no log."""
        with self._path.open("rb") as file:
            file.seek(self._read_bytes)
            for line in file:
                if not line.endswith(b"\n"):
                    break  # its rest may be there by now, and would come as a line
                self._entries.append(json.loads(line, parse_float=self._numbers))
                self._read_bytes += len(line)
        return list(self._entries)


def audit(tables: Rows, log: Iterable[Entry]) -> Audit:
    """Compare. Of each key the newest accepted version counts; an id that comes again is a duplicate."""
    newest: dict[tuple[str, str], Entry] = {}
    ids: set[str] = set()
    duplicates = reordered = 0
    for entry in log:
        if not entry["accepted"]:
            continue
        if entry["id"] in ids:
            duplicates += 1
            continue
        ids.add(entry["id"])
        at = entry["stream"], canonical(entry["key"])
        if at in newest and entry["version"] < newest[at]["version"]:
            reordered += 1
        else:
            newest[at] = entry
    return Audit(len(ids), duplicates, reordered, list(_losses(tables, newest)))


def _losses(tables: Rows, newest: Mapping[tuple[str, str], Entry]) -> Iterator[Loss]:
    live = {at: e["data"] for at, e in newest.items() if e["operation"] != "delete"}
    should = {(stream, key): data for stream, rows in tables.items() for key, data in rows.items()}
    for stream, key in sorted(should.keys() | live.keys()):
        expected, there = should.get((stream, key)), live.get((stream, key))
        if canonical(expected) != canonical(there):
            yield Loss(stream, key, expected, there)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run as a program; exit status 1 if anything is lost."""
    parser = argparse.ArgumentParser(prog="python -m devstack.demo.audit", description=__doc__.split("\n", 1)[0])
    parser.add_argument("--log", type=Path, required=True, help="received.jsonl of the demo API")
    parser.add_argument("--tables", type=Path, required=True, help="what the endpoint should have, as JSON")
    told = parser.parse_args(arguments)
    document = json.loads(told.tables.read_text(encoding="utf-8"), parse_float=Decimal)
    tables = {stream: {canonical(row["key"]): row["data"] for row in rows} for stream, rows in document.items()}
    found = audit(tables, LogReader(told.log).entries())
    for loss in found.losses:
        sys.stdout.write(f"lost: {loss}\n")
    sys.stdout.write(
        f"audit: delivered={found.delivered} lost={len(found.losses)} "
        f"duplicates={found.duplicates} reordered={found.reordered}\n"
    )
    return 1 if found.losses else 0


if __name__ == "__main__":
    sys.exit(main())
