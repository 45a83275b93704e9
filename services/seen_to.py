"""Looks after one of many things: whatever goes wrong with it is logged, and keeps no other waiting."""

import logging
from collections.abc import Awaitable, Callable

from relay.errors import DatabaseError, RelayError

_log = logging.getLogger(__name__)


async def seen_to(what: str, look: Callable[[], Awaitable[object]]) -> object:
    """Look; return what came of it, None if that could not be done. Raises DatabaseError if nobody answers: then the round is over."""
    try:
        return await look()
    except RelayError as error:
        if isinstance(error, DatabaseError) and error.nobody_answers:
            raise
        _log.warning("The watchdog could not look after %s: %s", what, error)
    except Exception:  # noqa: BLE001 - what the SDK raises has no type of its own
        _log.warning("The watchdog could not look after %s", what, exc_info=True)
    return None
