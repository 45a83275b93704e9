"""Judges what a simulated app has done, from what was committed and what the endpoints got. It shares no code with the app."""

import hashlib
import json
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from tests.simulation.history import History, State
from tests.simulation.plan import RelayPlan, clock
from tests.simulation.tables import COLUMNS, Key, Row, same

REJECTING = (400, 413, 415, 422)
# How often a change may be tried in vain: by the trigger, in each round, and as a part of batches that are halved.
ATTEMPTS, ROUNDS_BESIDE, HALVINGS = 6, 2, 6
ROUND_SECONDS = 1800.0  # from its probe to its end
FOR_ANOTHER_BATCH_SECONDS = 300.0  # one that was under way when the endpoint asked for time

Excuse = Callable[[RelayPlan, Key, State], bool]  # tells whether a state may never come, for nobody was told of it


@dataclass
class Seen:
    """What was seen of one relay."""

    bodies: dict[tuple[Key, int], tuple[str, str]] = field(default_factory=dict)  # (key, version) -> id, content
    requested: set[Key] = field(default_factory=set)
    kept: dict[Key, int] = field(default_factory=dict)  # the highest version that the endpoint has
    refused: set[Key] = field(default_factory=set)
    in_vain_since: float | None = None  # since when nothing has got through
    last_in_vain: float = 0.0  # when something was tried in vain
    tried_in_vain: dict[tuple[Key, int], int] = field(default_factory=dict)  # how often each change since then
    extra_tries: float = 0  # that people and crashes may cause, of each change
    failed_since: dict[tuple[Key, int], float] = field(
        default_factory=dict
    )  # when the window of a version may have begun
    died: dict[tuple[Key, int], float] = field(
        default_factory=dict
    )  # when a version was first seen to be a dead letter
    excused: dict[Key, int] = field(default_factory=dict)  # up to which version an operator has discarded it
    backfill_versions: set[int] = field(default_factory=set)  # at which a backfill began
    given_up: bool = False  # by an operator, once at least
    paused: tuple[float, float] | None = (
        None  # from, until; the endpoint asked for time and nobody let requests through since
    )


