"""What goes over the wire: bodies and idempotency keys. The same version always gives the same bytes."""

import hashlib
import hmac
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from relay import exact_json
from relay.changes.change import Change, Operation, Row
from relay.config.values import Mask, Relay
from relay.delivery.results import digest, result_content

_ALONE = {operation: frozenset({operation}) for operation in Operation}


@dataclass(frozen=True, slots=True)
class Message:
    """One request: its body and the key under which the endpoint recognises every further try of it."""

    idempotency_key: str
    body: bytes
    operations: frozenset[Operation] = frozenset()  # of the changes in it


def single(change: Change, relay: Relay) -> Message:
    """Return the request for one change (mode "each")."""
    content = _content(change, relay)
    return Message(content["id"], exact_json.dumps(content).encode(), _ALONE[change.operation])


def batch(changes: Sequence[Change], relay: Relay) -> Message:
    """Return the request for several changes (mode "batch"); its key is that of exactly these changes."""
    contents = [_content(change, relay) for change in changes]
    body = exact_json.dumps({"relay": relay.name, "changes": contents})
    return Message(
        digest("\n".join(content["id"] for content in contents)),
        body.encode(),
        frozenset(change.operation for change in changes),
    )


def idempotency_key(change: Change, relay: Relay) -> str:
    """Return the key of this version of the row: the same for every later try, by anyone."""
    return digest(exact_json.dumps([relay.name, relay.epoch, change.key_text, change.version]))


def _content(change: Change, relay: Relay) -> dict[str, Any]:
    if relay.of_results:
        return result_content(change, relay)
    return {
        "id": idempotency_key(change, relay),
        "relay": relay.name,
        "operation": change.operation.value,
        **({"epoch": relay.epoch} if relay.epoch else {}),
        "version": change.version,
        "key": {relay.rename.get(name, name): value for name, value in change.key.items()},
        "data": None if change.row is None else _data(change.row, relay),
    }


def _data(row: Row, relay: Relay) -> dict[str, Any]:
    columns = relay.send or row.keys()
    return {
        relay.rename.get(name, name): masked(row[name], relay.mask[name], relay.mask_key)
        if name in relay.mask
        else row[name]
        for name in columns
    }


def masked(value: Any, mask: Mask, key: str = "") -> Any:
    """Return what the endpoint sees instead of the value; `key` is the secret of an HMAC."""
    if value is None:
        return None
    text = value if isinstance(value, str) else exact_json.dumps(value)
    match mask:
        case Mask.REDACT:
            return "***"
        case Mask.LAST4:
            return "***" + (text[-4:] if len(text) > 4 else "")
        case Mask.SHA256:
            return hashlib.sha256(text.encode(errors="surrogatepass")).hexdigest()
        case Mask.HMAC:
            return hmac.digest(key.encode(), text.encode(errors="surrogatepass"), "sha256").hex()
