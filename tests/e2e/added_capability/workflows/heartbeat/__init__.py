"""A relay's heartbeat: what counts one, and when people are told."""
