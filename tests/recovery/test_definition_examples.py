"""The five definitions of docs/workflows on the stack: each does what its page says. So does one that is written as for Step Functions."""

import json
import urllib.error
import urllib.request
from collections.abc import Iterator, Mapping
from typing import Any

import pytest

pytest.importorskip("jsonata", reason="the engine is optional")

from devstack.workflows.definitions import (
    CHANNELS,
    NAMES,
    TABLES,
    WORKFLOWS,
    add_statements,
    definition_of,
    settings_for,
)
from devstack.workflows.example import copy_of_the_app
from devstack.workflows.offices import BUSY, FAR, POLLS, Offices, the_offices
from tests.e2e.relay_stack import RELAYS, RelayStack, running
from tests.e2e.relay_stack import TABLES as RELAYED
from tests.waiting import wait_until

pytestmark = pytest.mark.timeout(300)
PRODUCTS = ("tea 1", "tea/2", f"{FAR} away", "tea 4", "tea 5")
EXPENSE = {"id": "7", "person": "Ada", "amount": 120, "reason": "train"}
ADDRESS = {"street": "Elm 1", "city": "Bonn", "postcode": "53111"}
INPUTS: Mapping[str, tuple[str, dict[str, Any]]] = {  # by execution
    "expense": ("approval", EXPENSE),
    "near": ("saga", {"order": "near", "sku": "tea", "pieces": 2, "amount": 9.5}),
    "far": ("saga", {"order": f"{FAR} away", "sku": "tea", "pieces": 2, "amount": 9.5}),
    "import": ("nightly-import", {"day": "2026-02-28"}),
    "report": ("poll-until-done", {"report": "sales"}),
    "form": ("form", {"person": "Ada"}),
}


MAY_BE_MOVED = '\n[[definition]]\nname = "*"\nallow = ["relay:http/reports", "relay:execute.sync"]\n'
ARN = "arn:aws:{}:eu-central-1:123456789012:{}"


def moved(url: str) -> dict[str, Any]:
    """A definition with Amazon's names for everything: whoever moves his here changes the address."""
    ask = {
        "Type": "Task",
        "Resource": "arn:aws:states:::http:invoke",
        "Parameters": {
            "ApiEndpoint": f"{url}/reports/jobs/{BUSY}",
            "Method": "GET",
            "Authentication": {"ConnectionArn": ARN.format("events", "connection/reports/5f0c1f1e-0000")},
            "Headers": {"Content-Type": "application/json"},
            "QueryParameters": {"by": "month", "page.$": "States.Format('{}', $.page)"},
        },
        "Retry": [
            {
                "ErrorEquals": ["States.ALL"],
                "IntervalSeconds": 1,
                "MaxAttempts": 3,
                "BackoffRate": 2,
                "JitterStrategy": "FULL",
            }
        ],
        "ResultSelector": {"status.$": "$.ResponseBody.status", "code.$": "$.StatusCode"},
        "ResultPath": "$.told",
        "Next": "Is it done?",
    }
    tell = {
        "Type": "Task",
        "Resource": "arn:aws:states:::states:startExecution.sync:2",
        "Parameters": {
            "StateMachineArn": ARN.format("states", "stateMachine:moved-inner"),
            "Input": {"code.$": "$.told.code", "AWS_STEP_FUNCTIONS_STARTED_BY_EXECUTION_ID.$": "$$.Execution.Id"},
        },
        "OutputPath": "$.Output",
        "End": True,
    }
    choice = {"Variable": "$.told.status", "StringEquals": "done", "Next": "Tell"}
    return {
        "Comment": "A report is asked for until it is there; another state machine tells of it",
        "StartAt": "Ask",
        "States": {
            "Ask": ask,
            "Is it done?": {"Type": "Choice", "Choices": [choice], "Default": "Rest"},
            "Rest": {"Type": "Wait", "Seconds": 1, "Next": "Ask"},
            "Tell": tell,
        },
    }


class Running:
    """The stack with all five, and who is asked by them."""

    def __init__(self, relay: RelayStack, offices: Offices) -> None:
        self.relay = relay
        self.offices = offices

    def send(self, method: str, path: str, body: Any) -> int:
        url = f"{self.relay.stack.host_url}/api/{path}"
        request = urllib.request.Request(url, json.dumps(body).encode(), method=method)
        try:
            with urllib.request.urlopen(request, timeout=30) as answer:
                return int(answer.status)
        except urllib.error.HTTPError as error:
            return error.code

    def ended(self, execution: str) -> dict[str, Any]:
        """Return an execution when it is over."""

        def over() -> dict[str, Any] | None:
            found: dict[str, Any] = self.relay.ask(f"executions/{execution}")
            return None if found["state"] in {"ready", "running"} else found

        return wait_until(over, description=f"{execution} ends") or {}

    def asked(self, office: str, number: int = 1) -> dict[str, Any]:
        """Return what an office's people are asked for the how-manieth time."""
        wait_until(lambda: len(self.offices.asked(office)) >= number, description=f"{office} are asked")
        return self.offices.asked(office)[number - 1]


