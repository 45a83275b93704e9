"""The versions of the app's own tables: numbered scripts that only add, and the check before anything works on them."""

from collections.abc import Sequence
from functools import cache
from pathlib import Path

from adapters.sql_server.connection import Ask, SqlServer
from adapters.sql_server.statements import statement
from relay.errors import SchemaError
from relay.guard.schema import schema_problem

_FOLDER = Path(__file__).parent / "sql" / "migrations"


@cache
def migrations() -> Sequence[str]:
    """Return the names of the migrations in their order; the first is number 1."""
    return tuple(f"migrations/{path.stem}" for path in sorted(_FOLDER.glob("*.sql")))


def latest() -> int:
    """Return the version that this release works on."""
    return len(migrations())


def version(ask: Ask, app: str, *, claim: bool = False) -> int:
    """Return up to which migration the app's tables have come; 0: there are none. Raises DatabaseError.

    An app that is new to tables of other apps finds them as they are; `claim` writes that down, before it has rows in them.
    """
    [found] = ask(statement("schema/version"), app=app, known=latest(), claim=int(claim))
    return int(found.value())


def refuse_other_versions(ask: Ask, app: str, *, claim: bool = False) -> None:
    """Raise SchemaError if this release does not work on the app's tables, with what to run. Raises DatabaseError."""
    problem = schema_problem(version(ask, app, claim=claim), latest())
    if problem:
        raise SchemaError([problem])


def migrate(server: SqlServer, app: str) -> int:
    """Bring the app's tables to this release's version; return the one they had. Safe to repeat, and while an app runs.

    Raises SchemaError if a newer release has made them, DatabaseError.
    """
    found = version(server.ask, app, claim=True)
    if found > latest():
        refuse_other_versions(server.ask, app)
    if found == latest():
        return found
    for name in migrations():
        server.ask(statement(name))
    server.ask(statement("schema/migrated"), app=app, version=latest())
    return found


def script() -> str:
    """Return all migrations as one script for a query window, where somebody else than the app may create tables."""
    batches = [statement(name) for name in migrations()]
    written_down = statement("schema/migrated").replace("@app nvarchar(60) = ?, @version int = ?", _TOLD)
    return _HEAD + "".join(
        f"{batch.rstrip()}\nGO\n" for batch in [*batches, written_down.replace("{version}", str(latest()))]
    )


_TOLD = "@app nvarchar(60) = N'durable-sql-relay', -- WEBSITE_SITE_NAME of the app\n    @version int = {version}"
_HEAD = """\
-- The relay's own tables, for who may create tables where the app's login may not. It brings the tables of every earlier release up
-- to this one, may be repeated, and may run while the app runs. Write the app's name into the last batch; run that batch once
-- for every app of the database. Made from adapters/sql_server/sql: python -m adapters.sql_server.migrations prints it.
"""


if __name__ == "__main__":
    print(script(), end="")
