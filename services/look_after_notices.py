"""Sees that notices come through: whoever sends one is started anew, channels that do not take them are told, old ones forgotten."""

import json
import logging
from collections.abc import Mapping, Sequence
from typing import Any

from relay.config.values import Settings
from relay.instances import Instance
from relay.notification.decisions import IN_VAIN, tried
from relay.notification.names import NOTIFY_CHANNEL, channel_instance
from relay.notification.notice import Notice, Telling
from relay.notification.words import Occasion
from relay.ports import Tables
from relay.work.values import Work
from services.announce import announce_telling, notice_request
from services.app_outside import AppOutside
from services.keep_running import keep_running_from
from services.notify import notify, write_down

MOST_AT_A_LOOK = 50
KEPT_DAYS = 7  # what has ended, in SQL Server and in the task hub
_ABOUT_NOTICES = frozenset({Occasion.CHANNEL, Occasion.STUCK})  # nobody is told that people cannot be told of them

_log = logging.getLogger(__name__)


async def look_after_notices(app: AppOutside) -> None:
    """See to all of it, some at a time. Raises DatabaseError, and what the SDK raises."""
    [due] = await app.ask("notification/due", limit=MOST_AT_A_LOOK)
    for row in due:
        work = _work(row)
        found = await app.instances.look(work.instance_id)
        if not await _was_sent_elsewhere(row, found, app):
            await keep_running_from(found, work, app)
    await _tell_of_channels(app)
    await _forget_old_ones(app)


def send_waiting_notices(app: AppOutside) -> None:
    """Send what is due to its channels at once, where nothing durable may be started. Raises DatabaseError."""
    [due] = app.tables.ask("notification/due", limit=MOST_AT_A_LOOK)
    for row in due:
        notice = Notice.from_dict(json.loads(row["facts"]))
        notify(row["channel"], notice, row["notice"], app.settings, app.tables, app.channels)


async def _was_sent_elsewhere(row: Mapping[str, Any], found: Instance | None, app: AppOutside) -> bool:
    """Tell whether its instance has ended without a word in SQL Server, as one does of which a release before 0.3 beside this one
    did steps; then write down what it returned."""
    result = found.result if found else None
    if not isinstance(result, dict) or "sent" not in result:
        return False
    after = tried(row["tries"] + 1, {} if result["sent"] else {"refused": result["reason"]})
    await app.threads.run(write_down, after, row["notice"], row["channel"], app.tables)
    return True


def _work(row: Mapping[str, Any]) -> Work:
    notice = Notice.from_dict(json.loads(row["facts"]))
    return Work(
        orchestration=NOTIFY_CHANNEL,
        instance_id=channel_instance(row["notice"], row["channel"]),
        request=notice_request(notice, row["notice"], row["channel"]),
        relay=notice.relay,
        mark=str(row["tries"]),
        quiet_seconds=row["late_ms"] / 1000,
        can_be_woken=False,
        tells_if_stuck=notice.occasion not in _ABOUT_NOTICES,
    )


def channels_in_trouble(settings: Settings, tables: Tables) -> Sequence[Mapping[str, Any]]:
    """Return the channels of relays.toml that take no notices: waiting, lost, lost_since, error. Raises DatabaseError."""
    [found] = tables.ask("notification/channels", tries=IN_VAIN)
    configured = {channel.name for channel in settings.channels}
    return [row for row in found if row["channel"] in configured]


def trouble_of(row: Mapping[str, Any]) -> str:
    """Return what is wrong with a channel, in a sentence."""
    return f"It has not taken {row['lost']} notices, and {row['waiting']} wait; the last answer: {row['error']}."


async def _tell_of_channels(app: AppOutside) -> None:
    """Tell people over the others of a channel that has lost a notice, once until it takes one again."""
    for row in await app.threads.run(channels_in_trouble, app.settings, app.tables):
        others = [channel.name for channel in app.settings.channels if channel.name != row["channel"]]
        if row["lost"] and others:
            notice = _notice_of_channel(row, app)
            await announce_telling(Telling(notice, notice.instance_id(), others), app)


def _notice_of_channel(row: Mapping[str, Any], app: AppOutside) -> Notice:
    return Notice(
        occasion=Occasion.CHANNEL,
        app=app.settings.app,
        relay=f"channel {row['channel']}",
        since=f"{row['lost_since']}Z",
        rounds=0,
        changes=0,
        last_error=trouble_of(row),
        act_url=f"{app.settings.public_url}/health",
    )


async def _forget_old_ones(app: AppOutside) -> None:
    """Purge some notices that ended days ago: first what Durable keeps of them, then the row that names it."""
    [old] = await app.ask("notification/old", days=KEPT_DAYS, limit=MOST_AT_A_LOOK)
    for row in old:
        instance_id = channel_instance(row["notice"], row["channel"])
        await app.instances.purge(instance_id)
        await app.ask("notification/forget", notice=row["notice"], channel=row["channel"], instance=instance_id)
