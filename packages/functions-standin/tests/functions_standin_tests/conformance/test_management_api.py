"""Durable's HTTP API: statuses, bodies and links."""

import pytest

from functions_standin_tests.conformance.probe import MANAGEMENT, Probe, new_id


@pytest.fixture(scope="module")
def completed(probe: Probe) -> str:
    """An instance that has completed."""
    instance = probe.start("chain", {"n": 1})
    probe.wait_for(instance)
    return instance


def test_a_starter_answers_with_the_links_of_the_instance(probe: Probe) -> None:
    instance = new_id()
    answer = probe.ask("POST", f"/api/start/chain?id={instance}", json={"n": 1})

    assert answer.status_code == 202
    assert answer.headers["Retry-After"] == "10"
    links = answer.json()
    assert links["id"] == instance
    assert answer.headers["Location"] == links["statusQueryGetUri"]
    assert links["statusQueryGetUri"].startswith(f"{probe.url}{MANAGEMENT}/instances/{instance}?")
    assert list(links) == [
        "id",
        "statusQueryGetUri",
        "sendEventPostUri",
        "terminatePostUri",
        "rewindPostUri",
        "purgeHistoryDeleteUri",
        "restartPostUri",
        "suspendPostUri",
        "resumePostUri",
    ]


def test_a_running_instance_is_202_and_a_completed_one_200(probe: Probe, completed: str) -> None:
    waiting = probe.start("waits")
    probe.wait_for(waiting, "Running")
    answer = probe.manage("GET", f"/instances/{waiting}")

    assert answer.status_code == 202
    assert answer.headers["Location"].startswith(f"{probe.url}{MANAGEMENT}/instances/{waiting}")
    assert probe.manage("GET", f"/instances/{completed}").status_code == 200
    probe.manage("POST", f"/instances/{waiting}/terminate")


def test_a_status_has_these_members(probe: Probe, completed: str) -> None:
    found = probe.status(completed)

    assert list(found) == [
        "name",
        "instanceId",
        "runtimeStatus",
        "input",
        "customStatus",
        "output",
        "createdTime",
        "lastUpdatedTime",
    ]
    assert (found["input"], found["customStatus"], found["output"]) == ('{"n": 1}', None, {"n": 4})
    assert probe.status(completed, "?showInput=false")["input"] is None


def test_a_history_has_these_events(probe: Probe, completed: str) -> None:
    events = probe.status(completed, "?showHistory=true&showHistoryOutput=true")["historyEvents"]

    assert [event["EventType"] for event in events] == [
        "ExecutionStarted",
        "TaskCompleted",
        "TaskCompleted",
        "TaskCompleted",
        "ExecutionCompleted",
    ]
    assert [event.get("Result") for event in events] == [None, 2, 3, 4, {"n": 4}]
    assert events[0]["Input"] == '"{\\"n\\": 1}"'
    assert (events[1]["FunctionName"], events[1]["Input"]) == ("add_one", None)


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", "/instances/{missing}", 404),
        ("POST", "/instances/{missing}/terminate", 404),
        ("POST", "/instances/{missing}/suspend", 404),
        ("POST", "/instances/{missing}/resume", 404),
        ("POST", "/instances/{missing}/rewind", 404),
        ("POST", "/instances/{missing}/restart", 400),
        ("DELETE", "/instances/{missing}", 404),
        ("POST", "/instances/{completed}/terminate", 410),
        ("POST", "/instances/{completed}/suspend", 410),
        ("POST", "/instances/{completed}/resume", 410),
        ("POST", "/instances/{completed}/rewind", 412),
        ("PUT", "/instances/{completed}", 404),
        ("GET", "/instances/{completed}?taskHub=OtherHub", 404),
        ("GET", "/Instances/{completed}", 200),
        ("DELETE", "/instances", 400),
        ("GET", "/entities/nope/k", 404),
        ("GET", "/nothing", 404),
    ],
)
def test_the_api_answers(probe: Probe, completed: str, method: str, path: str, status: int) -> None:
    answer = probe.manage(method, path.format(missing="missing-" + new_id(), completed=completed))

    assert answer.status_code == status, answer.text


def test_events_reach_nobody_who_is_missing_or_has_ended(probe: Probe, completed: str) -> None:
    assert probe.event("missing-" + new_id(), 1).status_code == 404
    assert probe.event(completed, 1).status_code == 410


def test_an_instance_that_runs_is_not_started_again(probe: Probe) -> None:
    instance = probe.start("waits")
    probe.wait_for(instance, "Running")

    answer = probe.manage("POST", f"/orchestrators/waits/{instance}", json=1)

    assert answer.status_code == 409
    assert answer.json()["Message"] == "An Orchestration instance with the status Running already exists."
    probe.manage("POST", f"/instances/{instance}/terminate")


def test_a_start_that_waits_answers_with_the_output(probe: Probe) -> None:
    answer = probe.manage("POST", f"/orchestrators/chain/{new_id()}?timeout=30&pollingInterval=1", json={"n": 1})

    assert (answer.status_code, answer.json()) == (200, {"n": 4})


def test_a_start_that_waits_for_what_fails_answers_with_its_status(probe: Probe) -> None:
    answer = probe.manage("POST", f"/orchestrators/fails_itself/{new_id()}?timeout=30&pollingInterval=1", json=1)

    assert (answer.status_code, answer.json()["runtimeStatus"]) == (200, "Failed")


def test_a_body_that_is_no_json_is_an_error(probe: Probe) -> None:
    answer = probe.manage("POST", "/orchestrators/chain", data=b"{", headers={"Content-Type": "application/json"})

    assert answer.status_code == 500
    assert answer.json()["Message"] == "Something went wrong while processing your request"


def test_instances_are_listed_by_prefix_and_several_states(probe: Probe) -> None:
    prefix = new_id()
    for number, name in enumerate(("chain", "fails_itself", "waits")):
        probe.start(name, {"n": 1}, f"{prefix}-{number}")
    for number, status in enumerate(("Completed", "Failed", "Running")):
        probe.wait_for(f"{prefix}-{number}", status)

    def listed(query: str) -> list[str]:
        answer = probe.manage("GET", f"/instances?instanceIdPrefix={prefix}{query}")
        assert answer.status_code == 200
        return sorted(each["instanceId"][-1] for each in answer.json())

    assert listed("") == ["0", "1", "2"]
    assert listed("&runtimeStatus=Completed&runtimeStatus=Failed") == ["0", "1"]
    assert listed("&runtimeStatus=Completed,Running") == ["0", "2"]
    probe.manage("POST", f"/instances/{prefix}-2/terminate")


def test_a_purged_instance_is_gone(probe: Probe) -> None:
    instance = probe.start("chain", {"n": 1})
    probe.wait_for(instance)

    answer = probe.manage("DELETE", f"/instances/{instance}")

    assert (answer.status_code, answer.json()) == (200, {"instancesDeleted": 1})
    assert probe.manage("GET", f"/instances/{instance}").status_code == 404


def test_a_restarted_instance_runs_again_under_its_id(probe: Probe) -> None:
    instance = probe.start("chain", {"n": 5})
    probe.wait_for(instance)

    answer = probe.manage("POST", f"/instances/{instance}/restart?restartWithNewInstanceId=false")

    assert answer.status_code == 202
    assert probe.wait_for(instance)["output"] == {"n": 8}
