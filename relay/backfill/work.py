"""A relay's backfill as a piece of work: when it needs an instance, and when it is late."""

from relay.backfill.names import BACKFILL, backfill_instance
from relay.backfill.values import Backfill, BackfillState, Pages
from relay.backoff import Backoff
from relay.work.values import ACTIVITY_SECONDS, Work

# While nothing gets through: how long the orchestration waits.
DOWN = Backoff(first_interval_seconds=30, coefficient=2, max_interval_seconds=3600)


def backfill_work(backfill: Backfill, app: str, relay: str) -> Work | None:
    """Return what is to do; None: nothing, or somebody has it paused."""
    if backfill.state is not BackfillState.RUNNING:
        return None
    return Work(
        orchestration=BACKFILL,
        instance_id=backfill_instance(app, relay),
        request={"relay": relay},
        relay=relay,
        mark=f"{backfill.number} {backfill.done} {backfill.delivered}",
        quiet_seconds=max(0.0, backfill.late_seconds),
    )


def due_in_seconds(pages: Pages) -> float:
    """Return how long it may take at most until the orchestration has sent the next pages."""
    waits = max(DOWN.max_interval_seconds, pages.asked_for_seconds or 0.0) * (1 + DOWN.jitter)
    return (waits if pages.failed else pages.wait_seconds) + ACTIVITY_SECONDS
