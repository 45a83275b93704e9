"""Counts a relay's heartbeat, and has people told when it is time."""

from workflows.heartbeat.values import is_news

from relay.config.values import Settings
from relay.instances import Instances
from relay.notification.notice import News
from relay.notification.words import Occasion
from relay.ports import Tables
from services.announce import announce


async def beat(relay: str, after: int, tables: Tables, settings: Settings, instances: Instances) -> int:
    """Count one; return how many there were."""
    [[row]] = tables.ask("heartbeat/beat", relay=relay)
    beats = int(row["beats"])
    if is_news(beats, after):
        await announce(
            News(occasion=Occasion.HEARTBEAT, relay=relay, since=row["since"], rounds=beats), settings, instances
        )
    return beats
