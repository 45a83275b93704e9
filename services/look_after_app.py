"""What the watchdog looks after beyond single relays: whose the task hub is, and relays that have left relays.toml."""

import json
import logging

from relay.config.values import Settings
from relay.hub.owner import anothers, notice_of_anothers
from relay.instances import Instances
from relay.notification.notice import News
from relay.notification.words import Occasion
from relay.ports import Channels, Tables, Threads
from services.announce import announce
from services.notify import notify

_log = logging.getLogger(__name__)


async def hub_is_ours(
    settings: Settings, instances: Instances, tables: Tables, channels: Channels, threads: Threads
) -> bool:
    """Claim the task hub; if it is another app's, tell people, once, and not over the hub. Raises DatabaseError."""
    owner = await instances.claim_hub(settings.app)
    if owner in {"", settings.app}:
        await threads.run(tables.ask, "hub/ours")
        return True
    _log.error("%s", anothers(settings.app, owner))
    await threads.run(_tell_of_hub, owner, settings, tables, channels)
    return False


def _tell_of_hub(owner: str, settings: Settings, tables: Tables, channels: Channels) -> None:
    [[known]] = tables.ask("hub/anothers", owner=owner)
    if known["told"]:
        return
    notice = notice_of_anothers(settings.app, owner, f"{known['since']}Z", settings.public_url)
    answers = [notify(channel, notice, notice.instance_id(), channels) for channel in settings.channels]
    if not any("retry" in answer for answer in answers):
        tables.ask("hub/told")


async def tell_of_removed_relays(settings: Settings, instances: Instances, tables: Tables, threads: Threads) -> None:
    """Tell people of relays that have left relays.toml while changes of theirs were open, once. Raises DatabaseError."""
    _, removed = await threads.run(lambda: tables.ask("guard/app", relays=names_of(settings)))
    for row in removed:
        news = News(occasion=Occasion.REMOVED, relay=row["relay"], since=f"{row['since']}Z", changes=row["open"])
        await announce(news, settings, instances)


def names_of(settings: Settings) -> str:
    """Return the names of all relays as JSON."""
    return json.dumps([relay.name for relay in settings.relays])
