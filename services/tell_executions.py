"""Tells an execution again of what it may not have heard of: who stored an event, or ended the last branch, may have died before he told it."""

import json
import logging
from collections.abc import Mapping
from typing import Any

from services.app_outside import AppOutside
from workflows.execution.names import event_name, execution_instance
from workflows.machines.checkpoint import Checkpoint
from workflows.machines.names import awaited_events, children_event

_MOST_NAMES = 100  # of events at a time

_log = logging.getLogger(__name__)


async def tell_again(row: Mapping[str, Any], app: AppOutside) -> list[str]:
    """Raise the events at an execution whose orchestration is there; return their names. Raises DatabaseError.

    One more is no harm: it says no more than that there is something to be found.
    """
    events, places, standing = await app.ask(
        "execution/unheard", execution=row["id"], epoch=row["epoch"], limit=_MOST_NAMES
    )
    unheard = {event["name"] for event in events} | {children_event(each["place"]) for each in places}
    if unheard and standing:  # a definition's says what it waits for; the places it has left stay over for ever
        unheard &= awaited_events(Checkpoint.from_dict(json.loads(standing[0]["position"])).position)
    names = sorted(unheard)
    for name in names:
        try:
            await app.instances.tell(execution_instance(row["id"], row["epoch"]), event_name(name))
        except Exception:  # noqa: BLE001 - the SDK raises whatever it likes
            _log.warning(
                "Execution %s could not be told again of %s; the next look does", row["id"], name, exc_info=True
            )
    return names
