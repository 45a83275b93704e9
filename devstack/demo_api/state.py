"""What the API received: an append-only log on disk, and what follows from it. The last version of a key wins."""

import os
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from devstack.demo_api import exact

Entry = dict[str, Any]


class State:
    """The log and what can be derived from it; everything derived is computed anew from the file at start."""

    def __init__(self, folder: Path) -> None:
        """Read the log of an earlier run, if there is one; raise OSError if the folder cannot be used."""
        folder.mkdir(parents=True, exist_ok=True)
        self._path = folder / "received.jsonl"
        self.expected: dict[str, dict[str, Any]] = {}  # stream -> key text -> data that should be there; None: deleted
        self._forget()
        if self._path.exists():
            for entry in _read(self._path):
                self._apply(entry)
        self._file = self._path.open("ab", buffering=0)

    def _forget(self) -> None:
        self.entries: list[Entry] = []
        self.counts: Counter[str] = Counter()
        self.by_stream: dict[str, Counter[str]] = {}
        self._accepted_ids: set[str] = set()
        self._content_of_id: dict[str, str] = {}
        self._newest: dict[str, dict[str, Entry]] = {}  # stream -> key text -> newest accepted entry

    def close(self) -> None:
        """Close the log."""
        self._file.close()

    def reset(self) -> None:
        """Forget everything, the file too."""
        self._file.close()
        self._path.unlink()
        self._file = self._path.open("ab", buffering=0)
        self._forget()

    def record(
        self, changes: Sequence[Mapping[str, Any]], *, stream: str, mode: str, status: int | None, accepted: bool
    ) -> None:
        """Write one request's changes to disk, before it is answered; SIGKILL after this loses nothing."""
        request = (self.entries[-1]["request"] if self.entries else 0) + 1
        added: list[Entry] = []
        for change in changes:
            entry = {
                "number": len(self.entries) + len(added) + 1,
                "request": request,
                "time": datetime.now(UTC).isoformat(timespec="milliseconds"),
                "stream": stream,
                "mode": mode,
                "status": status,
                "accepted": accepted,
                **{name: change.get(name) for name in ("relay", "operation", "version", "id", "key", "data")},
            }
            added.append(self._judged(entry))
            self._remember(added[-1])
        self._file.write("".join(exact.dumps(entry) + "\n" for entry in added).encode())
        self.entries += added

    def _judged(self, entry: Entry) -> Entry:
        identifier = entry["id"]
        newest = self._newest.get(entry["stream"], {}).get(exact.canonical(entry["key"]))
        content = exact.canonical([entry[name] for name in ("operation", "version", "key", "data")])
        return {
            **entry,
            "duplicate": entry["accepted"] and identifier in self._accepted_ids,
            "reordered": entry["accepted"] and newest is not None and _version(entry) < _version(newest),
            "conflicting": identifier is not None and self._content_of_id.get(identifier, content) != content,
        }

    def _apply(self, entry: Entry) -> None:
        self._remember(entry)
        self.entries.append(entry)

    def _remember(self, entry: Entry) -> None:
        stream, identifier = entry["stream"], entry["id"]
        for counter in (self.counts, self.by_stream.setdefault(stream, Counter())):
            counter["received"] += 1
            counter["accepted"] += entry["accepted"]
            counter["duplicates"] += entry["duplicate"]
            counter["reordered"] += entry["reordered"]
            counter["conflicting"] += entry["conflicting"]
            counter["rejected"] += entry["status"] in {400, 413, 415, 422}
            counter["failed"] += not entry["accepted"] and entry["status"] not in {400, 413, 415, 422}
        if identifier is not None:
            content = exact.canonical([entry[name] for name in ("operation", "version", "key", "data")])
            self._content_of_id.setdefault(identifier, content)
        if entry["accepted"]:
            self._accepted_ids.add(identifier)
            if not entry["reordered"]:
                self._newest.setdefault(stream, {})[exact.canonical(entry["key"])] = entry

    def summary(self) -> dict[str, Any]:
        """Return the counts, in all and per stream."""
        names = ("received", "accepted", "duplicates", "reordered", "conflicting", "rejected", "failed")
        streams = {
            stream: {**{name: counter[name] for name in names}, "keys": len(self._newest.get(stream, {}))}
            for stream, counter in sorted(self.by_stream.items())
        }
        keys = sum(len(newest) for newest in self._newest.values())
        return {**{name: self.counts[name] for name in names}, "keys": keys, "streams": streams}

    def keys(self, stream: str) -> list[dict[str, Any]]:
        """Return the newest accepted state of each key."""
        return [
            {
                "key": entry["key"],
                "version": entry["version"],
                "data": entry["data"],
                "deleted": entry["operation"] == "delete",
            }
            for entry in self._newest.get(stream, {}).values()
        ]

    def missing(self) -> list[dict[str, Any]]:
        """Return the keys whose state is not what was announced by /control/expect."""
        found = []
        for stream, expected in self.expected.items():
            newest = self._newest.get(stream, {})
            for text, told in expected.items():
                entry = newest.get(text)
                there = None if entry is None or entry["operation"] == "delete" else entry["data"]
                if exact.canonical(there) != exact.canonical(told["data"]):
                    found.append({"stream": stream, "key": told["key"], "expected": told["data"], "there": there})
        return found


def _version(entry: Entry) -> int:
    return int(entry["version"] or 0)


def _read(path: Path) -> Iterator[Entry]:
    """Yield the log's entries; a last line that a crash cut off is removed from the file."""
    content = path.read_bytes()
    whole = content.rfind(b"\n") + 1
    if whole < len(content):
        os.truncate(path, whole)
    for line in content[:whole].splitlines():
        yield exact.loads(line)
