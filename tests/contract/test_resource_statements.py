"""relay:sql against a database: bound, bounded, rolled back if it only reads, and written once with its result."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from adapters.sql_server.named_statements import SqlStatements
from services.executions import CLAIM_SECONDS
from services.resources.perform import perform
from tests.contract.execution_scene import Executions
from tests.contract.relay_scene import Scene
from tests.unit.services.resources.scene import a_task, an_outside
from workflows.config.file import Workflows
from workflows.resources.statement import Statement
from workflows.resources.values import BAD_ARGUMENTS, DATA_LIMIT, OVER, SQL_FAILED, Performed, TaskFailed


class Store:
    """A table of a shop's, the statements over it, and an execution that runs them."""

    def __init__(self, made: Scene, folder: Path) -> None:
        self.executions = Executions(made)
        self.server = made.app_server
        self.folder = folder
        self.table = f"[dbo].[{made.relay.table.name.replace(']', ']]')}]"
        self.statements = SqlStatements(self.server, self.executions.app, folder)
        self.executions.register("e1")
        self.executions.begin("e1")

    def run(
        self, sql: str, arguments: Any = None, *, writes: bool = False, rows: int = 10, epoch: int = 1
    ) -> Performed:
        (self.folder / "one.sql").write_text(sql.replace("TABLE", self.table), encoding="utf-8")
        workflows = Workflows(statements=(Statement(name="one", file="one.sql", writes=writes, rows=rows),))
        outside = an_outside(workflows=workflows, statements=self.statements)
        return perform(a_task("relay:sql/one", arguments, execution="e1", place="Take#1", epoch=epoch), outside)

    def claim(self) -> str:
        [[row]] = self.executions.ask(
            "execution/claim", execution="e1", epoch=1, step="Take#1", visit=1, claim_seconds=CLAIM_SECONDS
        )
        return str(row["verdict"])

    def result(self) -> Any:
        [_, steps] = self.executions.ask("execution/begin", execution="e1", epoch=1, due_in_seconds=60)
        return json.loads(steps[0]["result"]) if steps else None

    def names(self) -> list[Any]:
        [found] = self.server.ask(f"SELECT [Name] FROM {self.table} ORDER BY [Id];")
        return [name for [name] in found.rows]

    def failure(self, sql: str, arguments: Any = None, **options: Any) -> TaskFailed:
        with pytest.raises(TaskFailed) as caught:
            self.run(sql, arguments, **options)
        return caught.value


@pytest.fixture
def store(scene: Callable[..., Scene], tmp_path: Path) -> Store:
    return Store(scene(), tmp_path)


INSERT = """
DECLARE @id int = ?, @name nvarchar(50) = ?, @idempotency_key varchar(100) = ?;
INSERT INTO TABLE ([Id], [Name], [Note]) VALUES (@id, @name, @idempotency_key);
SELECT [Id] AS [id], [Name] AS [name] FROM TABLE WHERE [Id] = @id;
"""
VALUES = {"id": 1, "name": "a'; DROP TABLE x --"}


def test_what_is_found_comes_by_column_and_arguments_are_bound(store: Store) -> None:
    store.claim()
    store.run(INSERT, VALUES, writes=True)

    found = store.run(
        "DECLARE @name nvarchar(50) = ?;\nSELECT [Id] AS [id], [Note] AS [note] FROM TABLE WHERE [Name] = @name;",
        {"name": VALUES["name"]},
    )

    assert found == Performed(output={"rows": [{"id": 1, "note": "k" * 32}]})


def test_one_that_only_reads_is_rolled_back(store: Store) -> None:
    assert store.run(INSERT, VALUES).output == {"rows": [{"id": 1, "name": VALUES["name"]}]}
    assert store.names() == []


def test_one_that_writes_is_committed_with_its_result(store: Store) -> None:
    assert store.claim() == "go"

    performed = store.run(INSERT, VALUES, writes=True)

    assert performed == Performed(output={"rows": [{"id": 1, "name": VALUES["name"]}]}, stored=True)
    assert store.names() == [VALUES["name"]]
    assert store.result() == {"value": performed.output}


def test_asked_twice_it_writes_once(store: Store) -> None:
    store.claim()
    first = store.run(INSERT, VALUES, writes=True)

    assert store.claim() == "done"
    assert store.run(INSERT, VALUES, writes=True) == first  # a primary key would refuse the row
    assert store.names() == [VALUES["name"]]


