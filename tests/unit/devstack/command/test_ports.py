import os
import socket
import subprocess
import sys

from devstack.command.ports import accepts_connections, free_port, is_free, owner
from tests.unit.devstack.command.fakes import ROOT


def test_a_listening_port_is_taken_and_its_owner_known() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]

        assert not is_free(port)
        assert accepts_connections(port)
        found = owner(port)
        assert found is not None
        assert found[0] == os.getpid()


def test_a_server_on_all_interfaces_takes_the_port_too() -> None:
    with socket.create_server(("", 0)) as server:
        assert not is_free(server.getsockname()[1])


def test_no_two_processes_find_the_same_port_before_either_takes_it() -> None:
    look = "from devstack.command.ports import free_port; print(*(free_port() for _ in range(200))); input()"
    command = [sys.executable, "-c", look]
    found: list[set[str]] = []

    with (
        subprocess.Popen(command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as first,
        subprocess.Popen(command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as second,
    ):
        for process in (first, second):
            assert process.stdout is not None
            found.append(set(process.stdout.readline().split()))
        first.communicate("\n")
        second.communicate("\n")

    assert len(found[0]) > 100
    assert found[0].isdisjoint(found[1])


def test_a_free_port_has_no_owner_and_can_be_taken() -> None:
    port = free_port()

    assert is_free(port)
    assert not accepts_connections(port)
    assert owner(port) is None
    socket.create_server(("127.0.0.1", port)).close()
