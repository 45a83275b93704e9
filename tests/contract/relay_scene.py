"""One relayed table with its trigger's tables, for the contract tests of the app's SQL."""

from typing import Any

from adapters.change_source import SqlChangeSource
from adapters.enable_change_tracking import enable
from adapters.recovery_store import SqlRecoveryStore
from adapters.relay_table import describe
from adapters.sql_server import SqlServer
from relay.changes import Change
from relay.config import Relay
from relay.settlement import Closing, Failure, Settlement
from tests.contract.leases import APP, lease_everything, start_trigger


class Scene:
    """`server` sets the scene, `app_server` is the app's."""

    def __init__(self, server: SqlServer, app_server: SqlServer, relay: Relay, columns: str) -> None:
        self.server = server
        self.app_server = app_server
        self.relay = relay
        server.run(f"CREATE TABLE {relay.table} ({columns})")
        self.told = list(enable(app_server, [relay]))
        self.table = describe(app_server, relay.table)
        start_trigger(server, relay, self.table)
        self.source = SqlChangeSource(app_server, APP, relay)
        self.store = SqlRecoveryStore(app_server, APP, relay)

    def run(self, sql: str, *parameters: Any) -> None:
        self.server.run(sql.replace("{t}", str(self.relay.table)), *parameters)

    def lease(self, attempt: int = 1) -> None:
        lease_everything(self.server, self.relay, self.table, attempt=attempt)

    def enrich(self, *keys: Any, name: str = "Id") -> list[Change]:
        return list(self.source.enrich([{name: key} for key in keys]))

    def settle(self, closings: list[Closing] | None = None, failures: list[Failure] | None = None) -> None:
        self.source.settle(Settlement(0, 0, 0, 0, closings or [], failures or []))

    def ledger(self) -> list[tuple[Any, ...]]:
        [rows] = self.server.run(
            "SELECT KeyText, Version, State, Attempts, LastStatus, LastError, Problem FROM relay.Ledger "
            "WHERE App = ? AND Relay = ? ORDER BY KeyText",
            APP,
            self.relay.name,
        )
        return [tuple(row) for row in rows]
