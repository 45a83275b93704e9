"""Durable activities, one file per orchestration: thin shells over services. All of them may run twice."""

MODULES = (
    "recovery",
    "replay",
    "backfill",
    "notification",
    "execution",
    "workflow",
    "locks",
    "mailing",
    "aggregate",
    "stream",
)
