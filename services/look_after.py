"""Looks after every relay: what works for it, and what it needs."""

from collections.abc import Awaitable, Callable, Sequence

from relay.backfill.work import backfill_work
from relay.dead_letters.names import replay_instance
from relay.dead_letters.work import replay_work
from relay.notification.words import Occasion
from relay.recovery.situation import Situation
from relay.recovery.watchdog import recovery_work
from relay.work.decisions import Action
from services.announce import announce
from services.app_outside import AppOutside
from services.keep_running import keep_running, keep_running_from
from services.outside import Outside
from services.replay import catch_up
from services.seen_to import seen_to

Look = Callable[[Outside, AppOutside], Awaitable[object]]


async def look_after_all(
    outside: Callable[[str], Outside], app: AppOutside, looks: Sequence[Look], *, turn: int = 0
) -> None:
    """Look after every relay in every way; whatever goes wrong with one is logged and keeps no other waiting.

    A round may be cut off: with each turn another relay comes first. Raises DatabaseError if nobody answers; the relays share
    their database.
    """
    relays = app.settings.relays
    first = turn % len(relays)
    for relay in (*relays[first:], *relays[:first]):
        for look in looks:
            await _look(look, relay.name, outside, app)


async def _look(look: Look, relay: str, outside: Callable[[str], Outside], app: AppOutside) -> None:
    await seen_to(f"relay {relay}", lambda: look(outside(relay), app))


async def look_after_recovery(outside: Outside, app: AppOutside) -> None:
    """See what is not settled, then see that somebody cares for it; raises RelayError."""
    situation = await outside.threads.run(outside.recoveries.take_stock)
    await look_after(outside.relay.name, situation, app)


async def look_after(relay: str, situation: Situation, app: AppOutside) -> Action:
    """Do what the relay's recovery needs; return what was done."""
    if situation.over and not situation.since:
        return Action.NOTHING
    action = await keep_running(recovery_work(situation, app.settings.app, relay), app)
    if action is Action.TELL:
        await announce(situation.news(relay, Occasion.SUSPENDED), app)
    return action


async def look_after_backfill(outside: Outside, app: AppOutside) -> None:
    """See that a backfill that is under way is done by somebody; raises RelayError."""
    backfill = await outside.threads.run(outside.backfills.state)
    if backfill is not None and (work := backfill_work(backfill, outside.app, outside.relay.name)):
        await keep_running(work, app)


async def look_after_replay(outside: Outside, app: AppOutside) -> None:
    """See that a replay that is under way is done by somebody; raises RelayError."""
    order = await outside.threads.run(outside.replays.state)
    if order is None or not order.under_way:
        return
    found = await app.instances.look(replay_instance(outside.app, outside.relay.name))
    order = await catch_up(order, found, outside)
    if order is not None and (work := replay_work(order, outside.app)):
        await keep_running_from(found, work, app)
