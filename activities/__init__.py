"""Durable activities, one file per orchestration: thin shells over services. All of them may run twice."""

from activities import backfill, notification, recovery, replay

MODULES = (recovery, replay, backfill, notification)
