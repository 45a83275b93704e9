"""Ends a recovery: with it the good news is entered, so that no crash comes between."""

from relay.config.values import Settings
from relay.notification.notice import Telling
from relay.notification.words import Occasion
from relay.recovery.situation import Round
from services.outside import Outside


def close_recovery(outside: Outside, settings: Settings) -> bool:
    """End the recovery if nothing is open; tell whether it is over, also if it was before. Raises DatabaseError."""
    situation = outside.recoveries.peek()
    if not situation.told_of_trouble:
        return outside.recoveries.close()
    news = situation.news(outside.relay.name, Occasion.RECOVERED, Round())
    return outside.recoveries.close(Telling.of(news, settings))
