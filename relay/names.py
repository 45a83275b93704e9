"""What the SQL trigger and Durable know an app and its relays by."""

import hashlib
import uuid

TRIGGER_ATTEMPTS = 5  # of the SQL trigger, about a minute apart; then it never touches the lease row again
TRIGGER_LEASE_SECONDS = 60  # from each take and each prolongation on


def function_name(relay: str) -> str:
    """Return the name of a relay's SQL trigger function."""
    return f"relay_{relay}"


# HTTP functions of the app whose names a relay's function would have; to rename them would change their function keys.
RESERVED_RELAY_NAMES = frozenset({"state", "action", "replay", "replay_action"})


def leases_table(app: str, relay: str) -> str:
    """Return the leases table's name (schema az_func), unique per app and relay so that nobody has to guess it."""
    return f"Leases_{app}_{relay}"


def function_id(app: str, function: str) -> str:
    """Return the id under which the SQL trigger keeps a function's position in az_func.GlobalState.

    The trigger hashes WEBSITE_SITE_NAME and the function's name; .NET reads the first half of the hash as a GUID.
    """
    digest = hashlib.sha256(f"{app}{function}".encode()).digest()
    return uuid.UUID(bytes_le=digest[:16]).hex[:16]


def task_hub(app: str) -> str:
    """Return a task hub's name that no other app has: letters and digits of the app's name, and a hash of it.

    Durable's own default drops what is no letter or digit, so that two apps (shop-relay, shoprelay) can share a hub.
    """
    readable = "".join(character for character in app if character.isascii() and character.isalnum())
    return f"relay{readable[:30]}{hashlib.sha256(app.encode()).hexdigest()[:8]}"


def app_of(instance_id: str, kind: str, relay: str) -> str | None:
    """Return the app whose instance of a relay it is: <kind>-<app>-<relay>; None if the id is of another form."""
    before, after = f"{kind}-", f"-{relay}"
    if len(instance_id) > len(before + after) and instance_id.startswith(before) and instance_id.endswith(after):
        return instance_id[len(before) : -len(after)]
    return None


# An external event that ends a wait of a recovery, a backfill or a replay; running instances wait for it, so it stays.
WAKE = "wake"
