"""Orders to kill a stand-in's client, with real processes that die."""

import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from devstack.prove.fatal_request import SETTING, FatalRequests, KillOrder, enclosed, give_order, taking_orders
from mssql_standin.request_hook import load_request_hook


@pytest.fixture
def client() -> Iterator[subprocess.Popen[bytes]]:
    with subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE) as process:
        yield process
        process.kill()


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "order"


@pytest.fixture
def requests(path: Path) -> FatalRequests:
    return FatalRequests.from_environment({SETTING: str(path)})


def test_before_the_third_request_is_done(client: subprocess.Popen[bytes], path: Path, requests: FatalRequests) -> None:
    give_order(path, KillOrder([client.pid], 3, "before"))
    for _ in range(2):
        with requests.request():
            assert client.poll() is None

    with requests.request():
        assert client.wait(60) == -signal.SIGKILL


def test_after_a_request_is_done(client: subprocess.Popen[bytes], path: Path, requests: FatalRequests) -> None:
    give_order(path, KillOrder([client.pid], 1, "after"))

    with requests.request():
        assert client.poll() is None

    assert client.wait(60) == -signal.SIGKILL


def test_requests_of_others_do_not_count(client: subprocess.Popen[bytes], path: Path, requests: FatalRequests) -> None:
    give_order(path, KillOrder([client.pid], 1, "before"))

    with requests.request(client_pid=client.pid + 1):
        assert client.poll() is None
    with requests.request(client_pid=client.pid):
        assert client.wait(60) == -signal.SIGKILL


def test_without_the_setting_or_an_order_nothing_happens(requests: FatalRequests) -> None:
    with requests.request(), FatalRequests.from_environment({}).request():
        pass


def test_the_stand_in_of_sql_server_finds_its_hook_in_the_environment(path: Path) -> None:
    environment = taking_orders(path)

    assert environment[SETTING] == str(path)
    assert load_request_hook(environment["MSSQL_STANDIN_REQUEST_HOOK"]) is enclosed
