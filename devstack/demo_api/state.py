"""What the API received and what follows from it. The last version of a key wins."""

import hashlib
from collections import Counter, deque
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, NamedTuple

from devstack.demo_api import exact
from devstack.demo_api.mails import Mails
from devstack.demo_api.received_log import Entry, ReceivedLog

COUNTS = ("received", "accepted", "duplicates", "reordered", "conflicting", "rejected", "failed")
_REJECTING = frozenset({400, 409, 413, 415, 422})
_ODDITIES = ("duplicate", "reordered", "conflicting")
_ODDITIES_KEPT = 20


class Held(NamedTuple):
    """What a key holds: the newest accepted entry, and its data as canonical text ("null" once deleted)."""

    entry: Entry
    data: str


class Expected(NamedTuple):
    """What a key should hold; the text is that of the data, "null" for a key that should not be there."""

    key: Any
    data: Any
    text: str


class State:
    """The log and what can be derived from it; everything derived is computed anew from the file at start."""

    def __init__(self, folder: Path) -> None:
        """Carry on from an earlier run; raise OSError or DamagedLogError if the folder cannot be used."""
        folder.mkdir(parents=True, exist_ok=True)
        self._expected_file = folder / "expected.json"
        self._log = ReceivedLog(folder / "received.jsonl")
        try:
            self.mails = Mails(folder)
            self._load()
            self._expected: dict[str, dict[str, Expected]] = {}
            if self._expected_file.exists():
                self._expected = _parse_expected(exact.loads(self._expected_file.read_bytes()))
        except BaseException:
            self._log.close()
            raise

    def close(self) -> None:
        """Close the logs."""
        self._log.close()
        self.mails.close()

    def reset(self) -> None:
        """Forget everything, the files too."""
        self._log.clear()
        self.mails.clear()
        self._expected_file.unlink(missing_ok=True)
        self._expected = {}
        self._forget()

    def _forget(self) -> None:
        self.entries: list[Entry] = []
        self._counts: dict[str, Counter[str]] = {}  # stream -> count
        self._oddities: deque[Entry] = deque(maxlen=_ODDITIES_KEPT)
        self._accepted_ids: set[str] = set()
        self._highest_token: dict[str, int] = {}  # stream -> of what was accepted
        self._content_of_id: dict[str, bytes] = {}
        self._held: dict[str, dict[str, Held]] = {}  # stream -> key text -> what it holds

    def _load(self) -> None:
        self._forget()
        for number, entry in enumerate(self._log.read(), 1):
            try:
                self._remember(entry)
            except (KeyError, TypeError, ValueError) as error:
                raise self._log.damaged(number, f"{type(error).__name__}: {error}") from None

    def record(
        self,
        changes: Sequence[Mapping[str, Any]],
        *,
        stream: str,
        mode: str,
        status: int | None,
        accepted: bool,
        problem: str | None = None,
        fencing_token: int | None = None,
    ) -> None:
        """Write one request's changes to disk, before it is answered; SIGKILL after this loses nothing.

        Raise OSError, and remember none of them, if they cannot be written.
        """
        request = (self.entries[-1]["request"] if self.entries else 0) + 1
        first = len(self.entries)
        for change in changes:
            entry = {
                "number": len(self.entries) + 1,
                "request": request,
                "time": datetime.now(UTC).isoformat(timespec="milliseconds"),
                "stream": stream,
                "mode": mode,
                "status": status,
                "accepted": accepted,
                **{name: change.get(name) for name in ("relay", "operation", "version", "id", "key", "data")},
                **({"epoch": change["epoch"]} if "epoch" in change else {}),
                **({} if problem is None else {"problem": problem}),
                **({} if fencing_token is None else {"fencing_token": fencing_token}),
            }
            self._remember(self._judged(entry))
        try:
            self._log.append(self.entries[first:])
        except OSError:
            self._load()
            raise

    def _judged(self, entry: Entry) -> Entry:
        held = self._held.get(entry["stream"], {}).get(exact.canonical(entry["key"]))
        content = _content(entry)
        return {
            **entry,
            "duplicate": entry["accepted"] and entry["id"] in self._accepted_ids,
            "reordered": entry["accepted"] and held is not None and _age(entry) < _age(held.entry),
            "conflicting": entry["id"] is not None and self._content_of_id.get(entry["id"], content) != content,
        }

    def _remember(self, entry: Entry) -> None:
        stream, status = entry["stream"], entry["status"]
        counts = self._counts.setdefault(stream, Counter())
        counts["received"] += 1
        counts["accepted"] += entry["accepted"]
        counts["duplicates"] += entry["duplicate"]
        counts["reordered"] += entry["reordered"]
        counts["conflicting"] += entry["conflicting"]
        if not entry["accepted"]:
            counts["rejected" if status in _REJECTING else "failed"] += 1
        if entry["id"] is not None:
            self._content_of_id.setdefault(entry["id"], _content(entry))
        if any(entry[name] for name in _ODDITIES):
            self._oddities.append(entry)
        if entry["accepted"]:
            token = entry.get("fencing_token", 0)
            self._highest_token[stream] = max(token, self._highest_token.get(stream, 0))
            self._accepted_ids.add(entry["id"])
            if not entry["reordered"]:
                data = None if entry["operation"] == "delete" else entry["data"]
                held = Held(entry, exact.canonical(data))
                self._held.setdefault(stream, {})[exact.canonical(entry["key"])] = held
        self.entries.append(entry)

    def highest_token(self, stream: str) -> int:
        """Return the highest fencing token that a stream has seen; a lower one is an older holder's."""
        return self._highest_token.get(stream, 0)

    def summary(self) -> dict[str, Any]:
        """Return the counts, in all and per stream; `keys` counts the distinct ones, deleted ones too."""
        streams = {
            stream: {**{name: counts[name] for name in COUNTS}, "keys": len(self._held.get(stream, {}))}
            for stream, counts in sorted(self._counts.items())
        }
        total = {name: sum(counts[name] for counts in streams.values()) for name in (*COUNTS, "keys")}
        return {**total, "missing": len(self.missing()), "streams": streams}

    def keys(self, stream: str) -> list[dict[str, Any]]:
        """Return the newest accepted state of each key of a stream."""
        return [
            {
                "key": entry["key"],
                "version": entry["version"],
                "data": entry["data"],
                "deleted": entry["operation"] == "delete",
            }
            for entry, _ in self._held.get(stream, {}).values()
        ]

    def oddities(self) -> list[Entry]:
        """Return the newest arrivals that came twice, out of order, or with another content; newest first."""
        return list(reversed(self._oddities))

    def expect(self, body: Any) -> None:
        """Take what should be there, in place of an earlier expectation; raise ValueError, OSError."""
        expected = _parse_expected(body)
        new = self._expected_file.with_suffix(".new")
        new.write_bytes(exact.dumps(body).encode())
        new.replace(self._expected_file)
        self._expected = expected

    def missing(self) -> list[dict[str, Any]]:
        """Return the keys whose state is not what was announced."""
        found = []
        for stream, keys in self._expected.items():
            held = self._held.get(stream, {})
            for text, expected in keys.items():
                there = held.get(text)
                if expected.text != (there.data if there else "null"):
                    data = None if there is None or there.data == "null" else there.entry["data"]
                    found.append({"stream": stream, "key": expected.key, "expected": expected.data, "there": data})
        return found


