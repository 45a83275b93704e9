"""The owner of a task hub, as an entity in it names him: who comes first. What is said to people when it is somebody else."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from relay.notification.notice import Notice
from relay.notification.words import Occasion
from relay.wire import known

# The entity's name and key: part of what stands in the hub, so they stay.
HUB = "hub"
OWNER = "owner"


@dataclass(frozen=True, slots=True, kw_only=True)
class Owner:
    """Who owns the hub; `app` empty: nobody yet."""

    app: str = ""

    def to_dict(self) -> dict[str, Any]:
        """Return it as JSON has it."""
        return {"app": self.app}

    @classmethod
    def from_dict(cls, stored: Mapping[str, Any] | None) -> "Owner":
        """Read it back; nothing is stored of a hub that nobody has claimed."""
        return cls(**known(cls, stored or {}))

    def claimed_by(self, app: str) -> "Owner":
        """Return the owner after a claim: the first one stays."""
        return self if self.app else Owner(app=app)


def anothers(app: str, owner: str) -> str:
    """Return what is wrong if the hub is another app's, and what to do."""
    return (
        f"The task hub of app {app} belongs to app {owner}: changes are delivered, but nothing is retried, backfilled, replayed or told from "
        "here. Give this app a hub of its own in AzureFunctionsJobHost__extensions__durableTask__hubName; if it has got the other's "
        "place, docs/moving.md says how the hub changes hands."
    )


def notice_of_anothers(app: str, owner: str, since: str, public_url: str) -> Notice:
    """Return what people are told."""
    return Notice(
        occasion=Occasion.ANOTHERS_HUB,
        app=app,
        relay="every relay",
        since=since,
        rounds=0,
        changes=0,
        last_error=anothers(app, owner),
        act_url=f"{public_url}/health",
    )
