"""The durable names of a replay of dead letters."""

# Called by name across rooms; the names are part of running instances' history, so they stay.
REPLAY = "replay"
LIST = "replay_list"
DELIVER = "replay_deliver"


def replay_instance(app: str, relay: str) -> str:
    """Return the id of a relay's replay: one instance per relay."""
    return f"replay-{app}-{relay}"
