"""Orchestrations driven by the real SDK over an engine without storage and with a clock of its own."""
