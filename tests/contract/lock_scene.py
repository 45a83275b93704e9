"""One lock in a database, for tests of whoever takes it."""

from typing import Any

from adapters.sql_server.tables import SqlTables
from services.locks import acquire, poll, release
from tests.sql_client import SqlServer
from workflows.locks.values import Asker, Hint, Standing, State, Terms


class LockScene:
    """`server` sets the scene; what asks is an app's."""

    def __init__(self, server: SqlServer, app_server: SqlServer, name: str) -> None:
        self.server = server
        self.name = name
        self.tables = SqlTables(app_server, "shop")
        self.others = SqlTables(app_server, "another-app")
        self.hints: list[Hint] = []

    def ask(self, owner: str, *, wait: int = 60, purpose: str = "", lease: int = 60, permits: int = 1) -> Standing:
        terms = Terms(lease_seconds=lease, wait_seconds=wait, permits=permits)
        return self._asked(Asker(owner=owner, purpose=purpose), terms)

    def ask_as_instance(self, instance: str, execution: str = "1", *, purpose: str = "") -> Standing:
        asker = Asker(owner=f"{instance} {execution}", instance=instance, execution=execution, purpose=purpose)
        return self._asked(asker, Terms(lease_seconds=60, wait_seconds=7200))

    def _asked(self, asker: Asker, terms: Terms) -> Standing:
        done = acquire(self.tables, self.name, asker, terms)
        self.hints.extend(done.hints)
        return done.result

    def poll(self, ticket: int) -> Standing:
        done = poll(self.tables, self.name, ticket)
        self.hints.extend(done.hints)
        return done.result

    def release(self, token: int | None = None, *, ticket: int | None = None) -> bool:
        done = release(self.tables, self.name, token=token, ticket=ticket)
        self.hints.extend(done.hints)
        return done.result

    def held(self, owner: str, **terms: Any) -> int:
        """Ask for the lock, which must be free; return the token."""
        standing = self.ask(owner, **terms)
        assert standing.state is State.HELD
        return standing.token

    def waits(self, owner: str, **terms: Any) -> int:
        """Ask for the lock, which must be taken; return the ticket."""
        standing = self.ask(owner, **terms)
        assert standing.state is State.WAITS
        return standing.ticket

    def time_passes(self, seconds: int) -> None:
        """Move everything that is known of the lock into the past."""
        for table, columns in {"LockHolder": ("ExpiresAt",), "LockWaiter": ("WaitsUntil", "OfferedUntil")}.items():
            for column in columns:
                self.server.run(
                    f"UPDATE relay.{table} SET {column} = DATEADD(second, -{seconds}, {column}) WHERE Name = ?",
                    self.name,
                )

    def fence(self) -> int:
        """Return the token below which nothing passes the fence of the lock's name; 0: there is none."""
        [rows] = self.server.run("SELECT Token FROM relay.Fence WHERE Resource = ?", self.name)
        return int(rows[0][0]) if rows else 0
