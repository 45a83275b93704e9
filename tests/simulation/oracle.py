"""Judges what a simulated app has done, from what was committed and what the endpoints got. It shares no code with the app.

By subject: what may leave the house (leaving.py), when an endpoint may be asked (schedule.py), how a change may end (ending.py),
what people are told (telling.py); how soon a change comes while nothing is wrong (promptness.py).
"""

from collections.abc import Mapping, Sequence
from typing import Any

from tests.simulation.ending import Ending
from tests.simulation.history import History
from tests.simulation.leaving import Leaving
from tests.simulation.plan import RelayPlan
from tests.simulation.record import Record
from tests.simulation.rules import rejects
from tests.simulation.schedule import Schedule
from tests.simulation.tables import same
from tests.simulation.telling import UP_AGAIN_SECONDS, Telling


class Oracle(Record):
    """Told by a story of everything that happens."""

    def __init__(self, relays: Sequence[RelayPlan], histories: Mapping[str, History]) -> None:
        super().__init__(relays, histories)
        self._leaving, self._schedule, self._ending = Leaving(self), Schedule(self), Ending(self)
        self._telling = Telling(self)
        self.asked_for_time = self._schedule.asked_for_time
        self.sees_given_up = self._ending.sees_given_up
        self.hears_that_it_is_stuck = self._telling.hears_that_it_is_stuck
        self.hears_that_it_is_over = self._telling.hears_that_it_is_over
        self.due_version = self._ending.due_version

    def judge(self, seconds: float, ledger: Sequence[Mapping[str, Any]]) -> None:
        """Judge what there is when every bound has passed; see Ending.judge."""
        self._ending.judge(seconds, ledger)
        self._telling.judge(seconds)

    def crashes(self, lasts_seconds: float = 0.0) -> None:
        """Note that something dies, and for how long: from now on things may happen twice."""
        self.crashed = True
        self.deaths += 1
        self.died_seconds += lasts_seconds + UP_AGAIN_SECONDS
        for seen in self.seen.values():
            seen.extra_tries += 2

    def backfills(self, name: str, version: int, condition: Sequence[Mapping[str, Any]]) -> None:
        """Note a backfill that began at a version, of rows that meet a condition."""
        found = self.seen[name].backfills
        found[version] = condition if found.get(version, condition) == condition else []

    def clock_jumps(self, seconds: float) -> None:
        """Note that the database's clock was set: what lasts until a moment ends earlier or later, and some things happen at once."""
        self.jumped_seconds += abs(seconds)
        self.was_set_back |= seconds < 0
        for seen in self.seen.values():
            seen.paused = None
            seen.extra_tries += 4

    def unreached(self, name: str, seconds: float) -> None:
        """Note that a connection to an endpoint has failed."""
        self.seen[name].is_away = True
        self._schedule.unreached(name, seconds)
        self._telling.fails(self.relays[name], seconds, asked=False)

    def sees_batch(self, name: str, host: str, seconds: float, *, begins: bool) -> None:
        """Note that a host's batch of a relay begins or ends."""
        batches = self.seen[name].batches
        if begins:
            batches[host] = seconds
        else:
            batches.pop(host, None)

    def people_act(self, name: str) -> None:
        """Note that an operator acts: whoever does knows of the trouble."""
        self.seen[name].away_since = self.seen[name].long_pause_since = None

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
        relay, seen = self.relays[name], self.seen[name]
        keys = [same([content["key"].get(column) for column in relay.table.keys.columns]) for content in contents]
        versions = [(key, content["version"]) for key, content in zip(keys, contents, strict=True)]
        self._schedule.hears(relay, seconds, versions, status, kept=kept, asked=asked)
        if status is not None and (kept or rejects(relay, status)):
            seen.is_away = False
            self._telling.gets_through(relay, seconds)
        elif (asked is None or status is None or status >= 500) and not any(map(_is_sick, contents)):
            seen.is_away = True
            first_tries = {version for version in versions if version not in seen.bodies}
            if seen.got_through_at >= min(seen.batches.values(), default=float("inf")):
                seen.own_trouble |= first_tries
            # Of a row's own trouble people hear when it is given up.
            if not seen.own_trouble.issuperset(versions):
                self._telling.fails(relay, seconds, asked=asked is not None, is_first_try=bool(first_tries))
        if (
            asked is not None
            and status is not None
            and asked > relay.max_interval_seconds
            and not (kept or rejects(relay, status))
        ):
            self._telling.asks_for_long(relay, seconds)
        for (key, version), content in zip(versions, contents, strict=True):
            self._leaving.hears(relay, seconds, key, content)
            if not kept or status is None:
                seen.failed.add(key)
            if kept and status is not None:
                seen.taken.add((key, version))
            if kept:
                seen.kept[key] = max(seen.kept.get(key, -1), version)
            if rejects(relay, status):
                seen.refused.add(key)


def _is_sick(content: Mapping[str, Any]) -> bool:
    """Tell whether the endpoint fails for this row alone."""
    return bool((content.get("data") or {}).get("Status") == "sick")
