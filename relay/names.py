"""The names that one app and one relay derive for everything that belongs to them."""

import hashlib
import uuid


def function_name(relay: str) -> str:
    """Return the name of a relay's SQL trigger function."""
    return f"relay_{relay}"


def leases_table(app: str, relay: str) -> str:
    """Return the leases table's name (schema az_func), unique per app and relay so that nobody has to guess it."""
    return f"Leases_{app}_{relay}"


def function_id(app: str, function: str) -> str:
    """Return the id under which the SQL trigger keeps a function's position in az_func.GlobalState.

    The trigger hashes WEBSITE_SITE_NAME and the function's name; .NET reads the first half of the hash as a GUID.
    """
    digest = hashlib.sha256(f"{app}{function}".encode()).digest()
    return uuid.UUID(bytes_le=digest[:16]).hex[:16]


# Durable functions are called by name across rooms; the names are part of running instances' history, so they stay.
RECOVERY = "recovery"
NOTIFICATION = "notification"
NOTIFY_CHANNEL = "notify_channel"
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
SEND_NOTICE = "send_notice"
REPLAY = "replay"
REPLAY_LIST = "replay_list"
REPLAY_DELIVER = "replay_deliver"

BACKFILL = "backfill"
BACKFILL_PAGES = "backfill_pages"

WAKE = "wake"  # the external event that ends the wait of a recovery or a replay


def recovery_instance(app: str, relay: str) -> str:
    """Return the id of a relay's recovery: one instance per relay."""
    return f"recovery-{app}-{relay}"


def backfill_instance(app: str, relay: str) -> str:
    """Return the id of a relay's backfill: one at a time."""
    return f"backfill-{app}-{relay}"


def replay_instance(app: str, relay: str) -> str:
    """Return the id of a relay's replay: one instance per relay."""
    return f"replay-{app}-{relay}"


def notification_instance(app: str, relay: str, occasion: str, since: str, rounds: int, mark: str = "") -> str:
    """Return the id of a notification: the same notice is never started twice. `mark` tells apart those of one round."""
    parts = ["notification", app, relay, occasion, _digits(since), str(rounds)]
    return "-".join([*parts, _digits(mark)] if mark else parts)


def _digits(text: str) -> str:
    return "".join(character for character in text if character.isdigit())
