import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import requests

from functions_standin_tests.contract.durable.hosts import Host
from functions_standin_tests.contract.durable.hosts import scene as open_scene
from functions_standin_tests.waiting import wait_until


@pytest.fixture(scope="module")
def host(azurite: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Host]:
    """A host on which the instances `done`, `broken` and `open` are in these states."""
    with open_scene(Path(tmp_path_factory.mktemp("api")), azurite) as scene:
        host = scene.host()
        for name, instance_id in (("chain", "done"), ("failing", "broken"), ("waiting", "open")):
            host.start(name, 1, instance_id)
        host.wait_for("done")
        host.wait_for("broken", "Failed")
        host.wait_for("open", "Running")
        yield host


def test_a_start_answers_with_links(host: Host) -> None:
    answer = host.management("POST", "/orchestrators/echo", json={"a": 1})

    assert answer.status_code == 202
    assert re.fullmatch("[0-9a-f]{32}", answer.json()["id"])
    assert answer.headers["Location"] == answer.json()["statusQueryGetUri"]
    assert answer.headers["Retry-After"] == "10"
    assert set(answer.json()) == {
        *("id", "statusQueryGetUri", "sendEventPostUri", "terminatePostUri", "purgeHistoryDeleteUri"),
        *("restartPostUri", "suspendPostUri", "resumePostUri"),
    }
    assert host.wait_for(answer.json()["id"])["output"] == {"a": 1}


def test_a_start_can_wait_for_the_end(host: Host) -> None:
    answer = host.management("POST", "/orchestrators/echo?timeout=20&pollingInterval=0.1", json={"a": 1})

    assert (answer.status_code, answer.json()) == (200, {"a": 1})


@pytest.mark.parametrize(
    ("method", "path", "body", "expected"),
    [
        pytest.param("POST", "/orchestrators/missing", "1", 202, id="no such orchestrator"),
        pytest.param("POST", "/orchestrators/echo/@a", "1", 202, id="id like an entity's"),
        pytest.param("POST", "/orchestrators/chain", "{", 500, id="no JSON"),
        pytest.param("POST", "/orchestrators/chain/open", "1", 409, id="id in use"),
        pytest.param("GET", "/instances/missing", None, 404, id="no such instance"),
        pytest.param("POST", "/instances/missing/raiseEvent/go", "1", 404, id="event to nobody"),
        pytest.param("POST", "/instances/done/raiseEvent/go", "1", 410, id="event to one that has ended"),
        pytest.param("POST", "/instances/open/raiseEvent/go", "{", 400, id="event that is no JSON"),
        pytest.param("POST", "/instances/done/raiseEvent/go", "{", 410, id="bad event to one that has ended"),
        pytest.param("HEAD", "/instances/done", None, 404, id="head"),
        pytest.param("GET", "/Instances/done", None, 200, id="any case"),
        pytest.param("POST", "/INSTANCES/missing/RAISEEVENT/go", "1", 404, id="any case of an operation"),
        pytest.param("POST", "/entities/counter?op=set", "1", 202, id="entity without a key"),
        pytest.param("DELETE", "/Entities/counter", None, 202, id="delete of an entity without a key"),
        pytest.param("GET", "/instances?createdTimeFrom=yesterday&top=x", None, 200, id="a time and a number that are none"),
        pytest.param("DELETE", "/instances?createdTimeFrom=yesterday", None, 400, id="purge with a time that is none"),
        pytest.param("POST", "/orchestrators/echo?timeout=1&pollingInterval=10", "1", 400, id="interval longer than wait"),
        pytest.param("POST", "/orchestrators/echo?timeout=1", "1", 202, id="wait without an interval"),
        pytest.param("POST", "/instances/done/terminate", None, 410, id="end one that has ended"),
        pytest.param("POST", "/instances/missing/terminate", None, 404, id="end nobody"),
        pytest.param("POST", "/instances/missing/suspend", None, 404, id="suspend nobody"),
        pytest.param("POST", "/instances/missing/resume", None, 404, id="resume nobody"),
        pytest.param("POST", "/instances/missing/rewind", None, 404, id="rewind nobody"),
        pytest.param("POST", "/instances/done/suspend", None, 410, id="suspend one that has ended"),
        pytest.param("POST", "/instances/done/resume", None, 410, id="resume one that has ended"),
        pytest.param("POST", "/instances/open/resume", None, 500, id="resume one that is not suspended"),
        pytest.param("POST", "/instances/open/rewind", None, 412, id="rewind one that runs"),
        pytest.param("POST", "/instances/done/rewind", None, 412, id="rewind one that has completed"),
        pytest.param("POST", "/instances/missing/restart", None, 400, id="restart nobody"),
        pytest.param("DELETE", "/instances/missing", None, 404, id="purge nobody"),
        pytest.param("DELETE", "/instances", None, 400, id="purge without a time"),
        pytest.param("DELETE", "/instances?createdTimeFrom=2100-01-01", None, 404, id="purge none"),
        pytest.param("GET", "/entities/counter/nobody", None, 404, id="no such entity"),
        pytest.param("POST", "/entities/missing/k?op=add", "1", 400, id="no such kind of entity"),
        pytest.param("GET", "/instances/done?taskHub=other", None, 404, id="another hub"),
        pytest.param("POST", "/makeprimary", None, 200, id="make primary"),
        pytest.param("GET", "/nothing", None, 404, id="no such route"),
    ],
)  # fmt: skip
def test_an_answer_has_its_status(host: Host, method: str, path: str, body: str | None, expected: int) -> None:
    answer = host.management(method, path, data=body, headers={"Content-Type": "application/json"})

    assert answer.status_code == expected


