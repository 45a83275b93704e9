"""The other resources, with fakes in place of what they reach."""

from typing import Any

import pytest

from relay.config.values import Channel, ChannelKind, Settings
from relay.delivery.outcomes import Delivered, Outcome, Rejected, RetryLater
from services.resources.perform import perform
from tests.fakes import a_relay
from tests.unit.services.resources.scene import a_task, an_outside
from workflows.config.file import Workflows
from workflows.resources.permissions import DefinitionRules
from workflows.resources.values import BAD_ARGUMENTS, DATA_LIMIT, PERMISSIONS, TaskFailed, TaskLater

TOKEN = "to/ken"
SETTINGS = Settings(
    app="app", sql_connection_string="", public_url="https://app.example/api",
    relays=(a_relay(name="orders"), a_relay(name="started", endpoint="workflow:order")),
    channels=(
        Channel(name="desk", kind=ChannelKind.WEBHOOK, url="http://127.0.0.1:1"), Channel(name="log", kind=ChannelKind.LOG),
    ),
)  # fmt: skip


class Receiver:
    """An endpoint, or a channel, that answers as it is told to."""

    def __init__(self, outcome: Outcome) -> None:
        self.outcome = outcome
        self.sent: list[Any] = []

    def send(self, *what: Any, **_: Any) -> Outcome:
        self.sent.append(what)
        return self.outcome


class Locks:
    """relay.ports.Tables whose locks stand as the test says."""

    def __init__(self, state: str, **row: Any) -> None:
        self.row = {
            "state": state,
            "token": None,
            "expires": None,
            "ticket": 3,
            "position": 1,
            "offers": 0,
            "permits": 1,
            **row,
        }
        self.asked: list[tuple[str, dict[str, Any]]] = []

    def ask(self, statement: str, **values: Any) -> Any:
        self.asked.append((statement, values))
        return [[self.row], []]


def done(resource: str, arguments: Any, **seams: Any) -> Any:
    return perform(a_task(resource, arguments), an_outside(settings=SETTINGS, **seams)).output


def failure(resource: str, arguments: Any, **seams: Any) -> TaskFailed:
    with pytest.raises(TaskFailed) as caught:
        done(resource, arguments, **seams)
    return caught.value


def test_a_delivery_goes_to_the_relays_endpoint_under_the_tasks_key() -> None:
    endpoint = Receiver(Delivered(201))

    output = done("relay:deliver/orders", {"data": {"a": 1}, "operation": "update"}, endpoint=lambda _: endpoint)

    assert output == {"status": 201}
    [[message]] = endpoint.sent
    assert message.idempotency_key == "k" * 32
    assert message.body == b'{"id":"%s","relay":"orders","operation":"update","key":{},"data":{"a":1}}' % (b"k" * 32)


@pytest.mark.parametrize(
    ("outcome", "error", "cause"),
    [
        (Rejected(422, "the endpoint answered 422", "no"), "relay.Rejected", "the endpoint answered 422: no"),
        (
            RetryLater(429, "the endpoint answered 429", 30.0),
            "relay.NotDelivered",
            "the endpoint answered 429 (it asks for 30 s)",
        ),
    ],
)
def test_what_is_not_delivered_fails(outcome: Outcome, error: str, cause: str) -> None:
    failed = failure("relay:deliver", {"relay": "orders", "data": 1}, endpoint=lambda _: Receiver(outcome))

    assert (failed.error, failed.cause) == (error, cause)


def test_a_lock_that_is_free_is_taken_by_the_execution() -> None:
    tables = Locks("held", token=7, expires="2026-01-02T03:04:05")

    output = done("relay:lock.acquire/printer", {"lease_seconds": 30}, tables=tables)

    assert output == {"name": "printer", "token": 7, "expires": "2026-01-02T03:04:05"}
    [(statement, values)] = tables.asked
    assert (statement, values["owner"], values["lease_seconds"]) == (
        "locks/acquire",
        "execution order-7 of app app",
        30,
    )
    assert values["wait_seconds"] > values["offer_seconds"] > 0


def test_a_lock_that_others_hold_is_asked_for_again() -> None:
    with pytest.raises(TaskLater, match="lock 'printer' is held by others") as caught:
        done("relay:lock.acquire/printer", {}, tables=Locks("waits"))

    assert caught.value.after_seconds > 0


@pytest.mark.parametrize(
    ("state", "arguments", "error"),
    [("busy", {"wait": False}, "relay.LockBusy"), ("permits", {"permits": 2}, "relay.LockPermits")],
)
def test_a_lock_that_cannot_be_had_fails(state: str, arguments: Any, error: str) -> None:
    assert failure("relay:lock.acquire/printer", arguments, tables=Locks(state)).error == error


