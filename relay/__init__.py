"""The core: what to do, never how. No I/O, no clock, no randomness, no azure import."""
