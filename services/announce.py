"""Has people told: enters the notice in SQL Server, where the watchdog looks after it, and starts whoever sends it."""

import json
import logging
from collections.abc import Sequence
from dataclasses import replace

from relay.notification.names import NOTIFY_CHANNEL, channel_instance
from relay.notification.notice import News, Notice, Telling
from relay.notification.words import Occasion
from services.app_outside import AppOutside

_log = logging.getLogger(__name__)


async def announce(news: News, app: AppOutside) -> str:
    """Have people told of a relay's news, each channel once; return the notice's id. Nobody waits for a channel here.

    Raises DatabaseError: then nobody is told, and it may be asked again.
    """
    if news.occasion is Occasion.DEAD_LETTERS:
        return await _announce_dead_letters(news, app)
    telling = Telling.of(news, app.settings)
    await announce_telling(telling, app)
    return telling.id


async def announce_telling(telling: Telling, app: AppOutside) -> None:
    """Enter a notice, then start whoever sends it. Raises DatabaseError."""
    [waiting] = await app.ask("notification/enter", **telling.values())
    await _start(telling, [row["channel"] for row in waiting], app)


async def _announce_dead_letters(news: News, app: AppOutside) -> str:
    """Tell of the dead letters that nobody was told of; that they are told of is written down together with the notice.

    The last of them is part of the notice's id: asked again, there is nothing left to tell, or others.
    """
    [untold] = await app.ask("notification/untold", relay=news.relay)
    ids = [row["id"] for row in untold]
    counted = replace(news, dead_letters=len(ids), mark=f"{news.mark}{max(ids, default=0)}")
    telling = Telling.of(counted, app.settings)
    if ids:
        [waiting] = await app.ask(
            "notification/enter_dead_letters", relay=news.relay, ids=json.dumps(ids), **telling.values()
        )
        await _start(telling, [row["channel"] for row in waiting], app)
    return telling.id


async def _start(telling: Telling, channels: Sequence[str], app: AppOutside) -> None:
    """Start what was never started; what has ended unasked is the watchdog's, which counts."""
    try:
        for channel in channels:
            instance_id = channel_instance(telling.id, channel)
            if await app.instances.look(instance_id) is None:
                request = notice_request(telling.notice, telling.id, channel)
                await app.instances.start_unless_running(NOTIFY_CHANNEL, instance_id, request)
    except Exception:  # noqa: BLE001 - the SDK raises whatever it likes
        _log.warning("The notice %s could not be started; the watchdog will", telling.id, exc_info=True)


def notice_request(notice: Notice, notice_id: str, channel: str) -> dict[str, object]:
    """Return the input of the orchestration that sends a notice to one channel."""
    return {"notice": notice.to_dict(), "channel": channel, "id": notice_id}
