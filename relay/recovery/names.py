"""The durable names of a relay's recovery and of its breaker."""

# Called by name across rooms; the names are part of running instances' history, so they stay.
RECOVERY = "recovery"
BREAKER = "breaker"
CHECK = "recovery_check"
PROBE = "recovery_probe"
RESET = "recovery_reset"
LIST = "recovery_list"
REDELIVER = "recovery_redeliver"
GIVE_UP = "recovery_give_up"
RECORD = "recovery_record"
CLOSE = "recovery_close"
ANNOUNCE = "recovery_announce"


def recovery_instance(app: str, relay: str) -> str:
    """Return the id of a relay's recovery: one instance per relay."""
    return f"recovery-{app}-{relay}"


def breaker_key(app: str, relay: str) -> str:
    """Return the key of a relay's breaker: apps that share a task hub share no breaker."""
    return f"{app}-{relay}"
