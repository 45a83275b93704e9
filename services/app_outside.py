"""Everything that an app has outside beyond its relays, handed to whatever works for it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from relay.config.values import Settings
from relay.instances import Instances
from relay.ports import Channels, Clock, Tables, Threads


@dataclass(frozen=True, slots=True, kw_only=True)
class AppOutside:
    """An app, and its seams."""

    settings: Settings
    instances: Instances
    tables: Tables
    channels: Channels
    clock: Clock
    threads: Threads

    async def ask(self, statement: str, **values: Any) -> Sequence[Sequence[Mapping[str, Any]]]:
        """Run a statement over the app's own tables, off the event loop. Raises DatabaseError."""
        return await self.threads.run(lambda: self.tables.ask(statement, **values))
