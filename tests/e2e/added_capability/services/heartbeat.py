"""Counts a relay's heartbeat, and has people told when it is time."""

from workflows.heartbeat.values import is_news

from relay.notification.notice import News
from relay.notification.words import Occasion
from services.announce import announce
from services.app_outside import AppOutside


async def beat(relay: str, after: int, app: AppOutside) -> int:
    """Count one; return how many there were."""
    [[row]] = await app.ask("heartbeat/beat", relay=relay)
    beats = int(row["beats"])
    if is_news(beats, after):
        await announce(News(occasion=Occasion.HEARTBEAT, relay=relay, since=row["since"], rounds=beats), app)
    return beats
