"""What the oracle knows of change tracking that forgets: what cannot come any more, what must all the same, who must be told."""

from collections.abc import Sequence
from dataclasses import dataclass

from tests.simulation.calm import is_calm
from tests.simulation.history import State
from tests.simulation.oracle import Oracle
from tests.simulation.plan import Plan, RelayPlan, clock
from tests.simulation.record import CHANNEL_SECONDS
from tests.simulation.silences import TOLD_SECONDS as SILENT_SECONDS
from tests.simulation.tables import Key

HOUR = 3600.0
DELIVERED_SECONDS = 900.0  # a change that is so old has been delivered, while there was no trouble at all
TOLD_SECONDS = 1.5 * HOUR  # within which people hear of a gap while there is no trouble: looks are half an hour apart
KNOWN_SECONDS = 900.0  # after the beginning the guard has looked at every table
BATCH_SECONDS = 300.0  # in which a trigger is through with what it has taken
NOTED_SECONDS = 10.0  # after a cleanup it is known here what it took


@dataclass(frozen=True, slots=True)
class Forgotten:
    """Everything of a table up to a version, at a moment. `shows`: whatever was known then, tracking has begun anew."""

    table: str
    version: int
    seconds: float
    shows: bool = True


class Gaps:
    """Satisfies Oracle.excuses."""

    def __init__(self, plan: Plan, oracle: Oracle) -> None:
        self._plan = plan
        self._oracle = oracle
        self._forgotten: list[Forgotten] = []
        self._started_at = _first_start(plan)  # before that no trigger has ever started
        self._still: list[tuple[str, float, float]] = []  # table, from, until: nothing of it can be relayed

    def forgets(self, table: str, version: int, seconds: float) -> None:
        """Note that change tracking of the table has begun anew, after this version."""
        self._forget(Forgotten(table, version, seconds))

    def cleaned(self, table: str, oldest: int, seconds: float) -> None:
        """Note up to which version it has been cleaned up by now."""
        self._forget(Forgotten(table, oldest, seconds, shows=False))

    def _forget(self, forgotten: Forgotten) -> None:
        self._forgotten.append(forgotten)
        earlier = self._oracle.forgotten.get(forgotten.table, 0)
        self._oracle.forgotten[forgotten.table] = max(earlier, forgotten.version)

    def stood_still(self, table: str, start_seconds: float, end_seconds: float) -> None:
        """Note that nothing of the table could be relayed."""
        self._still.append((table, start_seconds, end_seconds))

    def excuse(self, relay: RelayPlan, key: Key, state: State) -> bool:
        """Tell whether a state may never come: forgotten before anybody could try it, and people were told.

        What was tried the ledger knows, and what is there a backfill sends.
        """
        if (key, state.version) in self._oracle.seen[relay.name].bodies:
            return False
        found = next((each for each in self._of(relay) if state.version <= each.version), None)
        if found is None:
            return False
        if found.seconds < self._started_at:
            # The trigger begins with what there is, when it starts first; for so short a time it is not silent yet.
            return self._started_at < SILENT_SECONDS or bool(self._heard(relay, "silent"))
        if found.seconds < KNOWN_SECONDS or not is_calm(self._plan, 0.0, KNOWN_SECONDS):
            return True  # the guard may not have known the table yet
        if self._is_backfilled(relay, key, state):
            return False
        has_had_time = found.seconds - state.seconds > DELIVERED_SECONDS
        if has_had_time and is_calm(self._plan, 0.0, found.seconds):
            return False
        # A gap is told once for as long as it holds: until a backfill closes it.
        stays_open = not relay.options.get("backfill_after_gap", True) or self._heard(relay, "unrepaired")
        # One that comes before the next look is the same for people.
        recent = [each.seconds for each in self._of(relay) if 0 <= found.seconds - each.seconds < 2 * TOLD_SECONDS]
        since = 0.0 if stays_open else min([state.seconds, *recent])
        return any(at >= since for at in self._heard(relay, "gap"))

    def _is_backfilled(self, relay: RelayPlan, key: Key, state: State) -> bool:
        """Tell whether a state is the row's last, and nobody has kept its table from being sent anew."""
        states = self._oracle.states(relay, key)
        return (
            state.row is not None
            and state is states[-1]
            and bool(relay.options.get("backfill_after_gap", True))
            and not any(
                each.arguments.get("asks") in {"pause", "cancel"} and each.arguments["relay"] == relay.name
                for each in self._plan.events
            )
        )

    def _claimed(self, relay: RelayPlan, seconds: float) -> None:
        """See that something was forgotten that had not been taken up, if people are told so."""
        forgotten = [each for each in self._of(relay) if each.seconds <= seconds + NOTED_SECONDS]
        if any(each.shows for each in forgotten) or self._oracle.jumped_seconds:
            return
        if not any(self._may_be_missed(relay, each) for each in forgotten):
            self._oracle.broken(
                seconds,
                f"people were told of a gap of {relay.name}, and nothing was forgotten that it had not taken up",
            )

    def _may_be_missed(self, relay: RelayPlan, forgotten: Forgotten) -> bool:
        """Tell whether of what is forgotten something may not have been taken up, or only just, so that nobody has looked since."""
        asked, history = self._oracle.seen[relay.name].first_asked, self._oracle.histories[relay.table.name]
        unseen_seconds = 2 * self._plan.seconds_between_looks + BATCH_SECONDS + self._oracle.died_seconds
        return any(
            state.version <= forgotten.version
            and asked.get((key, state.version), float("inf")) > forgotten.seconds - unseen_seconds
            for key in history.written()
            for state in history.states(key)
        )

    def judge(self, seconds: float) -> None:
        """See that people were told of every gap."""
        for relay in self._plan.relays:
            for at in self._heard(relay, "gap"):
                self._claimed(relay, at)
            earlier: Forgotten | None = None
            for gap in self._of(relay):
                if gap.shows:
                    self._told(seconds, relay, gap, earlier)
                earlier = gap
            for table, start, end in self._still:
                if (
                    table == relay.table.name
                    and end - start > TOLD_SECONDS
                    and is_calm(self._plan, start - TOLD_SECONDS, end)
                    and not any(start <= at <= end for at in self._heard(relay, "halted"))
                ):
                    self._oracle.broken(seconds, f"nobody was told that {relay.name} stood still at {clock(start)}")

    def _of(self, relay: RelayPlan) -> Sequence[Forgotten]:
        return [each for each in self._forgotten if each.table == relay.table.name]

    def _heard(self, relay: RelayPlan, what: str) -> Sequence[float]:
        return [at for at, occasion in self._oracle.notices[relay.name] if occasion == what]

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
        if self._oracle.channel_away_seconds > CHANNEL_SECONDS:
            return
        until = seconds
        if is_calm(plan, gap.seconds - TOLD_SECONDS, gap.seconds + TOLD_SECONDS):
            until = gap.seconds + TOLD_SECONDS
        if not any(gap.seconds <= at <= until for at in self._heard(relay, "gap")):
            self._oracle.broken(seconds, f"nobody was told of {relay.name}'s gap of {clock(gap.seconds)}")


def _first_start(plan: Plan) -> float:
    """Return when the last ends of those bars that overlap from the beginning on."""
    ends = 0.0
    for event in sorted(plan.events, key=lambda each: each.seconds):
        if event.verb == "bar_triggers" and event.seconds <= ends:
            ends = max(ends, event.seconds + event.arguments["lasts_seconds"])
    return ends
