"""What the oracle knows of change tracking that forgets: what cannot come any more, what must all the same, who must be told."""

from collections.abc import Sequence
from dataclasses import dataclass

from tests.simulation.calm import is_calm
from tests.simulation.history import State
from tests.simulation.oracle import Oracle
from tests.simulation.plan import Plan, RelayPlan, clock
from tests.simulation.tables import Key

HOUR, DAY = 3600.0, 86_400.0
DELIVERED_SECONDS = 900.0  # a change that is so old has been delivered, while there was no trouble at all
TOLD_SECONDS = 1.5 * HOUR  # within which people hear of a gap while there is no trouble: looks are half an hour apart
KNOWN_SECONDS = 900.0  # after the beginning the guard has looked at every table
CHANNEL_SECONDS = 3 * DAY  # a channel that is away for longer gives notices up


@dataclass(frozen=True, slots=True)
class Forgotten:
    """Everything of a table up to a version, at a moment."""

    table: str
    version: int
    seconds: float


class Gaps:
    """Satisfies Oracle.excuses."""

    def __init__(self, plan: Plan, oracle: Oracle) -> None:
        self._plan = plan
        self._oracle = oracle
        self._forgotten: list[Forgotten] = []

    def forgets(self, table: str, version: int, seconds: float) -> None:
        """Note that change tracking knows nothing of the table up to this version any more."""
        self._forgotten.append(Forgotten(table, version, seconds))

    def excuse(self, relay: RelayPlan, key: Key, state: State) -> bool:
        """Tell whether a state may never come: forgotten before anybody could try it. What was tried the ledger knows."""
        if (key, state.version) in self._oracle.seen[relay.name].bodies:
            return False
        found = next((each for each in self._of(relay) if state.version <= each.version), None)
        if found is None:
            return False
        has_had_time = found.seconds - state.seconds > DELIVERED_SECONDS
        return not (has_had_time and is_calm(self._plan, 0.0, found.seconds))

    def judge(self, seconds: float) -> None:
        """See that people were told of every gap."""
        for relay in self._plan.relays:
            earlier: Forgotten | None = None
            for gap in self._of(relay):
                self._told(seconds, relay, gap, earlier)
                earlier = gap

    def _of(self, relay: RelayPlan) -> Sequence[Forgotten]:
        return [each for each in self._forgotten if each.table == relay.table.name]

    def _told(self, seconds: float, relay: RelayPlan, gap: Forgotten, earlier: Forgotten | None) -> None:
        plan = self._plan
        if gap.seconds < KNOWN_SECONDS or not is_calm(plan, 0.0, KNOWN_SECONDS):
            return  # the guard may not have known the table yet
        if earlier is not None and not (
            relay.options.get("backfill_after_gap", True)
            and gap.seconds - earlier.seconds > 2 * TOLD_SECONDS
            and is_calm(plan, earlier.seconds, gap.seconds)
        ):
            return  # the earlier one may not be closed yet
        if _away_seconds(plan) > CHANNEL_SECONDS:
            return
        until = seconds
        if is_calm(plan, gap.seconds - TOLD_SECONDS, gap.seconds + TOLD_SECONDS):
            until = gap.seconds + TOLD_SECONDS
        told = [at for at, occasion in self._oracle.notices[relay.name] if occasion == "gap"]
        if not any(gap.seconds <= at <= until for at in told):
            self._oracle.broken(seconds, f"nobody was told of {relay.name}'s gap of {clock(gap.seconds)}")


def _away_seconds(plan: Plan) -> float:
    return sum(
        float(each.arguments["lasts_seconds"]) for each in plan.events if each.arguments.get("relay") == "people"
    )
