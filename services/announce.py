"""Has people told: starts the notification of the news of a relay, unless it was started before."""

from relay.config.values import Settings
from relay.instances import Instances
from relay.notification.names import NOTIFICATION
from relay.notification.notice import News, Notice


async def announce(news: News, settings: Settings, instances: Instances) -> str:
    """Start the notification unless it was started before; return its instance id. Nobody waits for a channel here."""
    notice = Notice.of(news, settings.app, settings.public_url)
    instance_id = notice.instance_id(news.mark)
    if not await instances.look(instance_id):
        channels = [channel.name for channel in settings.channels if channel.concerns(news.relay)]
        await instances.start(NOTIFICATION, {"notice": notice.to_dict(), "channels": channels}, instance_id)
    return instance_id