@pytest.mark.parametrize(
    ("method", "path", "body", "told"),
    [
        ("POST", "/orchestrators/chain/open", "1", {"Message": "An Orchestration instance with the status Running already exists."}),
        ("POST", "/orchestrators/chain", "{", {
            "Message": "Something went wrong while processing your request",
            "ExceptionMessage": "Unexpected end when reading JSON. Path '', line 1, position 1.",
            "ExceptionType": "Newtonsoft.Json.JsonSerializationException",
        }),
        ("POST", "/orchestrators/echo?timeout=1&pollingInterval=10", "1", {
            "Message": "One or more of the arguments submitted is incorrect",
            "ExceptionMessage": "Total timeout 1 should be bigger than retry timeout 10",
            "ExceptionType": "System.ArgumentException",
        }),
        ("POST", "/instances/open/raiseEvent/go", "{x", {
            "Message": "Invalid JSON content",
            "ExceptionMessage": "Unexpected character encountered while parsing value: x. Path '', line 1, position 1.",
            "ExceptionType": "Newtonsoft.Json.JsonReaderException",
        }),
        ("POST", "/instances/missing/restart", None, {
            "Message": "InstanceId does not match a valid orchestration instance.",
            "ExceptionMessage": "No instance with ID 'missing' was found. (Parameter 'instanceId')",
            "ExceptionType": "System.ArgumentException",
        }),
        ("POST", "/instances/missing/rewind", None, 'No orchestration with instance ID "$missing" found.'),
        ("POST", "/instances/done/rewind", None,
         'This orchestration has status Completed, but only orchestrations in the "Failed" state can be rewound.'),
        ("DELETE", "/instances", None, "Please provide value for 'createdTimeFrom' parameter."),
        ("POST", "/entities/missing/k?op=add", "1", {
            "Message": "The function 'missing' doesn't exist, is disabled, or is not an entity function. Additional info: "
            "The following are the known entity functions: 'counter'."
        }),
        ("POST", "/entities/counter/k?op=add", "{", {
            "Message": "Could not parse JSON content: Unexpected end when reading JSON. Path '', line 1, position 1."
        }),
    ],
)  # fmt: skip
def test_a_refusal_says_why(host: Host, method: str, path: str, body: str | None, told: object) -> None:
    found = host.management(method, path, data=body, headers={"Content-Type": "application/json"}).json()

    stack = found.pop("StackTrace", "") if isinstance(found, dict) else ""
    assert found == told
    assert bool(stack) == ("ExceptionType" in told if isinstance(told, dict) else False)


