"""How soon a change has to come while nothing is wrong, and how soon what had failed when an endpoint is back."""

from collections.abc import Mapping, Sequence
from typing import Any

from tests.simulation.calm import is_calm
from tests.simulation.oracle import Oracle
from tests.simulation.plan import Plan, RelayPlan
from tests.simulation.tables import Key, Table
from tests.simulation.telling import JITTER

# From the commit to the first try, without trouble: a poll, a batch of slow answers, and no wait of any kind.
FIRST_TRY_SECONDS = 45.0
NEXT_TRY_SECONDS = 75.0  # until a lease has run out, and a poll
# What changed so long before may still wait for its round too; and an endpoint that is well answers within that time.
BEFORE_SECONDS, SLOWEST_ANSWER_SECONDS = 3600.0, 0.3
# From the first change that gets through: the app is told, the recovery woken, or started anew at a look of the watchdog's.
BROUGHT_FORWARD_SECONDS = 1800.0


class Promptness:
    """Judges waits. What has failed before, or may have, waits for its next try: that is judged elsewhere."""

    def __init__(self, plan: Plan, oracle: Oracle) -> None:
        self._plan = plan
        self._oracle = oracle

    def judge(self, table: Table, seconds: float) -> None:
        """See that what is old enough was tried once, whatever its neighbours do."""
        for relay in self._plan.relays:
            seen = self._oracle.seen[relay.name]
            if relay.table == table and not (
                table.name in self._oracle.untracked
                or self._oracle.crashed
                or self._oracle.jumped_seconds
                or seen.was_unreached
                or seen.paused
            ):
                for key in self._oracle.histories[table.name].written():
                    self._first_try(relay, key, seconds)

    def _first_try(self, relay: RelayPlan, key: Key, seconds: float) -> None:
        seen, history = self._oracle.seen[relay.name], self._oracle.histories[relay.table.name]
        due = self._oracle.due_version(relay, key)
        if due is None or seen.requested.get(key, -1) >= due or key in seen.failed:
            return
        # What is forgotten comes with a backfill, when people are told.
        if due <= self._oracle.forgotten.get(relay.table.name, -1):
            return
        committed = next(state.seconds for state in history.states(key) if state.version == due)
        bound = FIRST_TRY_SECONDS + self._left_by_deadlines_seconds(relay, committed, seconds)
        # Many rows that the endpoint cannot bear look like an endpoint that is away.
        if max(committed, seen.seemed_away_at + NEXT_TRY_SECONDS) <= seconds - bound and is_calm(
            self._plan, committed, seconds
        ):
            self._oracle.broken(
                seconds, f"{relay.name} has not been asked with {key} at version {due}, and nothing is wrong"
            )

    def _left_by_deadlines_seconds(self, relay: RelayPlan, since: float, until: float) -> float:
        """Return how long what a short deadline leaves of a batch may wait, for rounds that send a few each."""
        if "batch_deadline_seconds" not in relay.options:
            return 0.0
        history = self._oracle.histories[relay.table.name]
        changed = sum(
            any(since - BEFORE_SECONDS <= state.seconds <= until for state in history.states(key))
            for key in history.written()
        )
        in_a_round = max(1.0, (float(relay.options["batch_deadline_seconds"]) - 1.0) // SLOWEST_ANSWER_SECONDS)
        round_seconds = JITTER * float(relay.recovery["first_interval_seconds"]) + 60.0
        return (changed // in_a_round) * round_seconds

    def back(self, seconds: float, since: float, ledger: Sequence[Mapping[str, Any]], away: Sequence[str]) -> None:
        """See that what had failed when an endpoint came back was tried anew `since` then."""
        if self._oracle.was_set_back:  # what failed before seems to have failed since
            return
        for entry in ledger:
            if (entry["key"], entry["version"]) in self._oracle.seen[entry["relay"]].own_trouble:
                continue
            if entry["relay"] in away and entry["state"] == "open" and entry["last_tried"] < since:
                self._oracle.broken(seconds, f"the endpoint is back, and this still waits: {entry}")
