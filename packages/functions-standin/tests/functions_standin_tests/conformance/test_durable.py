"""Durable Functions: what orchestrators, activities and entities do to each other."""

import pytest

from functions_standin_tests.conformance.probe import Probe, eventually, new_id


@pytest.mark.parametrize(
    ("name", "value", "output"),
    [
        ("chain", {"n": 1}, {"n": 4}),
        ("fan_out", None, [1, 2, 3, 4, 5]),
        ("parent", None, [{"n": 13}, {"n": 23}]),
        ("timer", None, "fired"),
        ("eternal", {"n": 0}, {"n": 3}),
        ("retries", None, "attempt 3"),
        ("catches", None, "Activity function 'fails' failed: ValueError: the activity fails: åäö "),
        ("counts", None, [7, 7]),
        ("counter_fails", None, True),
        ("passes", {"text": 'åäö 日本 😀 "quoted" \\ <&>', "null": None, "n": 1.5, "big": 12345678901234567}, None),
        ("passes", "x" * 100_000, None),
    ],
    ids=lambda value: value if isinstance(value, str) and len(value) < 20 else "",
)
def test_an_orchestration_ends_with(probe: Probe, name: str, value: object, output: object) -> None:
    found = probe.run(name, value)

    assert found["output"] == (value if output is None else output)
    assert found["name"] == name


def test_an_event_that_is_waited_for_goes_on(probe: Probe) -> None:
    waiting = probe.start("waits")
    probe.wait_for(waiting, "Running")

    assert probe.event(waiting, {"late": "å😀"}).status_code == 202
    assert probe.wait_for(waiting)["output"] == {"event": {"late": "å😀"}}


def test_of_two_events_of_one_name_that_come_before_anybody_waits_the_last_is_seen_twice(probe: Probe) -> None:
    instance = probe.start("two_events")
    probe.wait_for(instance, "Running")
    probe.event(instance, 1)
    probe.event(instance, 2)

    assert probe.wait_for(instance)["output"] == [2, 2]


def test_an_event_wins_against_a_timer_that_is_cancelled(probe: Probe) -> None:
    instance = probe.start("race")
    probe.wait_for(instance, "Running")
    probe.event(instance, 1)

    assert probe.wait_for(instance)["output"] == "event"


def test_what_an_orchestrator_raises_is_its_failure(probe: Probe) -> None:
    instance = probe.start("fails_itself")

    found = probe.wait_for(instance, "Failed")

    assert found["output"].startswith("Orchestrator function 'fails_itself' failed: the orchestrator fails")


def test_a_custom_status_is_told_while_it_runs_and_afterwards(probe: Probe) -> None:
    instance = probe.start("custom_status")
    found = probe.wait_for(instance, "Running")
    assert found["customStatus"] in (None, {"step": 1, "text": "å😀"})
    probe.event(instance, 1)

    assert probe.wait_for(instance)["customStatus"] == "two"


def test_suspended_means_that_nothing_goes_on_until_it_is_resumed(probe: Probe) -> None:
    instance = probe.start("waits")
    probe.wait_for(instance, "Running")
    assert probe.manage("POST", f"/instances/{instance}/suspend?reason=pause").status_code == 202
    probe.wait_for(instance, "Suspended")
    assert probe.event(instance, 1).status_code == 202
    assert probe.manage("POST", f"/instances/{instance}/resume?reason=on").status_code == 202

    assert probe.wait_for(instance)["output"] == {"event": 1}


def test_terminated_with_the_reason_as_output(probe: Probe) -> None:
    instance = probe.start("waits")
    probe.wait_for(instance, "Running")
    assert probe.manage("POST", f"/instances/{instance}/terminate?reason=enough").status_code == 202

    assert probe.wait_for(instance, "Terminated")["output"] == "enough"


def test_a_failed_instance_can_be_rewound(probe: Probe) -> None:
    instance = probe.start("fails_once")
    probe.wait_for(instance, "Failed")
    assert probe.manage("POST", f"/instances/{instance}/rewind?reason=again").status_code == 202

    assert probe.wait_for(instance)["output"] == [2, "the second time"]


def test_an_entity_lives_from_its_first_signal_on(probe: Probe) -> None:
    key = new_id()
    assert probe.client("read", key) == [False, None]
    probe.client("signal", key)
    answer = probe.manage("POST", f"/entities/counter/{key}?op=add", json="2")  # text within text, as the SDK sends it
    assert answer.status_code == 202

    def state() -> object:
        answer = probe.manage("GET", f"/entities/counter/{key}")
        return answer.json() if answer.status_code == 200 else None

    eventually(lambda: state() == 7, lambda: f"the entity has 7; now it has {state()}")
    assert probe.client("read", key) == [True, 7]
