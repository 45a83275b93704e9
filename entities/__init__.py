"""Durable entities: thin shells over the core's transitions."""

from entities import breaker

MODULES = (breaker,)
