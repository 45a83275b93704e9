"""The durable names of a stream's workers, and the names of its relays."""

# Called by name across rooms; the names are part of running instances' history, so they stay.
STREAM = "stream"
APPLY = "stream_apply"
_LATE = "_late"


def worker_name(stream: str, shard: int) -> str:
    """Return what one of a stream's workers is called in the id of its instance."""
    return f"{stream}.{shard}"


def stream_instance(app: str, stream: str, shard: int) -> str:
    """Return the id of the orchestration that applies the events of one shard: one at a time."""
    return f"{STREAM}-{app}-{worker_name(stream, shard)}"


def late_relay(stream: str) -> str:
    """Return the name of the relay that delivers the events that came too late; that of its results has the stream's own name."""
    return f"{stream}{_LATE}"
