"""Durable entities: thin shells over the core's transitions."""

MODULES = ("breaker", "hub")
