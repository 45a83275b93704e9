"""Lets the trigger's used-up lease rows of settled keys go: it ignores whatever comes after them."""

import logging
from collections.abc import Iterable

from adapters.sql_server.table import RelayTable
from relay import exact_json
from relay.errors import DatabaseError

_log = logging.getLogger(__name__)


def let_leases_go(table: RelayTable, settled: Iterable[tuple[str, int]]) -> None:
    """Try it for keys, by their texts, that are settled up to a version. That the trigger's lock is not to be had is no failure: the next look lets them go."""
    keys = [{"k": key_text, "v": version} for key_text, version in settled]
    if not keys:
        return
    try:
        table.ask("changes/let_leases_go", keys=exact_json.dumps(keys))
    except DatabaseError as error:
        _log.warning("Relay %s: used-up leases of settled changes stay for now: %s", table.relay.name, error)
