"""What starts things: one SQL trigger function per relay, the watchdog's timer, HTTP routes."""

from triggers import watchdog
from triggers.http import backfill, dead_letters, orchestrators, recovery, relays, replay

MODULES = (watchdog, relays, recovery, dead_letters, replay, backfill, orchestrators)
