"""That people hear of a trigger that does not start, and of none that works."""

from tests.simulation.calm import is_calm
from tests.simulation.oracle import Oracle
from tests.simulation.plan import Plan, RelayPlan, clock
from tests.simulation.telling import UP_AGAIN_SECONDS

# A quarter of an hour is no silence yet, and the looks of a watchdog that finds nothing are rarer here.
TOLD_SECONDS = 2 * 3600.0
OCCASION = "silent"
# What neither keeps a trigger from its work nor a watchdog from its own.
_BESIDE_THE_POINT = frozenset({"weather", "operator", "bar_triggers", "hold_trigger_lock"})


class Silences:
    """Told for how long no trigger was let in."""

    def __init__(self, plan: Plan, oracle: Oracle) -> None:
        self._plan = plan
        self._oracle = oracle
        self._barred: list[tuple[float, float]] = []

    def barred(self, start_seconds: float, end_seconds: float) -> None:
        """Note that no trigger could start meanwhile."""
        self._barred.append((start_seconds, end_seconds))

    def judge(self) -> None:
        """See that people were told each time, if that was long enough and nothing else was wrong, and never while nothing was."""
        for relay in self._plan.relays:
            for at, occasion in self._oracle.notices[relay.name]:
                if occasion == OCCASION and is_calm(self._plan, at - TOLD_SECONDS, at):
                    self._oracle.broken(
                        at, f"people were told that the trigger of {relay.name} is silent, and nothing was wrong"
                    )
        for start, end in self._barred:
            if (
                end - start < TOLD_SECONDS + UP_AGAIN_SECONDS
                or self._oracle.channel_was_away
                or not is_calm(self._plan, start, end, but=_BESIDE_THE_POINT)
            ):
                continue
            for relay in self._plan.relays:
                if self._waits(relay, start, end) and not self._is_told(relay, start, end):
                    self._oracle.broken(
                        end, f"nobody was told that the trigger of {relay.name} did not start at {clock(start)}"
                    )

    def _waits(self, relay: RelayPlan, start: float, end: float) -> bool:
        """Tell whether it has never started, or a change has waited for long: not forgotten, and sent by no backfill meanwhile."""
        history, asked = self._oracle.histories[relay.table.name], self._oracle.seen[relay.name].first_asked
        forgotten = self._oracle.forgotten.get(relay.table.name, 0)
        return not start or any(
            start < state.seconds < end - TOLD_SECONDS
            and state.version > forgotten
            and min(
                (at for (each, version), at in asked.items() if each == key and version >= state.version), default=end
            )
            > state.seconds + TOLD_SECONDS
            for key in history.written()
            for state in history.states(key)
        )

    def _is_told(self, relay: RelayPlan, start: float, end: float) -> bool:
        return any(start <= at <= end for at, occasion in self._oracle.notices[relay.name] if occasion == OCCASION)