def test_people_are_asked_with_a_link_to_a_page_and_the_choices() -> None:
    channels = Receiver(Delivered(200))
    task = a_task(
        "relay:approve/desk.waitForTaskToken", {"subject": "Refund?", "choices": ["yes & no", "no"]}, token=TOKEN, attempt=2
    )  # fmt: skip

    perform(task, an_outside(settings=SETTINGS, channels=channels))

    [(channel, body, notice)] = channels.sent
    url = "https://app.example/api/tasks/to%2Fken/success"
    assert (channel.name, notice, body["answer_url"]) == ("desk", f"{'k' * 32}-2", url)
    assert (body["choices"], body["page_url"]) == (["yes & no", "no"], "https://app.example/api/approvals/to%2Fken")
    assert "yes & no or no: https://app.example/api/approvals/to%2Fken" in body["text"]


def test_a_function_of_the_apps_own_gets_arguments_and_task() -> None:
    output = done(
        "relay:activity/charge", {"a": 1}, activities={"charge": lambda told, task: [told, task.idempotency_key]}
    )

    assert output == [{"a": 1}, "k" * 32]


def raising(error: Exception) -> Any:
    def body(*_: Any) -> Any:
        raise error

    return {"charge": body}


def test_what_a_function_raises_is_its_own_error_or_a_named_one() -> None:
    own = failure("relay:activity/charge", {}, activities=raising(TaskFailed("TooMuch", "1000 is the most")))
    other = failure("relay:activity/charge", {}, activities=raising(ValueError("no\nmore")))

    assert (own.error, own.cause) == ("TooMuch", "1000 is the most")
    assert (other.error, other.cause) == ("relay.ActivityFailed", "ValueError: no")
    with pytest.raises(TaskLater):
        done("relay:activity/charge", {}, activities=raising(TaskLater("busy", 5)))


@pytest.mark.parametrize("output", [{1, 2}, float("nan"), "x" * 262_143])
def test_an_output_that_cannot_be_kept_fails(output: Any) -> None:
    assert failure("relay:activity/charge", {}, activities={"charge": lambda *_: output}).error == DATA_LIMIT


@pytest.mark.parametrize(
    ("resource", "arguments", "says"),
    [
        ("relay:ftp", {}, "there is no resource 'relay:ftp'"),
        ("relay:execute", {}, "an execution of its own"),
        ("relay:deliver", {"data": 1}, "relay: it is missing"),
        ("relay:deliver/none", {"data": 1}, "relays.toml has no relay 'none'"),
        ("relay:deliver/started", {"data": 1}, "relay 'started' goes to no HTTP API"),
        ("relay:deliver/orders", {}, "data: it is missing"),
        ("relay:deliver/orders", {"data": 1, "operation": "upsert"}, "operation: 'upsert' must be one of insert, update, delete"),
        ("relay:lock.acquire/Printer", {}, "name: 'Printer' cannot be used"),
        ("relay:lock.acquire/printer", {"lease_seconds": 0}, "lease_seconds: 0 must be a whole number from 1 to 3600"),
        ("relay:lock.release/printer", {"token": "7"}, "token: '7' must be the token"),
        ("relay:approve/log.waitForTaskToken", {"subject": "a"}, "'log' is the log"),
        ("relay:approve/none.waitForTaskToken", {"subject": "a"}, "relays.toml has no channel 'none'"),
        ("relay:activity/refund", {}, "the app has no function @task('refund'); it has none yet"),
        ("relay:sql/none", {}, "workflows.toml has no [[statement]] 'none'"),
        ("relay:mail/main", {"to": 7}, "to: it must be one e-mail address"),
        ("relay:lock.renew/printer", [7], "Arguments: [7] must be an object"),
    ],
)  # fmt: skip
def test_what_cannot_be_used_is_told(resource: str, arguments: Any, says: str) -> None:
    failed = failure(resource, arguments)

    assert failed.error == BAD_ARGUMENTS
    assert says in failed.cause


@pytest.mark.parametrize(
    ("resource", "arguments"),
    [
        ("relay:deliver/orders", {"data": 1}),
        ("relay:lock.acquire/printer", {}),
        ("relay:activity/charge", {}),
        ("relay:sql/one", {}),
        ("relay:mail/main", {"to": "a@example.com"}),
    ],
)
def test_what_a_definition_may_not_use_is_not_done(resource: str, arguments: Any) -> None:
    workflows = Workflows(definitions=(DefinitionRules(name="shop_*", allow=("relay:http",)),))

    assert failure(resource, arguments, workflows=workflows).error == PERMISSIONS