def test_a_failure_in_the_middle_leaves_nothing_and_no_result(store: Store) -> None:
    store.claim()

    failed = store.failure(f"{INSERT}\nTHROW 50017, 'sold out', 1;", VALUES, writes=True)

    assert failed.error == "relay.Sql.50017"
    assert "sold out" in failed.cause
    assert store.names() == []
    assert store.result() is None
    assert store.claim() == "go"
    store.run(INSERT, VALUES, writes=True)
    assert store.names() == [VALUES["name"]]


def test_an_error_of_the_servers_is_told(store: Store) -> None:
    assert store.failure("SELECT * FROM [dbo].[no such table];").error == SQL_FAILED


def test_a_start_that_has_been_replaced_writes_nothing(store: Store) -> None:
    store.claim()

    assert store.failure(INSERT, VALUES, writes=True, epoch=2).error == OVER
    assert store.names() == []


def test_what_begins_when_its_time_is_over_writes_nothing(store: Store) -> None:
    store.claim()
    place = {"execution": "e1", "epoch": 1, "step": "Take#1", "visit": 1}
    late = json.dumps({"failed": {"error": "States.Timeout", "cause": ""}})
    store.executions.ask("machine/close", result=late, **place)

    assert store.failure(INSERT, {"id": 1, "name": "Ann"}, writes=True).error == OVER
    assert store.names() == []


def test_what_was_written_in_time_stays_done(store: Store) -> None:
    store.claim()
    store.run(INSERT, {"id": 1, "name": "Ann"}, writes=True)
    done = store.result()

    [_, found] = store.executions.ask(
        "machine/close", result='{"failed": {}}', execution="e1", epoch=1, step="Take#1", visit=1
    )

    assert json.loads(found[0]["result"]) == store.result() == done


def test_an_execution_that_was_stopped_meanwhile_gets_nothing_written(store: Store) -> None:
    store.claim()
    store.executions.end("e1", "stopped")

    assert store.failure(INSERT, VALUES, writes=True).error == OVER
    assert store.names() == []


def test_more_rows_than_are_allowed_are_refused_and_nothing_is_written(store: Store) -> None:
    store.claim()
    two = INSERT + "SELECT 1 AS [a] UNION ALL SELECT 2;"

    assert store.failure(two, VALUES, writes=True, rows=1).error == DATA_LIMIT
    assert store.names() == []
    assert len(store.run(two, VALUES, writes=True, rows=2).output["rows"]) == 2


def test_more_bytes_than_an_output_may_have_are_refused(store: Store) -> None:
    store.claim()
    long = "SELECT REPLICATE(CONVERT(nvarchar(max), N'x'), 200000) AS [a] UNION ALL SELECT REPLICATE(CONVERT(nvarchar(max), N'x'), 200000);"

    assert store.failure(INSERT + long, VALUES, writes=True).error == DATA_LIMIT
    assert store.names() == []


@pytest.mark.parametrize(
    ("sql", "arguments", "says"),
    [
        ("DECLARE @id int = ?;\nSELECT @id AS [id];", {}, "id: it is missing; sql/statements/one.sql declares @id"),
        ("SELECT 1 AS [a];", {"id": 1}, "id: sql/statements/one.sql declares no such parameter; it has none"),
        ("DECLARE @id bigint = ?;\nSELECT @id AS [id];", {"id": 2**63}, "id: it is larger than bigint"),
        ("SELECT 1 AS [a];", [1], "Arguments: [1] must be an object"),
        ("SELECT 1 AS [a];\nCOMMIT;", {}, "begins or ends transactions itself"),
        ("BEGIN TRANSACTION;", {}, "begins or ends transactions itself"),
    ],
)
def test_arguments_and_files_that_do_not_fit_are_told(store: Store, sql: str, arguments: Any, says: str) -> None:
    failed = store.failure(sql, arguments)

    assert failed.error == BAD_ARGUMENTS
    assert says in failed.cause


def test_values_are_shown_as_json_has_them(store: Store) -> None:
    sql = """
    DECLARE @list nvarchar(max) = ?;
    SELECT @list AS [list], CONVERT(decimal(9, 2), 12.50) AS [price], CONVERT(decimal(20, 3), 12345678901234567.125) AS [exact],
        CONVERT(date, '2026-01-31') AS [day], CONVERT(varbinary(4), 0x00FF) AS [bytes], CONVERT(int, NULL) AS [nothing];
    """

    [row] = store.run(sql, {"list": [1, {"a": 2}]}).output["rows"]

    assert row == {
        "list": '[1, {"a": 2}]', "price": 12.5, "exact": "12345678901234567.125", "day": "2026-01-31", "bytes": "AP8=", "nothing": None,
    }  # fmt: skip
