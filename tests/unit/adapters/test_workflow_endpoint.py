"""The endpoint of a relay whose changes start workflows: registered once is delivered, and trouble of the database is tried again."""

import json
from collections.abc import Mapping, Sequence
from typing import Any

import pytest

from adapters.sql_server.workflow_endpoint import WorkflowEndpoint
from relay.changes.change import Change
from relay.config.values import OnNewer, Relay
from relay.delivery.filters import Filtered
from relay.delivery.messages import idempotency_key, single
from relay.delivery.outcomes import Delivered, RetryLater
from relay.errors import DatabaseError
from relay.identifiers import TableName
from tests.fakes import a_change

RELAY = Relay(name="orders", table=TableName("dbo", "Orders"), endpoint="workflow:order", on_newer=OnNewer.REPLACE)


class Register:
    """A table of executions that answers as the test says."""

    def __init__(self, state: str = "ready", error: DatabaseError | None = None) -> None:
        self.asked: list[tuple[str, Mapping[str, Any]]] = []
        self._state = state
        self._error = error

    def ask(self, statement: str, **values: Any) -> Sequence[Sequence[Mapping[str, Any]]]:
        self.asked.append((statement, values))
        if self._error:
            raise self._error
        return [[{"workflow": "order", "state": self._state, "epoch": 1}]]


def send(register: Register, change: Change) -> Any:
    return WorkflowEndpoint(RELAY, register).send(single(change, RELAY), timeout_seconds=5)


def test_a_change_is_registered_under_its_idempotency_key() -> None:
    register, change = Register(), a_change()

    assert send(register, change) == Delivered(202)
    [(statement, values)] = register.asked
    assert statement == "execution/register"
    assert values["id"] == idempotency_key(change, RELAY)
    assert (values["workflow"], values["relay"], values["version"], values["on_newer"]) == (
        "order",
        "orders",
        change.version,
        "replace",
    )
    assert json.loads(values["input"]) == json.loads(single(change, RELAY).body)


def test_versions_of_one_row_have_one_subject_and_other_rows_another() -> None:
    register = Register()
    for key, version in ((1, 5), (1, 6), (2, 5)):
        send(register, a_change(key={"OrderId": key}, version=version))

    one, later, other = [values["subject"] for _, values in register.asked]
    assert one == later != other


@pytest.mark.parametrize("state", ["waiting", "replaced", "completed"])
def test_what_is_registered_is_delivered_whatever_becomes_of_it(state: str) -> None:
    assert send(Register(state), a_change()) == Delivered(202)


def test_what_is_ignored_is_filtered() -> None:
    assert isinstance(send(Register("ignored"), a_change()), Filtered)


def test_what_cannot_be_registered_is_tried_again() -> None:
    outcome = send(Register(error=DatabaseError("SQL Server does not answer")), a_change())

    assert isinstance(outcome, RetryLater)
    assert "SQL Server does not answer" in outcome.reason
