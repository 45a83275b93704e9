"""Verbs of trouble around the app: endpoints that are unwell, a database or a storage that nobody reaches."""

import asyncio
from collections.abc import Callable, Mapping

from tests.simulation.endpoint import Weather
from tests.simulation.stage import PEOPLE, Stage, Verb


class Outages:
    """Each lasts for some time, and ends with all trouble at the latest."""

    def __init__(self, stage: Stage, restart_missing: Callable[[], None]) -> None:
        self._stage = stage
        self._restart_missing = restart_missing  # hosts that end without their storage

    @property
    def verbs(self) -> Mapping[str, Verb]:
        return {
            "weather": self.weather,
            "database_away": self.database_away,
            "storage_away": self.storage_away,
            "database_clock_jumps": self.database_clock_jumps,
        }

    def weather(self, relay: str, kind: str, lasts_seconds: float, retry_after: str | None = None) -> None:
        """Let an endpoint be unwell."""
        stage = self._stage
        stage.hits[f"weather {kind}"] += 1
        if retry_after is not None:
            stage.hits[f"retry-after {retry_after}"] += 1
        if relay == PEOPLE:
            stage.oracle.channel_away_seconds += lasts_seconds
        stage.endpoints[relay].change(Weather(kind, stage.now() + lasts_seconds, retry_after))

    async def database_away(self, lasts_seconds: float) -> None:
        """Let nobody into the database for some time."""
        sql = self._stage.world.sql
        self._stage.oracle.crashes(lasts_seconds)
        sql.is_away = True
        await asyncio.sleep(lasts_seconds)
        sql.is_away = False

    async def storage_away(self, lasts_seconds: float) -> None:
        """Let no host reach the storage for some time."""
        hosts = self._stage.world.simulation.hosts
        self._stage.oracle.crashes(lasts_seconds)
        for host in hosts.values():
            host.reaches_storage = False
        await asyncio.sleep(lasts_seconds)
        for host in hosts.values():
            host.reaches_storage = True
        self._restart_missing()

    def database_clock_jumps(self, ahead_seconds: float) -> None:
        """Set the database's clock forward, or back by less than zero: windows, pauses and intervals end earlier or later by so much."""
        self._stage.world.sql.set_clock(ahead_seconds)
        self._stage.oracle.clock_jumps(ahead_seconds)

    def heal(self) -> None:
        """End all of it."""
        stage = self._stage
        if stage.world.sql.is_away:
            stage.world.sql.is_away = False
        for endpoint in stage.endpoints.values():
            endpoint.heal()
        for host in stage.world.simulation.hosts.values():
            host.reaches_storage = True