def _age(entry: Entry) -> tuple[int, int]:
    """Return what tells newer from older: versions begin anew with an epoch."""
    epoch = entry.get("epoch")
    return (epoch if isinstance(epoch, int) else 0, entry["version"])


def _content(entry: Entry) -> bytes:
    """Return a digest of what must be the same each time that an id comes."""
    text = exact.canonical([entry[name] for name in ("relay", "operation", "version", "key", "data")])
    return hashlib.blake2b(text.encode(), digest_size=16).digest()


def _parse_expected(body: Any) -> dict[str, dict[str, Expected]]:
    """Return the expectation per stream and canonical key; raise ValueError."""
    if not isinstance(body, dict):
        raise ValueError("the expectation must be an object whose names are streams")
    expected: dict[str, dict[str, Expected]] = {}
    for stream, rows in body.items():
        if not stream.startswith("/") or not isinstance(rows, list):
            raise ValueError(f"{stream!r} must be a path such as /orders, with a list of rows")
        expected[stream] = {}
        for row in rows:
            if not isinstance(row, dict) or row.keys() != {"key", "data"} or not isinstance(row["key"], dict):
                raise ValueError(f"a row of {stream} is not of the form key, data")
            text = exact.canonical(row["data"])
            expected[stream][exact.canonical(row["key"])] = Expected(row["key"], row["data"], text)
    return expected
