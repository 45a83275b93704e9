"""A stream in a database, with the test as its triggers, its workers, and an endpoint that keeps the picture."""

import json
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

from adapters.sql_server.backfill import SqlBackfills
from adapters.sql_server.changes import SqlChanges
from adapters.sql_server.enable import enable
from adapters.sql_server.table import RelayTable, describe
from adapters.sql_server.tables import SqlTables
from relay.delivery.messages import Message
from relay.delivery.outcomes import Delivered, Outcome
from services.deliver import deliver
from services.streams import Put, put_events, work
from tests.contract.leases import APP, start_trigger
from tests.fakes import FakeClock, an_outside
from tests.sql_client import SqlServer
from workflows.streams.event import events_of
from workflows.streams.values import Stream


class Receiver:
    """Satisfies relay.ports.Endpoint: keeps what it is sent."""

    def __init__(self) -> None:
        self.bodies: list[dict[str, Any]] = []
        self.answer: Outcome = Delivered(200)

    def send(self, message: Message, *, timeout_seconds: float) -> Outcome:
        del timeout_seconds
        if isinstance(self.answer, Delivered):
            self.bodies.append(json.loads(message.body, parse_float=Decimal))
        return self.answer

    def newest(self) -> dict[str, dict[str, Any]]:
        """Of each result its newest revision."""
        found: dict[str, dict[str, Any]] = {}
        for body in self.bodies:
            if body["revision"] > found.get(body["result"], {"revision": 0})["revision"]:
                found[body["result"]] = body
        return found

    def told(self) -> list[dict[str, Any]]:
        """What the results come to that are not withdrawn."""
        return [body for body in self.newest().values() if "empty" not in body]


class StreamScene:
    """`server` sets the scene, `app_server` is the app's."""

    def __init__(self, server: SqlServer, app_server: SqlServer, stream: Stream) -> None:
        self.server = server
        self.stream = stream
        relays = stream.relays(APP)
        list(enable(app_server, APP, relays))
        self.tables = SqlTables(app_server, APP)
        self.receivers = {relay.name: Receiver() for relay in relays}
        self._outsides = []
        for relay in relays:
            table = RelayTable(app_server, APP, relay)
            start_trigger(server, relay, describe(app_server, relay.table))
            self._outsides.append(
                an_outside(
                    relay,
                    changes=SqlChanges(table),
                    endpoint=self.receivers[relay.name],
                    backfills=SqlBackfills(table),
                )
            )
        self._seen = dict.fromkeys(self.receivers, self.version)

    @property
    def endpoint(self) -> Receiver:
        return self.receivers[self.stream.name]

    @property
    def late_endpoint(self) -> Receiver:
        return self.receivers[self.stream.late_name]

    @property
    def version(self) -> int:
        return int(self.server.run("SELECT CHANGE_TRACKING_CURRENT_VERSION()")[0][0][0])

    def now(self) -> datetime:
        return datetime.now(UTC)

    def put(self, posted: Sequence[dict[str, Any]]) -> Put:
        events = events_of(posted, self.stream, self.now())
        return put_events(events, len(posted) - len(events), self.stream, self.tables)

    def work(self, shard: int = 0) -> dict[str, Any]:
        return work(self.stream, shard, self.tables, FakeClock())

    def deliver(self) -> None:
        """Do what the triggers of the relays do with all changes since the last time."""
        for outside in self._outsides:
            relay, until = outside.relay, self.version
            [found] = self.server.run(
                f"SELECT c.[Id] FROM CHANGETABLE(CHANGES {relay.table}, {self._seen[relay.name]}) AS c"
            )
            self._seen[relay.name] = until
            deliver(outside.changes.enrich_exactly([list(key) for key in found]), outside)

    def rest(self) -> None:
        """Let everything come through that is under way."""
        for shard in range(self.stream.shards):
            while self.work(shard).get("wait_seconds") == 0:
                pass
        self.deliver()

    def run(self, sql: str) -> list[list[Any]]:
        return self.server.run(sql.replace("{s}", self.stream.name))

    def stands(self) -> dict[str, int]:
        [rows] = self.tables.ask("stream/look", streams=json.dumps([self.stream.name]))
        return {key: sum(row[key] for row in rows) for key in ("waiting", "accepted", "duplicates", "late")}


def at(moment: datetime, seconds: float) -> str:
    return (moment + timedelta(seconds=seconds)).isoformat()
