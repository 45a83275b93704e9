"""An app with one SQL trigger, which notes what it gets."""

import json
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field

import azure.functions as func

from functions_standin.testing.simulation import SimulatedHost, Simulation
from functions_standin.worker.loading import AppFunction, index


@dataclass
class App:
    """A function on dbo.`table` that notes what it gets and when, and then does what `works` does."""

    simulation: Simulation
    ado_net: str
    table: str = "Orders"
    calls: list[tuple[float, list[int]]] = field(default_factory=list)
    works: Callable[[list[int]], Awaitable[None]] | None = None

    def functions(self) -> list[AppFunction]:
        app = func.FunctionApp()

        @app.sql_trigger(arg_name="changes", table_name=f"dbo.{self.table}", connection_string_setting="Sql")
        async def changed(changes: str) -> None:
            ids = [change["Item"]["Id"] for change in json.loads(changes)]
            self.calls.append((self.simulation.loop.time(), ids))
            if self.works is not None:
                await self.works(ids)

        return index(app)

    async def start(self, name: str = "host") -> SimulatedHost:
        environment = {"Sql": self.ado_net, "WEBSITE_SITE_NAME": "simulated"}
        return await self.simulation.start_host(self.functions(), name=name, environment=environment)

    @property
    def delivered(self) -> list[int]:
        return [each for _, ids in self.calls for each in ids]