@pytest.fixture(scope="module")
def all_five(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    folder = tmp_path_factory.mktemp("stack")
    app = copy_of_the_app(folder / "app")
    add_statements(app)
    with the_offices() as offices:
        workflows = folder / "workflows.toml"
        workflows.write_text(WORKFLOWS.read_text(encoding="utf-8") + MAY_BE_MOVED, encoding="utf-8")
        settings = {"WORKFLOWS_FILE": str(workflows), **settings_for(offices.url)}
        tables = RELAYED + TABLES.read_text(encoding="utf-8")
        with running(folder, app=app, relays_text=CHANNELS + RELAYS, tables=tables, settings=settings) as relay:
            for number, sku in enumerate(PRODUCTS):
                relay.sql(
                    "INSERT INTO dbo.Product (Sku, Name, Price, ChangedAt) VALUES (?, N'Tea', 2.50, ?)",
                    sku,
                    f"2026-02-28 {number:02}:00:00",
                )
            relay.sql("INSERT INTO dbo.Product VALUES (N'old', N'Tea', 2.50, '2026-02-27 23:59:59')")
            found = Running(relay, offices)
            for name in NAMES:
                assert found.send("PUT", f"workflows/{name}", definition_of(name)) == 201
            for execution, (name, data) in INPUTS.items():
                body = {"id": execution, "input": data}
                assert found.send("POST", f"workflows/{name}/executions", body) == 202
            yield found


def test_a_director_is_asked_when_the_lead_does_not_answer_and_the_expense_is_paid(all_five: Running) -> None:
    token = all_five.asked("directors")["answer_url"].split("/")[-2]
    lead = all_five.asked("team_leads")["answer_url"].split("/")[-2]

    assert all_five.send("POST", f"tasks/{lead}/success", {"output": {"choice": "refuse"}}) == 410
    assert all_five.send("POST", f"tasks/{token}/success", {"output": {"choice": "approve"}}) == 202

    found = all_five.ended("expense")
    assert found["result"] == {"output": {"decision": "approved", "by": "director", "payment": "7"}}
    assert all_five.offices.times("expenses") == {"7": 1}


def test_an_order_that_can_be_shipped_is(all_five: Running) -> None:
    assert all_five.ended("near")["result"]["output"]["shipment"] == {"id": "near"}
    assert [each.what for each in all_five.offices.done if each.subject == "near"] == [
        "reservations",
        "charges",
        "shipments",
    ]


def test_what_was_done_for_an_order_that_cannot_be_shipped_is_undone_in_reverse_order(all_five: Running) -> None:
    found = all_five.ended("far")

    assert found["state"] == "failed"
    assert "OrderUndone" in json.dumps(found)
    done = [each.what for each in all_five.offices.done if each.subject in {f"{FAR} away", f"{FAR}%20away"}]
    assert done == ["reservations", "charges", "refunds", "releases"]


def test_each_product_of_the_day_is_sent_and_one_in_five_may_be_refused(all_five: Running) -> None:
    found = all_five.ended("import")["result"]["output"]

    assert found == {"day": "2026-02-28", "found": len(PRODUCTS), "sent": 4, "failed": 1}
    assert all_five.offices.times("products") == dict.fromkeys(["tea%201", "tea%2F2", "tea%204", "tea%205"], 1)


def test_a_job_is_asked_about_until_it_is_done(all_five: Running) -> None:
    found = all_five.ended("report")["result"]["output"]

    assert found == {"report": "sales", "file": "sales.csv", "asked": POLLS}
    assert all_five.offices.times("jobs") == {"sales": 1}


def test_a_form_is_handed_in_by_token_asked_for_again_and_kept(all_five: Running) -> None:
    first = all_five.asked("forms")
    assert all_five.send("POST", f"tasks/{first['token']}/heartbeat", {}) == 202
    assert all_five.send("POST", f"tasks/{first['token']}/success", {"output": {"street": "Elm 1"}}) == 202
    second = all_five.asked("forms", 2)
    assert second["problem"] == "Street, city and postcode are needed."
    assert all_five.send("POST", f"tasks/{first['token']}/success", {"output": ADDRESS}) == 410
    assert all_five.send("POST", f"tasks/{second['token']}/success", {"output": ADDRESS}) == 202

    assert all_five.ended("form")["result"] == {"output": ADDRESS}
    kept = all_five.relay.sql("SELECT Person, Street, City, Postcode FROM dbo.Address")
    assert [tuple(row) for row in kept] == [("Ada", *ADDRESS.values())]


def test_a_definition_of_step_functions_runs_with_its_names_and_an_address_of_ours(all_five: Running) -> None:
    inner = {"StartAt": "Tell", "States": {"Tell": {"Type": "Pass", "Parameters": {"told.$": "$.code"}, "End": True}}}
    assert all_five.send("PUT", "workflows/moved-inner", inner) == 201
    assert all_five.send("PUT", "workflows/moved", moved(all_five.offices.url)) == 201

    assert all_five.send("POST", "workflows/moved/executions", {"id": "moved", "input": {"page": 2}}) == 202

    assert all_five.ended("moved")["result"] == {"output": {"told": 200}}
    assert all_five.offices.polls[BUSY] == POLLS
