import json
from collections.abc import Iterator

import pytest

from functions_standin_tests.contract.durable.hosts import EVERYTHING, Host, Scene, carry_everything_through
from functions_standin_tests.contract.durable.hosts import scene as open_scene
from functions_standin_tests.waiting import wait_until


@pytest.fixture(scope="module")
def host(azurite: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Host]:
    """A host for all tests that let it live; their instances have ids of their own."""
    with open_scene(tmp_path_factory.mktemp("orchestrations"), azurite) as opened:
        yield opened.host()


def test_everything_works_together(host: Host) -> None:
    carry_everything_through(host, "all")
    found = host.status("all")

    assert found["runtimeStatus"] == "Completed"
    assert found["output"] == {**EVERYTHING, "fan_out": [0, 2, 4, "all", 40]}
    assert found["customStatus"] == "second round"


def test_a_host_that_was_stopped_or_killed_is_continued_by_the_next(scene: Scene) -> None:
    first = scene.host()
    first.start("waiting", instance_id="w")
    first.wait_for("w", "Running")
    assert first.stop() == 0
    second = scene.host()
    second.client("raise_event", "w", "go", [1])
    second.kill()

    third = scene.host()

    assert third.wait_for("w")["output"] == "[1]"


def test_an_event_of_the_sdk_arrives_as_json_text_and_a_raw_one_as_it_is(host: Host) -> None:
    host.start("waiting", instance_id="sdk")
    host.start("waiting", instance_id="raw")

    host.client("raise_event", "sdk", "go", {"a": 1})
    host.management("POST", "/instances/raw/raiseEvent/GO", json={"a": 1})
    host.management("POST", "/instances/raw/raiseEvent/go", json={"b": 1})

    assert host.wait_for("sdk")["output"] == '{"a": 1}'
    assert host.wait_for("raw")["output"] == {"b": 1}


def test_three_early_events_of_one_name_all_become_the_last(host: Host) -> None:
    host.start("early_events", instance_id="e")
    host.wait_for("e", "Running")
    for number in range(3):
        host.management("POST", "/instances/e/raiseEvent/E", json=number)

    host.management("POST", "/instances/e/raiseEvent/begin", json=True)

    assert host.wait_for("e")["output"] == [2, 2, 2]


def test_a_failure_is_told_as_on_azure(host: Host) -> None:
    host.start("failing", "again", "f")
    output = host.wait_for("f", "Failed")["output"]

    first, second = output.split(" \n ", 1)
    assert first == (
        "Orchestrator function 'failing' failed: Activity function 'fail_always' failed: ValueError: never again"
    )
    assert json.loads(second)["Message"] == "ValueError: never again"
    assert json.loads(second)["InnerException"]["RemoteMessage"] == "ValueError: never again"


def test_a_call_of_an_unknown_activity_hangs_and_the_host_says_so(host: Host) -> None:
    host.start("lost", instance_id="l")

    wait_until(lambda: "calls activity 'there_is_no_such_activity'" in host.output, description="the host tells")
    host.wait_for("l", "Running")


@pytest.mark.parametrize("value", [{"a": 1}, [1, 2], 5, "text", None, True])
def test_inputs_of_the_sdk_come_through(host: Host, value: object) -> None:
    instance_id = host.start("echo", value)

    assert host.wait_for(instance_id)["output"] == value


def test_suspend_resume_terminate_rewind_restart_and_purge(host: Host) -> None:
    for name in ("s", "t"):
        host.start("waiting", instance_id=name)
        host.wait_for(name, "Running")
    host.start("mended", "m", "m")
    host.wait_for("m", "Failed")

    host.client("suspend", "s", "a while")
    host.wait_for("s", "Suspended")
    host.client("raise_event", "s", "go", 1)
    host.client("resume", "s", "on")
    host.client("terminate", "t", "enough")
    host.client("rewind", "m", "once more")

    assert host.wait_for("s")["output"] == "1"
    assert host.wait_for("t", "Terminated")["output"] == "enough"
    assert host.wait_for("m")["output"] == "m"
    restarted = host.client("restart", "m", False)
    assert restarted["id"] == "m"
    assert host.wait_for("m")["output"] == "m"
    host.client("purge_instance_history", "m")
    assert host.management("GET", "/instances/m").status_code == 404


def test_an_activity_that_outlasts_its_visibility_runs_once(scene: Scene) -> None:
    host = scene.host()  # its visibility is 3 s as the scene scales time
    file = scene.folder / "go"

    host.start("holding", str(file), "h")
    host.start("sleeping", 7, "z")
    host.wait_for("z")
    file.touch()

    assert host.wait_for("h")["output"] == "held"
    assert scene.runs == [f"hold {file}"]


def test_the_host_calls_http_for_an_orchestrator(host: Host) -> None:
    host.start("fetching", f"{host.url}/admin/host/status", "fetching")

    assert host.wait_for("fetching")["output"] == [200, "Running"]


def test_a_start_over_an_instance_that_has_ended_replaces_it(host: Host) -> None:
    for number in (1, 2):
        host.start("chain", number, "again")
        host.wait_for("again")

    assert host.status("again")["output"] == 16


def test_a_name_is_found_whatever_its_case(host: Host) -> None:
    host.start("CHAIN", 1, "c")

    assert host.wait_for("c")["output"] == 8