def test_an_event_must_be_sent_as_json(host: Host) -> None:
    answer = host.management("POST", "/instances/open/raiseEvent/go", data="1", headers={"Content-Type": "text/plain"})

    assert (answer.status_code, answer.json()) == (
        400,
        {"Message": "Only application/json request content is supported"},
    )


def test_an_unknown_orchestrator_is_started_and_fails(host: Host) -> None:
    answer = host.management("POST", "/orchestrators/missing", json=1)

    output = host.wait_for(answer.json()["id"], "Failed")["output"]
    assert output.startswith(
        "Orchestrator function 'missing' failed: The function 'missing' doesn't exist, is disabled, or is not an "
        "orchestrator function. Additional info: The following are the known orchestrator functions: 'chain', "
    )


def test_links_lead_where_the_caller_came_from(host: Host) -> None:
    started = host.management("POST", "/orchestrators/waiting/linked%20one", headers={"Host": "host.example:81"})
    status = host.management("GET", "/instances/linked%20one?code=abc", headers={"Host": "host.example:81"})

    base = "http://host.example:81/runtime/webhooks/durabletask/instances/linked%20one"
    assert started.json()["terminatePostUri"].startswith(f"{base}/terminate?reason={{text}}&taskHub=")
    assert started.headers["Location"] == started.json()["statusQueryGetUri"]
    assert status.headers["Location"] == f"{base}?code=abc"


def test_a_start_that_waits_for_a_failure_answers_with_the_status(host: Host) -> None:
    path = "/orchestrators/failing?timeout=20&pollingInterval=0.1"
    plain = host.management("POST", path, json="1")
    wanted = host.management("POST", f"{path}&returnInternalServerErrorOnFailure=true", json="1")

    assert (plain.status_code, plain.json()["runtimeStatus"]) == (200, "Failed")
    assert (wanted.status_code, wanted.json()["runtimeStatus"]) == (500, "Failed")


def test_who_is_suspended_cannot_be_suspended_again(host: Host) -> None:
    host.start("waiting", None, "halted")
    host.wait_for("halted", "Running")

    assert host.management("POST", "/instances/halted/suspend?reason=lunch").status_code == 202
    assert host.wait_for("halted", "Suspended")
    assert host.management("GET", "/instances/halted").status_code == 202
    assert host.management("POST", "/instances/halted/suspend").status_code == 500


def test_a_restart_gives_the_links_of_the_new_run(host: Host) -> None:
    answer = host.management("POST", "/instances/done/restart")

    assert answer.status_code == 202
    assert answer.json()["id"] != "done"
    assert host.wait_for(answer.json()["id"])["output"] == 8


def test_a_restart_can_wait_for_the_end(host: Host) -> None:
    answer = host.management("POST", "/instances/done/restart?timeout=20&pollingInterval=0.1")

    assert (answer.status_code, answer.json()) == (200, 8)


def test_the_status_of_an_instance(host: Host) -> None:
    done, still_open = host.management("GET", "/instances/done"), host.management("GET", "/instances/open")
    broken = host.management("GET", "/instances/broken?returnInternalServerErrorOnFailure=true")

    assert done.status_code == 200
    assert list(done.json()) == [
        *("name", "instanceId", "runtimeStatus", "input", "customStatus", "output", "createdTime", "lastUpdatedTime")
    ]
    assert (done.json()["input"], done.json()["output"]) == ("1", 8)
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", done.json()["createdTime"])
    assert (still_open.status_code, still_open.headers["Retry-After"]) == (202, "5")
    assert broken.status_code == 500
    assert host.management("GET", "/instances/done?showInput=false").json()["input"] is None


