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
