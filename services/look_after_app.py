"""What the watchdog looks after beyond single relays: whose the task hub is, relays that have left relays.toml, and what else there is."""

import json
import logging
from dataclasses import dataclass

from relay.config.values import Settings
from relay.hub.owner import anothers, notice_of_anothers
from relay.notification.notice import News, Telling
from relay.notification.words import Occasion
from services.announce import announce
from services.app_outside import AppOutside
from services.look_after_notices import send_waiting_notices

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class InUse:
    """Which of the things that an app need not use there is at the moment; of what is not there nobody asks any further."""

    locks: bool = True
    executions: bool = True
    mailings: bool = True


async def hub_is_ours(app: AppOutside) -> bool:
    """Claim the task hub; if it is another app's, tell people, once, and not over the hub. Raises DatabaseError."""
    name = app.settings.app
    owner = await app.instances.claim_hub(name)
    if owner in {"", name}:
        await app.ask("hub/ours")
        return True
    _log.error("%s", anothers(name, owner))
    await app.threads.run(_tell_of_hub, owner, app)
    return False


def _tell_of_hub(owner: str, app: AppOutside) -> None:
    settings = app.settings
    [[known]] = app.tables.ask("hub/anothers", owner=owner)
    notice = notice_of_anothers(settings.app, owner, f"{known['since']}Z", settings.public_url)
    telling = Telling(notice, notice.instance_id(), [channel.name for channel in settings.channels])
    app.tables.ask("notification/enter", **telling.values())
    send_waiting_notices(app)


async def look_after_app(app: AppOutside) -> InUse:
    """Tell people of relays that have left relays.toml while changes of theirs were open, once; return what else there is to look after.

    Raises DatabaseError.
    """
    _, removed, [in_use] = await app.ask("guard/app", relays=names_of(app.settings))
    for row in removed:
        news = News(occasion=Occasion.REMOVED, relay=row["relay"], since=f"{row['since']}Z", changes=row["open"])
        await announce(news, app)
    return InUse(**{name: bool(in_use[name]) for name in ("locks", "executions", "mailings")})


def names_of(settings: Settings) -> str:
    """Return the names of all relays as JSON."""
    return json.dumps([relay.name for relay in settings.relays])
