"""The connections that the SQL trigger's own client keeps in the host: how many relays they are enough for."""

from collections.abc import Sequence

from adapters.sql_server.connection_string import pairs

CONNECTIONS_PER_TRIGGER = 2  # one looks for changes, one renews the leases: kept for as long as the host runs
DEFAULT_MAX_POOL_SIZE = 100  # of Microsoft.Data.SqlClient


def pool_problems(ado_net: str, relays: int) -> Sequence[str]:
    """Return why so many relays do not get their connections, and what to do; a trigger without them is dead until the host's restart.

    Raises ConfigError if the connection string cannot be read.
    """
    found = {keyword.replace(" ", "").lower(): value for keyword, value in pairs(ado_net)}
    if found.get("pooling", "").lower() in {"false", "no"}:
        return ()
    text = found.get("maxpoolsize") or str(DEFAULT_MAX_POOL_SIZE)
    if not text.isdecimal() or not int(text):
        return ("SqlConnectionString: Max Pool Size must be a whole number of connections, 1 at least",)
    needed = relays * CONNECTIONS_PER_TRIGGER
    if needed <= int(text):
        return ()
    return (
        f"SqlConnectionString: {relays} relays need {needed} connections in the host, {CONNECTIONS_PER_TRIGGER} for each SQL trigger, and "
        f"Max Pool Size is {text}; set it to {needed} or more, or have at most {int(text) // CONNECTIONS_PER_TRIGGER} relays in one app",
    )