def test_the_history_is_merged_for_clients(host: Host) -> None:
    found = host.management("GET", "/instances/done?showHistory=true&showHistoryOutput=true").json()["historyEvents"]

    assert [event["EventType"] for event in found] == [
        *("ExecutionStarted", "TaskCompleted", "TaskCompleted", "TaskCompleted", "ExecutionCompleted")
    ]
    assert found[1]["FunctionName"] == "double"
    assert found[1]["Result"] == 2
    assert list(found[1]) == ["EventType", "Result", "Timestamp", "ScheduledTime", "FunctionName", "Input"]


def test_lists_are_paged(host: Host) -> None:
    found: list[dict[str, Any]] = []
    token = ""
    for _ in range(50):
        answer = host.management("GET", "/instances/?top=2&showInput=false", headers={"x-ms-continuation-token": token})
        assert len(answer.json()) <= 2
        found += answer.json()
        token = answer.headers.get("x-ms-continuation-token", "")
        if not token:
            break

    assert {"done", "broken", "open"} <= {each["instanceId"] for each in found}
    assert len(found) == len({each["instanceId"] for each in found})


def test_lists_are_filtered(host: Host) -> None:
    failed = host.management("GET", "/instances?runtimeStatus=Failed,Terminated&instanceIdPrefix=bro").json()
    either = host.management("GET", "/instances?runtimeStatus=Failed&runtimeStatus=Completed&top=1000").json()
    prefixed = host.management("GET", "/instances?instanceIdPrefix=do&createdTimeFrom=2020-01-01T00:00:00Z").json()

    assert [each["instanceId"] for each in failed] == ["broken"]
    assert [each["instanceId"] for each in prefixed] == ["done"]
    assert {"done", "broken"} <= {each["instanceId"] for each in either}


def test_entities_are_signalled_read_listed_and_deleted(host: Host) -> None:
    everything = "/entities?fetchState=true"
    _when(
        lambda: host.management("GET", everything), lambda answer: answer.json() == []
    )  # those of other tests are gone
    host.management("POST", "/entities/Counter/k?op=set", json="5")
    host.management("POST", "/entities/counter/k?op=add", json="2")
    state = _when(lambda: host.management("GET", "/entities/counter/k"), lambda answer: answer.text == "7")

    assert state.json() == 7
    assert host.management("GET", everything).json()[0]["state"] == 7
    assert host.management("GET", "/entities/counter").json()[0]["entityId"] == {"name": "counter", "key": "k"}
    host.management("DELETE", "/entities/counter/k")
    _when(lambda: host.management("GET", "/entities/counter/k"), lambda answer: answer.text == "null")
    assert host.management("GET", everything).json() == []


def test_a_number_as_raw_input_of_an_entity_fails_the_operation_only(host: Host) -> None:
    host.management("POST", "/entities/counter/raw?op=set", json=5)
    host.management("POST", "/entities/counter/raw?op=set", json="6")

    _when(lambda: host.management("GET", "/entities/counter/raw"), lambda answer: answer.text == "6")


def test_instances_are_purged_by_time_and_status(host: Host) -> None:
    for number in range(2):
        host.start("chain", number, f"purge{number}")
        host.wait_for(f"purge{number}")

    answer = host.management("DELETE", "/instances?createdTimeFrom=2020-01-01T00:00:00Z&runtimeStatus=Canceled")
    assert answer.status_code == 404
    assert host.client("purge_instance_history", "purge0") is not None
    assert host.management("GET", "/instances/purge0").status_code == 404


def _when(ask: Callable[[], requests.Response], is_right: Callable[[requests.Response], bool]) -> requests.Response:
    def right() -> list[requests.Response]:
        answer = ask()
        return [answer] if is_right(answer) else []

    return wait_until(right, description="the answer is right")[0]
