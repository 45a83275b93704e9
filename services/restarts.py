"""How often an instance was started anew at a mark of its work: written down, so that it is done ever less often."""

from relay.instances import Instance
from relay.work.values import Restarts
from services.app_outside import AppOutside


async def restarts_of(instance: str, mark: str, app: AppOutside) -> Restarts:
    """Return how often since its work came further. Raises DatabaseError."""
    [found] = await app.ask("work/restarts", instance=instance, mark=mark)
    if not found:
        return Restarts()
    row = found[0]
    return Restarts(
        count=row["restarts"], since=f"{row['since']}Z", seconds_ago=row["ago_ms"] / 1000, error=row["error"]
    )


async def write_restart(instance: str, mark: str, before: Restarts, reason: str, app: AppOutside) -> None:
    """Write down one more. Raises DatabaseError."""
    await app.ask("work/restarted", instance=instance, mark=mark, restarts=before.count + 1, error=reason)


def why_it_ended(found: Instance | None) -> str:
    """Return what an instance ended with, in a line."""
    if found is None:
        return "there is no such instance"
    return (found.error.partition("\n")[0] or f"it is {found.status}")[:500]
