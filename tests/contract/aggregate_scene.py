"""An aggregate over a table of its own in a database, with the test as its trigger, and an endpoint that keeps the picture."""

import json
from decimal import Decimal
from typing import Any

from adapters.sql_server.aggregate_endpoint import AggregateEndpoint
from adapters.sql_server.aggregates import SqlAggregate
from adapters.sql_server.backfill import SqlBackfills
from adapters.sql_server.changes import SqlChanges
from adapters.sql_server.enable import enable
from adapters.sql_server.table import RelayTable, describe
from adapters.sql_server.tables import SqlTables
from relay.backfill.values import BackfillOrder
from relay.changes.enriched import Enriched
from relay.config.values import Relay
from relay.delivery.messages import Message
from relay.delivery.outcomes import Delivered, Outcome
from services.aggregates import recompute
from services.backfill import send_pages
from services.deliver import deliver
from services.outside import Outside
from tests.contract.leases import APP, start_trigger
from tests.fakes import FakeClock, an_outside
from tests.sql_client import SqlServer
from workflows.aggregates.values import Aggregate


class Picture:
    """Satisfies relay.ports.Endpoint: of each group the result with the highest revision, whatever comes when."""

    def __init__(self) -> None:
        self.bodies: list[dict[str, Any]] = []
        self.answer: Outcome = Delivered(200)

    def send(self, message: Message, *, timeout_seconds: float) -> Outcome:
        del timeout_seconds
        if isinstance(self.answer, Delivered):
            self.bodies.append({**json.loads(message.body, parse_float=Decimal), "key": message.idempotency_key})
        return self.answer

    def groups(self) -> dict[tuple[Any, ...], dict[str, Any]]:
        """The measures of the groups that have rows."""
        latest: dict[str, dict[str, Any]] = {}
        for body in self.bodies:
            group = json.dumps(body["group"])
            if group not in latest or latest[group]["revision"] < body["revision"]:
                latest[group] = body
        return {tuple(body["group"].values()): body["measures"] for body in latest.values() if "empty" not in body}


class AggregateScene:
    """`server` sets the scene, `app_server` is the app's."""

    def __init__(self, server: SqlServer, app_server: SqlServer, aggregate: Aggregate, columns: str) -> None:
        self.server = server
        self.aggregate = aggregate
        self.rows, self.results = aggregate.relays(APP)
        server.run(f"CREATE TABLE {aggregate.table} ({columns})")
        list(enable(app_server, APP, [self.rows, self.results]))
        for relay in (self.rows, self.results):
            start_trigger(server, relay, describe(app_server, relay.table))
        self.picture = Picture()
        self.work_as(app_server)
        self.define(aggregate)
        self._seen = {self.rows.name: self.version, self.results.name: self.version}

    def work_as(self, app_server: SqlServer) -> None:
        """Let the app be this client from now on."""
        self.store = SqlAggregate(app_server, APP, self.aggregate)
        self.tables = SqlTables(app_server, APP)
        self.of_rows = self._outside(app_server, self.rows, AggregateEndpoint(self.store))
        self.of_results = self._outside(app_server, self.results, self.picture)

    @staticmethod
    def _outside(app_server: SqlServer, relay: Relay, endpoint: Any) -> Outside:
        table = RelayTable(app_server, APP, relay)
        return an_outside(relay, changes=SqlChanges(table), endpoint=endpoint, backfills=SqlBackfills(table))

    def run(self, sql: str, *parameters: Any) -> list[list[Any]]:
        return self.server.run(sql.replace("{t}", str(self.aggregate.table)), *parameters)

    @property
    def version(self) -> int:
        return int(self.server.run("SELECT CHANGE_TRACKING_CURRENT_VERSION()")[0][0][0])

    def take_up(self) -> int:
        """Do what the trigger of the table's relay does with all changes since the last time."""
        return self._take_up(self.of_rows)

    def deliver(self) -> int:
        """Do what the trigger of the results' relay does."""
        return self._take_up(self.of_results)

    def _take_up(self, outside: Outside) -> int:
        relay, until = outside.relay, self.version
        keys = describe(self.server, relay.table).key
        names = ", ".join(f"c.[{column.name}]" for column in keys)
        [found] = self.server.run(
            f"SELECT {names} FROM CHANGETABLE(CHANGES {relay.table}, {self._seen[relay.name]}) AS c"
        )
        self._seen[relay.name] = until
        changes: Enriched = outside.changes.enrich_exactly([list(key) for key in found])
        return deliver(changes, outside).settlement.delivered

    def compute(self) -> dict[str, Any]:
        return recompute(self.store, FakeClock())

    def rest(self) -> None:
        """Let everything come through that is under way."""
        self.take_up()
        while "wait_seconds" in self.compute():
            pass
        self.deliver()

    def define(self, aggregate: Aggregate) -> None:
        told = {"group_by": aggregate.group_text, "fingerprint": aggregate.fingerprint}
        self.tables.ask("aggregate/defined", aggregate=aggregate.name, **told)

    def begin_backfill(self) -> bool:
        return self.of_rows.backfills.begin(BackfillOrder())

    def look_through(self) -> None:
        """Look all rows through, as the backfill's worker does."""
        while not send_pages(self.of_rows).over:
            pass

    def stands(self) -> dict[str, Any]:
        asked = json.dumps([{"name": self.aggregate.name, "rows": self.rows.name}])
        [[row]] = self.tables.ask("aggregate/look", aggregates=asked)
        return dict(row)
