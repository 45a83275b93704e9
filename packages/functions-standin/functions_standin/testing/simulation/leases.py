"""What renewals that were left out would have written: the leases of living hosts are valid."""

from collections.abc import Collection
from datetime import timedelta

from functions_standin.storage.memory import MemoryAccount

_PARTITIONS = "Partitions"
_LEAST_SECONDS = 15.0  # what is left of a lease of 30 s that is renewed every 10 s, at the worst a little more


def renew(account: MemoryAccount, machines: Collection[str]) -> None:
    """Give the leases of these machines as much time as they have just before a renewal, if they have less."""
    now = account.now()
    expires = now + timedelta(seconds=_LEAST_SECONDS)
    for name, rows in account.tables.items():
        if not name.endswith(_PARTITIONS):
            continue
        for row in rows.get("", {}).values():
            if row.get("CurrentOwner", "").rpartition("-")[0] in machines and row["ExpiresAt"] < expires:
                row["ExpiresAt"] = expires
    for blobs in account.containers.values():
        for blob in blobs.values():
            if blob.lease is not None and blob.lease.holder in machines:
                blob.lease.expires = max(blob.lease.expires, now + timedelta(seconds=blob.lease.seconds * 0.75))
