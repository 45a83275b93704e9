"""One relayed table with its trigger's tables, for the contract tests of the app's SQL."""

from typing import Any

from adapters.sql_server.changes import SqlChanges
from adapters.sql_server.enable import enable
from adapters.sql_server.recovery import SqlRecoveries
from adapters.sql_server.table import RelayTable, describe
from relay.changes.change import Change
from relay.changes.entry import EntryState
from relay.config.values import Relay
from relay.delivery.settlement import Closing, Failure, Settlement
from tests.contract.leases import APP, lease_everything, start_trigger
from tests.sql_client import SqlServer


class Scene:
    """`server` sets the scene, `app_server` is the app's."""

    def __init__(self, server: SqlServer, app_server: SqlServer, relay: Relay, columns: str) -> None:
        self.server = server
        self.app_server = app_server
        self.relay = relay
        server.run(f"CREATE TABLE {relay.table} ({columns})")
        self.told = list(enable(app_server, APP, [relay]))
        self.table = describe(app_server, relay.table)
        start_trigger(server, relay, self.table)
        self.source = SqlChanges(RelayTable(app_server, APP, relay))
        self.store = SqlRecoveries(RelayTable(app_server, APP, relay))

    def run(self, sql: str, *parameters: Any) -> None:
        self.server.run(sql.replace("{t}", str(self.relay.table)), *parameters)

    def lease(self, attempt: int = 1) -> None:
        lease_everything(self.server, self.relay, self.table, attempt=attempt)

    def enrich(self, *keys: Any, name: str = "Id") -> list[Change]:
        return list(self.source.enrich([{name: key} for key in keys]).changes)

    def settle(self, closings: list[Closing] | None = None, failures: list[Failure] | None = None) -> None:
        settled: list[Closing | Failure] = [
            *(closings or []),
            *(f for f in failures or [] if f.state is EntryState.DEAD),
        ]
        self.source.record(
            Settlement(closings=closings or [], failures=failures or [], to_let_go=[s.key_text for s in settled])
        )

    def ledger(self) -> list[tuple[Any, ...]]:
        [rows] = self.server.run(
            "SELECT KeyText, Version, State, Attempts, LastStatus, LastError, Problem FROM relay.Ledger "
            "WHERE App = ? AND Relay = ? ORDER BY KeyText",
            APP,
            self.relay.name,
        )
        return [tuple(row) for row in rows]

    def let_time_pass(self, seconds: int) -> None:
        """Move everything that the ledger remembers into the past."""
        for column in ("NextTryAt", "LastTriedAt", "FirstFailedAt"):
            self.server.run(
                f"UPDATE relay.Ledger SET {column} = DATEADD(second, -{seconds}, {column}) WHERE App = ? AND Relay = ?",
                APP,
                self.relay.name,
            )
