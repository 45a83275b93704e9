"""Sees that locks are passed on at which nobody works any more, and that orchestrations hear of what is offered to them."""

from services.app_outside import AppOutside
from services.locks import hints_of, pass_on, tell

MOST_AT_A_LOOK = 100


async def look_after_locks(app: AppOutside) -> None:
    """Pass on what is over, then tell whoever has an offer, also if he was told before. Raises DatabaseError."""
    [over] = await app.ask("locks/over", limit=MOST_AT_A_LOOK)
    for row in over:
        await app.threads.run(pass_on, app.tables, row["name"])
    [offered] = await app.ask("locks/offered", limit=MOST_AT_A_LOOK)
    await tell(hints_of(offered), app.instances)