class Oracle:
    """`violations` are sentences, each promise that was broken with its moment."""

    def __init__(self, relays: Sequence[RelayPlan], histories: Mapping[str, History]) -> None:
        self._relays = {relay.name: relay for relay in relays}
        self._histories = histories  # by table
        self.seen = {relay.name: Seen() for relay in relays}
        self.notices: dict[str, list[tuple[float, str]]] = defaultdict(list)  # by relay: when, occasion
        self.violations: list[str] = []
        self.crashed = False
        self.jumped_seconds = 0.0  # by how much the database's clock was set, there and back
        self.excuse: Excuse = lambda _relay, _key, _state: False

    def broken(self, seconds: float, what: str) -> None:
        """Note that a promise was broken."""
        self.violations.append(f"{clock(seconds)}  {what}")

    def crashes(self) -> None:
        """Note that something dies: from now on things may happen twice."""
        self.crashed = True
        for seen in self.seen.values():
            seen.extra_tries += 2

    def clock_jumps(self, seconds: float) -> None:
        """Note that the database's clock was set: what lasts until a moment ends earlier or later, and some things happen at once."""
        self.jumped_seconds += abs(seconds)
        for seen in self.seen.values():
            seen.paused = None
            seen.extra_tries += 4

    # --- at every request ------------------------------------------------------------------------------------

    def unreached(self, name: str, seconds: float) -> None:
        """Note that a connection to an endpoint has failed: of which change, nobody knows."""
        seen = self.seen[name]
        seen.in_vain_since = seconds if seen.in_vain_since is None else seen.in_vain_since
        seen.last_in_vain = seconds

    def hears(
        self,
        name: str,
        seconds: float,
        contents: Sequence[Mapping[str, Any]],
        status: int | None,
        *,
        kept: bool,
        asked: float | None = None,
    ) -> None:
        """Judge a request that has left the house; `kept`: the endpoint has its changes from now on; `asked`: it asked for so many seconds."""
        relay, seen = self._relays[name], self.seen[name]
        if seen.paused and seen.paused[0] + FOR_ANOTHER_BATCH_SECONDS < seconds < seen.paused[1] and not self.crashed:
            self.broken(seconds, f"{name} got a request although it had asked for time until {clock(seen.paused[1])}")
        has_failed = status is None or not kept
        if not has_failed:
            seen.in_vain_since = None
        if not has_failed or asked is not None or status in relay.options.get("rejecting_statuses", REJECTING):
            seen.tried_in_vain.clear()
            seen.extra_tries = 0
        if has_failed and (
            asked is None or (status is not None and status >= 500)
        ):  # else it is held, and no window runs
            self.unreached(name, seconds)
        for content in contents:
            self._content(relay, seen, seconds, content)
            key = self._key(relay, content)
            version = content["version"]
            if kept:
                seen.kept[key] = max(seen.kept.get(key, -1), version)
            if has_failed and seen.in_vain_since is not None:
                seen.failed_since.setdefault((key, version), seen.in_vain_since)
                self._within_schedule(relay, seen, (key, version), seconds)
            if status in relay.options.get("rejecting_statuses", REJECTING):
                seen.refused.add(key)

    def _within_schedule(self, relay: RelayPlan, seen: Seen, what: tuple[Key, int], seconds: float) -> None:
        """See that a change is not tried more often than the policy allows while nothing gets through."""
        tries = seen.tried_in_vain[what] = seen.tried_in_vain.get(what, 0) + 1
        lasted = seconds - (seconds if seen.in_vain_since is None else seen.in_vain_since)
        allowed = ATTEMPTS + ROUNDS_BESIDE * rounds(relay.recovery, lasted) + seen.extra_tries
        if seen.backfill_versions:
            allowed += ATTEMPTS + lasted / 900  # a page is tried again after at most an hour, and after every pause
        if relay.options.get("mode") == "batch":
            allowed *= HALVINGS
        if tries == int(allowed) + 1:
            self.broken(seconds, f"{relay.name} was tried {tries} times with {what}, in vain for {lasted:g} s")

    def asked_for_time(self, name: str, seconds: float, asked_seconds: float) -> None:
        """Note a Retry-After that was answered."""
        relay, seen = self._relays[name], self.seen[name]
        if seen.paused is None or seen.paused[1] <= seconds:
            seen.paused = seconds, seconds + min(asked_seconds, relay.max_interval_seconds) - 1.0

    def _key(self, relay: RelayPlan, content: Mapping[str, Any]) -> Key:
        return same([content["key"].get(name) for name in relay.table.keys.columns])

    def _content(self, relay: RelayPlan, seen: Seen, seconds: float, content: Mapping[str, Any]) -> None:
        key, version, data = self._key(relay, content), content["version"], content["data"]
        what = f"{relay.name} got {content['operation']} of {key} at version {version}"
        state = self._histories[relay.table.name].at(key, version)
        if content.get("epoch", 0) != relay.options.get("epoch", 0) or content["relay"] != relay.name:
            self.broken(seconds, f"{what} with another epoch or relay")
        told = json.dumps(content, sort_keys=True)
        first_id, first = seen.bodies.setdefault((key, version), (content["id"], told))
        if first_id != content["id"] or not self._same(seen, version, first, told):
            self.broken(seconds, f"{what} twice, not the same: {first} then {told}")
        if state is None:
            self.broken(seconds, f"{what}, and there was no such row")
        elif data is None:
            if state.row is not None and meets(relay, state.row):
                self.broken(seconds, f"{what}, and the row is there: {state.row}")
            elif state.row is not None and key not in seen.requested and not self.crashed:
                self.broken(seconds, f"{what}: withdrawn, though it was never sent")
        elif state.row is None:
            self.broken(seconds, f"{what}, and the row was deleted")
        else:
            if not meets(relay, state.row):
                self.broken(seconds, f"{what}, which its condition forbids: {state.row}")
            if data != (shown := sent(relay, key, state.row)):
                self.broken(seconds, f"{what} as {data}, and it was {shown}")
        seen.requested.add(key)

    @staticmethod
    def _same(seen: Seen, version: int, first: str, told: str) -> bool:
        """Compare two contents of a version. In the one at which it begins a backfill takes every row for updated."""
        if version in seen.backfill_versions:
            first, told = (text.replace('"operation": "insert"', '"operation": "update"') for text in (first, told))
        return first == told

    def sees_given_up(self, seconds: float, ledger: Sequence[Mapping[str, Any]]) -> None:
        """Judge what has been given up by now, and note when that was."""
        for entry in ledger:
            seen, what = self.seen[entry["relay"]], (entry["key"], entry["version"])
            if entry["state"] != "dead" or what in seen.died or not str(entry["error"]).startswith("given up"):
                continue
            seen.died[what] = seconds
            if seen.in_vain_since is not None:  # in an outage not each change is tried
                seen.failed_since.setdefault(what, seen.in_vain_since)
            if not seen.given_up:
                if seconds - seen.last_in_vain > ROUND_SECONDS:
                    self.broken(seconds, f"given up, and nothing was tried in vain before: {entry}")
                self._window(seconds, entry)

    # --- at the end ------------------------------------------------------------------------------------------

    def judge(self, seconds: float, ledger: Sequence[Mapping[str, Any]]) -> None:
        """Judge what there is when every bound has passed. `ledger`: relay, key, version, state, why, error, first_failed, last_tried."""
        for entry in ledger:
            if entry["state"] != "dead":
                self.broken(seconds, f"stuck: {entry}")
            else:
                self._dead(seconds, entry)
        dead = {(entry["relay"], entry["key"]): entry["version"] for entry in ledger if entry["state"] == "dead"}
        for relay in self._relays.values():
            for key in self._histories[relay.table.name].written():
                self._complete(relay, same(key), seconds, dead.get((relay.name, same(key)), -1))

    def _complete(self, relay: RelayPlan, key: Key, seconds: float, dead_version: int) -> None:
        seen = self.seen[relay.name]
        due = self.due_version(relay, key)
        has = max(seen.kept.get(key, -1), dead_version, seen.excused.get(key, -1))
        if due is not None and has < due:
            self.broken(seconds, f"lost: {relay.name} has of {key} version {has}, and version {due} concerns it")

    def states(self, relay: RelayPlan, key: Key) -> Sequence[State]:
        """Return what was committed of a row, the oldest first."""
        return self._histories[relay.table.name].states(key)

    def due_version(self, relay: RelayPlan, key: Key) -> int | None:
        """Return the highest version that the endpoint must have seen, itself or a later one; None: none.

        Whenever it was looked at, it concerned the endpoint, and so did every later one.
        """
        watch, contexts = relay.options.get("watch", ()), relay.options.get("ignore_contexts", ())
        found = None
        for state in reversed(self.states(relay, key)):
            if state.mark in contexts and contexts:
                break  # somebody else's change beneath it may have been held back with it
            if state.row is not None and not meets(relay, state.row):
                break
            concerns = not watch or state.operation != "update" or state.touched & set(watch)
            if found is None and concerns and not self.excuse(relay, key, state):
                found = state.version
        return found

    def _dead(self, seconds: float, entry: Mapping[str, Any]) -> None:
        relay, key = self._relays[entry["relay"]], entry["key"]
        seen = self.seen[relay.name]
        if entry["why"] == "refused":
            if key not in seen.refused:
                self.broken(seconds, f"a dead letter that nobody refused: {entry}")
        elif not seen.given_up:
            self._window(seconds, entry)
        told = [at for at, occasion in self.notices[relay.name] if occasion == "dead_letters"]
        if not any(at >= entry["last_tried"] - 1 - self.jumped_seconds for at in told):
            self.broken(seconds, f"nobody was told of a dead letter: {entry}")

    def _window(self, seconds: float, entry: Mapping[str, Any]) -> None:
        """See that a dead letter was tried in vain, until the end of its window."""
        relay, seen, what = self._relays[entry["relay"]], self.seen[entry["relay"]], (entry["key"], entry["version"])
        since = seen.failed_since.get(what)
        if since is None:
            if not self.crashed:
                self.broken(seconds, f"a dead letter that was never tried: {entry}")
            return
        state = self._histories[relay.table.name].at(*what)
        lasted = seen.died.get(what, entry["last_tried"]) - max(since, 0.0 if state is None else state.seconds)
        if lasted < relay.recovery["window_hours"] * 3600 - 60 - self.jumped_seconds:
            self.broken(seconds, f"a dead letter before its window's end, after {lasted:g} s: {entry}")


