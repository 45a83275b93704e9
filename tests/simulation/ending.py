"""How a change may end: at the endpoint, or as a dead letter that was refused or tried in vain until its window's end, and that is told."""

from collections.abc import Mapping, Sequence
from typing import Any

from tests.simulation.plan import RelayPlan
from tests.simulation.record import CHANNEL_SECONDS, Record, Seen
from tests.simulation.rules import meets
from tests.simulation.tables import Key, same

ROUND_SECONDS = 1800.0  # from its probe to its end


class Ending:
    """Judges what is given up, and at the end everything."""

    def __init__(self, record: Record) -> None:
        self._record = record

    def sees_given_up(self, seconds: float, ledger: Sequence[Mapping[str, Any]]) -> None:
        """Judge what has been given up by now, and note when that was."""
        for entry in ledger:
            seen, what = self._record.seen[entry["relay"]], (entry["key"], entry["version"])
            is_known = entry["last_tried"] <= seen.died.get(what, float("-inf"))
            if entry["state"] != "dead" or is_known or not str(entry["error"]).startswith("given up"):
                continue
            seen.died[what] = seconds
            seen.away_since = None  # of dead letters people hear by themselves
            if seen.in_vain_since is not None:  # in an outage not each change is tried
                seen.failed_since.setdefault(what, seen.in_vain_since)
            if not seen.given_up:
                if seconds - seen.last_in_vain > ROUND_SECONDS:
                    self._record.broken(seconds, f"given up, and nothing was tried in vain before: {entry}")
                self._window(seconds, entry)

    def judge(self, seconds: float, ledger: Sequence[Mapping[str, Any]]) -> None:
        """Judge what there is when every bound has passed. `ledger`: relay, key, version, state, why, error, first_failed, last_tried."""
        for entry in ledger:
            if entry["state"] != "dead":
                self._record.broken(seconds, f"stuck: {entry}")
            else:
                self._dead(seconds, entry)
        dead = {(entry["relay"], entry["key"]): entry["version"] for entry in ledger if entry["state"] == "dead"}
        for relay in self._record.relays.values():
            for key in self._record.histories[relay.table.name].written():
                self._complete(relay, same(key), seconds, dead.get((relay.name, same(key)), -1))

    def _complete(self, relay: RelayPlan, key: Key, seconds: float, dead_version: int) -> None:
        seen = self._record.seen[relay.name]
        due = self.due_version(relay, key)
        has = max(seen.kept.get(key, -1), dead_version, seen.excused.get(key, -1))
        if due is not None and has < due:
            self._record.broken(
                seconds, f"lost: {relay.name} has of {key} version {has}, and version {due} concerns it"
            )

    def due_version(self, relay: RelayPlan, key: Key) -> int | None:
        """Return the highest version that the endpoint must have seen, itself or a later one; None: none.

        Whenever it was looked at, it concerned the endpoint, and so did every later one.
        """
        watch, contexts = relay.options.get("watch", ()), relay.options.get("ignore_contexts", ())
        asked = self._record.seen[relay.name].first_asked
        found, written_by_it_at = None, None
        for state in reversed(self._record.states(relay, key)):
            if state.row is not None and not meets(relay, state.row):
                break
            if contexts and state.mark in contexts:
                written_by_it_at = state.seconds
                continue
            if written_by_it_at is not None and asked.get((key, state.version), written_by_it_at) >= written_by_it_at:
                break  # the endpoint's own write came before it was asked: this one may have been held back with it
            concerns = not watch or state.operation != "update" or state.touched & set(watch)
            if found is None and concerns and not self._record.excuse(relay, key, state):
                found = state.version
        return found

    def _dead(self, seconds: float, entry: Mapping[str, Any]) -> None:
        relay, key = self._record.relays[entry["relay"]], entry["key"]
        seen = self._record.seen[relay.name]
        if entry["why"] == "refused":
            if key not in seen.refused:
                self._record.broken(seconds, f"a dead letter that nobody refused: {entry}")
        elif not seen.given_up:
            self._window(seconds, entry)
        if self._record.channel_away_seconds > CHANNEL_SECONDS:
            return
        told = [at for at, occasion in self._record.notices[relay.name] if occasion == "dead_letters"]
        if not any(at >= entry["last_tried"] - 1 - self._record.jumped_seconds for at in told):
            self._record.broken(seconds, f"nobody was told of a dead letter: {entry}")

    def _window(self, seconds: float, entry: Mapping[str, Any]) -> None:
        """See that a dead letter was tried in vain, until the end of its window."""
        relay, seen, what = (
            self._record.relays[entry["relay"]],
            self._record.seen[entry["relay"]],
            (entry["key"], entry["version"]),
        )
        since = seen.failed_since.get(what, self._unreached_since(seen, entry["last_tried"]))
        if since is None:
            if not self._record.crashed:
                self._record.broken(seconds, f"a dead letter that was never tried: {entry}")
            return
        state = self._record.histories[relay.table.name].at(*what)
        committed = 0.0 if state is None else state.seconds
        # It may have failed, in an earlier outage, though the endpoint was never asked with it.
        since = min([since, *(start for start, end in seen.outages if end >= committed)])
        lasted = seen.died.get(what, entry["last_tried"]) - max(since, committed)
        if lasted < relay.recovery["window_hours"] * 3600 - 60 - self._record.jumped_seconds:
            self._record.broken(seconds, f"a dead letter before its window's end, after {lasted:g} s: {entry}")

    def _unreached_since(self, seen: Seen, last_tried: float) -> float | None:
        """Return when the outage began in which that try may have been one of which the endpoint got nothing; None: there was none."""
        slack = 1 + self._record.jumped_seconds
        outages = list(seen.outages)
        if seen.in_vain_since is not None and seen.may_have_failed_unasked:
            outages.append((seen.in_vain_since, float("inf")))
        return next((start for start, end in outages if start - slack <= last_tried <= end + slack), None)
