"""Executions of an app of its own, in the database of the contract."""

from collections.abc import Mapping
from typing import Any

from adapters.sql_server.tables import SqlTables
from services import executions
from tests.contract.relay_scene import Scene
from workflows.execution.values import Registration


class Executions:
    """The executions of an app of its own."""

    def __init__(self, made: Scene) -> None:
        self.made = made
        self.app = f"app-{made.relay.name}"
        self.tables = SqlTables(made.app_server, self.app)
        self.ask = self.tables.ask

    def register(self, execution: str, version: int = 1, *, subject: str = "row", on_newer: str = "queue") -> str:
        registration = Registration(
            id=execution, workflow="order", subject=subject, input=f'{{"version": {version}}}', version=version, on_newer=on_newer
        )  # fmt: skip
        [[row]] = self.ask("execution/register", **registration.values())
        return str(row["state"])

    def state(self, execution: str) -> str:
        return str(self.one(execution)["state"])

    def epoch(self, execution: str) -> int:
        return int(self.one(execution)["epoch"])

    def one(self, execution: str) -> Mapping[str, Any]:
        [found, *_] = self.ask("execution/one", execution=execution)
        return found[0]

    def ready(self) -> list[str]:
        [found] = self.ask("execution/take_ready", workflow="", limit=10, again_in_seconds=60)
        return sorted(row["id"] for row in found)

    def begin(self, execution: str, epoch: int | None = None) -> dict[str, Any]:
        request = {"execution": execution, "epoch": self.epoch(execution) if epoch is None else epoch}
        return executions.begin(request, self.tables)

    def step(
        self, execution: str, name: str, body: executions.Body, *, visit: int = 1, epoch: int | None = None
    ) -> dict[str, Any]:
        request = {
            "execution": execution, "epoch": self.epoch(execution) if epoch is None else epoch, "step": name, "visit": visit,
            "input": 1,
        }  # fmt: skip
        return executions.do_step(request, body, self.tables)

    def end(self, execution: str, state: str = "completed") -> list[str]:
        request = {"execution": execution, "epoch": self.epoch(execution), "state": state, "result": 1, "error": ""}
        return [row["id"] for row in executions.end(request, self.tables)["next"]]

    def let_time_pass(self, seconds: int) -> None:
        for table, column in (
            *[("Execution", column) for column in ("DueAt", "LookAt", "EndedAt")],
            ("ExecutionStep", "ClaimedUntil"),
            ("ExecutionEvent", "StoredAt"),
        ):
            self.made.server.run(
                f"UPDATE relay.[{table}] SET [{column}] = DATEADD(second, ?, [{column}]) WHERE [App] = ?",
                -seconds,
                self.app,
            )


def does(result: Any) -> executions.Body:
    """The body of a step that returns this, whatever it gets."""
    return lambda *_: result