def rounds(recovery: Mapping[str, Any], seconds: float) -> float:
    """Return how many rounds of a recovery fit into that time."""
    interval, count = float(recovery["first_interval_seconds"]), 1.0
    while recovery["coefficient"] > 1 and interval < recovery["max_interval_seconds"] and seconds > 0:
        seconds -= interval
        interval *= recovery["coefficient"]
        count += 1
    return count + max(0.0, seconds) / min(interval, float(recovery["max_interval_seconds"]))


def meets(relay: RelayPlan, row: Row) -> bool:
    """Tell whether a row meets the relay's condition; a comparison with nothing holds for nobody."""
    return all(_holds(test, row[test["column"]]) for test in relay.options.get("condition", ()))


def _holds(test: Mapping[str, Any], value: Any) -> bool:
    if "is_null" in test:
        return (value is None) == bool(test["is_null"])
    if value is None:
        return "not_equals" in test
    return (
        ("equals" not in test or value == test["equals"])
        and ("not_equals" not in test or value != test["not_equals"])
        and ("in" not in test or value in test["in"])
        and ("at_least" not in test or value >= test["at_least"])
        and ("at_most" not in test or value <= test["at_most"])
    )


def sent(relay: RelayPlan, key: Key, row: Row) -> Mapping[str, Any]:
    """Return what the endpoint may see of a row."""
    whole = dict(zip(relay.table.keys.columns, key, strict=True)) | dict(row)
    columns = relay.options.get("send") or [*relay.table.keys.columns, *COLUMNS]
    masks = relay.options.get("mask", {})
    return {name: _masked(whole[name], masks.get(name)) for name in columns}


def _masked(value: Any, mask: str | None) -> Any:
    if value is None or mask is None:
        return value
    match mask:
        case "redact":
            return "***"
        case "last4":
            return f"***{value[-4:]}"
    return hashlib.sha256(str(value).encode()).hexdigest()
