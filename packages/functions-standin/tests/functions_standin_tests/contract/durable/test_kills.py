"""A host that is killed at any point between two writes, and the next one, which finishes what it began."""

import contextlib
from collections.abc import Iterator, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
import requests

from functions_standin.durable.hub.crash_points import SETTING, Point
from functions_standin_tests.contract.durable.hosts import EVERYTHING, Host, carry_everything_through, scene
from functions_standin_tests.waiting import wait_until

ID = "killed"
# Some points are worth a second look at a later pass.
CASES = [*(f"{point}:1" for point in Point), "messages-sent:4", "history-written:5", "instance-written:3"]
AT_ONCE = 3  # each asks the storage some fifty times a second, as the scene scales time


@pytest.fixture(scope="module")
def ended(azurite: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Mapping[str, Future[dict[str, Any]]]]:
    """What came of each case; they run side by side, since most of their time is waiting."""
    with ThreadPoolExecutor(AT_ONCE) as threads:
        yield {case: threads.submit(_run, tmp_path_factory.mktemp("kill"), azurite, case) for case in CASES}


@pytest.mark.parametrize("case", CASES)
def test_nothing_is_lost_when_the_host_dies_at(case: str, ended: Mapping[str, Future[dict[str, Any]]]) -> None:
    found = ended[case].result()

    assert found["runtimeStatus"] == "Completed"
    if case.startswith(Point.HISTORY_BATCH_WRITTEN):
        assert found["output"] == 100
    else:
        assert found["output"] == {**EVERYTHING, "fan_out": [0, 2, 4, ID, 40]}


def _run(folder: Path, connection_string: str, case: str) -> dict[str, Any]:
    name = "wide" if case.startswith(Point.HISTORY_BATCH_WRITTEN) else "everything"
    with scene(folder, connection_string) as opened:
        doomed = opened.host(environment={SETTING: case})
        with contextlib.suppress(requests.RequestException, AssertionError):
            _carry_through(doomed, name)
        wait_until(lambda: doomed.has_ended, description=f"the host dies at {case}")
        assert doomed.process.returncode == -9
        next_host = opened.host()
        _carry_through(next_host, name)
        return next_host.status(ID)


def _carry_through(host: Host, name: str) -> None:
    if name == "everything":
        carry_everything_through(host, ID)
        return
    if host.status(ID)["runtimeStatus"] == "Missing":
        host.start(name, 100, ID)
    host.wait_for(ID)
