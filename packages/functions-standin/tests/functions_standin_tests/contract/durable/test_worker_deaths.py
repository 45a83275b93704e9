"""What becomes of durable functions whose worker dies while their host lives on."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from functions_standin_tests.contract.durable.hosts import Host, scene
from functions_standin_tests.waiting import wait_until

EXITED = "python exited with code 7 (0x7)"


@pytest.fixture
def host(azurite: str, tmp_path: Path) -> Iterator[Host]:
    """A host whose worker may die twice."""
    with scene(tmp_path, azurite) as opened:
        yield opened.host()


def counter(host: Host, key: str) -> Any:
    answer = host.management("GET", f"/entities/counter/{key}")
    return answer.json() if answer.status_code == 200 else None


def test_an_activity_has_failed_and_is_not_repeated_an_entity_operation_is(host: Host) -> None:
    host.start("surviving", instance_id="s")
    caught, value = host.wait_for("s")["output"]

    assert caught.startswith(f"Activity function 'die_first' failed: {EXITED} \n ")
    assert value == "s"

    assert host.management("POST", "/entities/counter/k?op=die").status_code == 202

    wait_until(lambda: counter(host, "k") == 1, description="the operation is run again")
    assert "Executed 'Functions.counter' (Failed" in host.output


def test_an_orchestrator_that_ran_in_it_fails_for_good(host: Host) -> None:
    host.start("dying", 0, "first")
    assert host.wait_for("first", "Failed")["output"] == f"Orchestrator function 'dying' failed: {EXITED}"

    host.start("dying", 2, "later")
    assert "Non-Deterministic workflow detected" in host.wait_for("later", "Failed")["output"]


def test_a_child_that_ran_in_it_fails_in_its_parent_and_the_third_death_ends_the_host(host: Host) -> None:
    host.start("parent_of_dying", instance_id="p")
    assert EXITED in host.wait_for("p", "Failed")["output"]

    for number in range(2):
        host.start("echo", number)  # a new worker answers
        before = host.output.count("Language Worker Process exited")
        host.kill_worker()
        wait_until(
            lambda n=before: host.output.count("Language Worker Process exited") > n,  # type: ignore[misc]
            description=f"the host sees death {number}",
        )

    wait_until(lambda: host.has_ended, description="the host ends")
    assert host.process.returncode == 1
    assert "Exceeded language worker restart retry count for runtime:python." in host.output
