"""A workflow as data, on the stack: branches, items, a task that waits for its token, while host and task hub are killed."""

import json
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.e2e.relay_stack import RelayStack, running
from tests.recovery.receiver import Receiver
from tests.waiting import wait_until

pytestmark = pytest.mark.timeout(420)
HOST = "functions_host"
WORKFLOWS = """
[[connection]]
name = "office"
url = "%OFFICE%"
"""


def asks(what: str) -> dict[str, Any]:
    """A task that is answered by whoever has its token."""
    return {
        "Type": "Task",
        "Resource": "relay:http/office.waitForTaskToken",
        "Parameters": {
            "ApiEndpoint": "/notices",
            "Method": "POST",
            "RequestBody": {"what": what, "token.$": "$$.Task.Token", "item.$": "$"},
        },
        "TimeoutSeconds": 3600,
        "End": True,
    }


DEFINITION = {
    "StartAt": "Both",
    "States": {
        "Both": {
            "Type": "Parallel",
            "Branches": [
                {"StartAt": "Ask", "States": {"Ask": asks("approval")}},
                {
                    "StartAt": "Each",
                    "States": {
                        "Each": {
                            "Type": "Map",
                            "ItemsPath": "$.items",
                            "MaxConcurrency": 2,
                            "ItemProcessor": {"StartAt": "AskItem", "States": {"AskItem": asks("item")}},
                            "End": True,
                        }
                    },
                },
            ],
            "Next": "Rest",
        },
        "Rest": {"Type": "Wait", "Seconds": 2, "End": True},
    },
}


# What a stranger asks, and what he is told; nothing comes of it.
STRANGE: list[tuple[str, str, Any, int]] = [
    ("POST", "workflows/order/executions", {"version": 2**31}, 400),
    ("POST", "workflows/order/executions", {"version": 7}, 404),
    ("POST", "workflows/order/executions", {"id": "../order-7"}, 400),
    ("POST", "workflows/order/executions", {"input": {}, "inptu": {}}, 400),
    ("POST", "workflows/order%00/executions", {}, 400),
    ("POST", "tasks/order-7/success", {"output": {"yes": True}}, 404),
    ("POST", "executions/order-7/redrive", {}, 409),
]


class Office:
    """The stack, and people who are asked."""

    def __init__(self, relay: RelayStack, receiver: Receiver) -> None:
        self.relay = relay
        self._receiver = receiver

    def send(self, method: str, path: str, body: Any) -> tuple[int, Any]:
        request = urllib.request.Request(
            f"{self.relay.stack.url(HOST)}/api/{path}",
            json.dumps(body).encode(),
            {"Content-Type": "application/json"},
            method=method,
        )
        try:
            with urllib.request.urlopen(request, timeout=30) as answer:
                return answer.status, json.loads(answer.read())
        except urllib.error.HTTPError as error:
            return error.code, json.loads(error.read())

    def asked(self, what: str) -> list[dict[str, Any]]:
        return [body for body in list(self._receiver.notices) if body["what"] == what]

    def wait_until_asked(self, what: str, times: int) -> None:
        def enough() -> bool:
            if len(self.asked(what)) >= times:
                return True
            assert self.state()["state"] in {"ready", "running"}, self.state()
            self.relay.run_watchdog()
            return False

        wait_until(enough, description=f"{times} are asked for {what}", patience_seconds=150)

    def state(self) -> dict[str, Any]:
        found: dict[str, Any] = self.relay.ask("executions/order-7")
        return found


@pytest.fixture
def office(tmp_path: Path, receiver: Receiver) -> Iterator[Office]:
    (tmp_path / "workflows.toml").write_text(WORKFLOWS, encoding="utf-8")
    settings = {"WORKFLOWS_FILE": str(tmp_path / "workflows.toml"), "OFFICE": receiver.url.removesuffix("/notices")}
    with running(tmp_path, settings=settings) as relay:
        yield Office(relay, receiver)


def test_a_definition_is_put_started_and_answered_though_the_host_dies(office: Office) -> None:
    assert office.send("PUT", "workflows/order", {"StartAt": "X", "States": {}})[0] == 400
    status, put = office.send("PUT", "workflows/order", DEFINITION)
    assert (status, put["version"], put["status"]) == (201, 1, "approved")

    order = {"id": "order-7", "input": {"items": [1, 2, 3]}}
    assert office.send("POST", "workflows/order/executions", order)[0] == 202
    assert office.send("POST", "workflows/order/executions", order)[0] == 200
    assert office.send("POST", "workflows/order/executions", {**order, "input": {}})[0] == 409
    for method, path, body, status in STRANGE:
        found, told = office.send(method, path, body)
        assert (found, told["status"]) == (status, status), path
        assert told["detail"], path
    office.wait_until_asked("approval", 1)
    office.wait_until_asked("item", 2)
    office.relay.stack.kill(HOST)
    office.relay.start_host()

    for number in range(3):
        office.wait_until_asked("item", number + 1)
        asked = office.asked("item")[number]
        assert office.send("POST", f"tasks/{asked['token']}/success", {"output": asked["item"] * 10})[0] == 202
    [approval] = office.asked("approval")
    assert office.send("POST", f"tasks/{approval['token']}/success", {"output": {"yes": True}})[0] == 202
    assert office.send("POST", f"tasks/{approval['token']}/success", {"output": {"yes": False}})[0] == 410

    def ended() -> bool:
        office.relay.run_watchdog()
        return bool(office.state()["state"] not in {"ready", "running"})

    wait_until(ended, description="the execution ends", patience_seconds=150)
    assert office.state()["result"] == {"output": [{"yes": True}, [10, 20, 30]]}
    assert len(office.asked("item")) == 3
    events = office.relay.ask("executions/order-7/history")["events"]
    assert [event["type"] for event in events if event["state"] == "Rest"] == [
        "WaitStateEntered",
        "WaitStateExited",
        "ExecutionSucceeded",
    ]
