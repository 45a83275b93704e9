"""Durable orchestrations: generators that act out the core's decisions; no clock, no I/O, no randomness of their own."""

MODULES = ("recovery", "replay", "backfill", "notification", "mailing", "aggregate", "stream", "workflow")
