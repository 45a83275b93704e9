"""A relay's recovery as a piece of work: when it needs an instance, and when it is late."""

from relay.recovery.names import RECOVERY, recovery_instance
from relay.recovery.situation import Situation
from relay.work.values import Work

TRIGGER_TAKES_SECONDS = 900.0  # five attempts, a minute and at most a batch's deadline each


def recovery_work(situation: Situation, app: str, relay: str) -> Work:
    """Return what the recovery of a relay has to do.

    What a check has begun and the trigger has then brought to its end by itself is closed by a recovery, like any other.
    """
    late_seconds = -situation.seconds_until_next
    left_to_trigger = situation.open and not situation.ours and not situation.untold_dead and not situation.command
    waits_for_trigger = bool(left_to_trigger) and late_seconds < TRIGGER_TAKES_SECONDS
    people_wait = (bool(situation.untold_dead) and situation.seconds_until_news <= 0) or situation.long_pause_is_news
    quiet = late_seconds if situation.seconds_since_work is None else min(late_seconds, situation.seconds_since_work)
    return Work(
        orchestration=RECOVERY,
        instance_id=recovery_instance(app, relay),
        request={"relay": relay},
        relay=relay,
        mark=f"{situation.since} {situation.rounds}",
        wanted=bool(situation.since) if situation.over else not waits_for_trigger,
        quiet_seconds=0.0 if situation.over else max(0.0, quiet),
        people_wait=not situation.over and (situation.command is not None or people_wait),
        tells_if_suspended=not situation.over,
    )
