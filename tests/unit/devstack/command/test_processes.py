import http.client
import json
import os
import signal
import socket
from collections.abc import Iterator
from pathlib import Path

import pytest

from devstack.command.errors import CommandError, PartFailed
from devstack.command.ports import is_free
from devstack.command.processes import Stack
from tests.unit.devstack.command.fakes import fake_part
from tests.waiting import wait_until


@pytest.fixture
def stack(tmp_path: Path) -> Iterator[Stack]:
    with Stack(tmp_path / "data") as stack:
        yield stack


def answers(port: int) -> bool:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
    try:
        connection.request("GET", "/")
        return connection.getresponse().status == 200
    except OSError:
        return False
    finally:
        connection.close()


def test_a_started_part_is_ready_recorded_and_logs(stack: Stack) -> None:
    part = fake_part(environment={"FAKE_GREETING": "hello"})

    stack.start_part(part)

    assert stack.is_running("fake")
    assert answers(part.ports[0])
    assert "listening on" in stack.log_text("fake")
    assert "hello" in stack.log_text("fake")
    assert json.loads((stack.run_dir / "fake.json").read_text())["pid"] == stack.pid("fake")


def test_a_stopped_stack_leaves_neither_process_nor_record(tmp_path: Path) -> None:
    first, second = fake_part("first"), fake_part("second")
    with Stack(tmp_path) as stack:
        stack.start_part(first)
        stack.start_part(second)

    assert is_free(first.ports[0])
    assert is_free(second.ports[0])
    assert list((tmp_path / "run").glob("*.json")) == []


def test_parts_stop_in_the_reverse_order_of_their_start(stack: Stack, tmp_path: Path) -> None:
    for name in ("first", "second"):
        stack.start_part(fake_part(name, "--goodbye", str(tmp_path / "goodbyes"), name))

    stack.stop()

    assert (tmp_path / "goodbyes").read_text().split() == ["second", "first"]


def test_a_killed_part_comes_back_as_it_was(stack: Stack) -> None:
    part = fake_part(environment={"FAKE_GREETING": "hello"})
    stack.start_part(part)
    pid = stack.pid("fake")

    stack.kill("fake")

    assert not stack.is_running("fake")
    assert stack.exit_status("fake") == -signal.SIGKILL
    assert not answers(part.ports[0])

    stack.restart("fake")

    assert answers(part.ports[0])
    assert stack.pid("fake") != pid
    assert "hello" in stack.log_text("fake")
    assert stack.log("fake").read_text().count("listening") == 2


def test_a_restart_can_change_the_environment(stack: Stack) -> None:
    stack.start_part(fake_part(environment={"FAKE_GREETING": "hello"}))

    stack.restart("fake", env={"FAKE_GREETING": "goodbye"})
    stack.wait_for_log("fake", "goodbye")

    assert "hello" not in stack.log_text("fake")


def test_a_part_that_ends_at_once_is_reported_with_its_log(stack: Stack) -> None:
    with pytest.raises(PartFailed, match=r"fake ended at once(.|\n)*something is wrong with this part"):
        stack.start_part(fake_part("fake", "--exit", "3"))

    assert stack.exit_status("fake") == 3
    assert list(stack.run_dir.glob("*.json")) == []


def test_a_part_that_never_gets_ready_is_ended(stack: Stack) -> None:
    with pytest.raises(PartFailed, match="not ready within 1 s"):
        stack.start_part(fake_part("fake", "--silent", ready_within_seconds=1))

    assert not stack.is_running("fake")


def test_a_taken_port_is_named_with_part_and_owner(stack: Stack) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]

        with pytest.raises(CommandError, match=rf"port {port}, which fake needs, is taken by .*\(pid {os.getpid()}\)"):
            stack.start_part(fake_part(port=port))


def test_a_running_part_is_not_started_twice(stack: Stack) -> None:
    stack.start_part(fake_part())

    with pytest.raises(CommandError, match="fake runs already"):
        stack.start_part(fake_part())


@pytest.mark.parametrize("act", [Stack.kill, Stack.stop, Stack.restart, Stack.pid], ids=lambda act: act.__name__)
def test_a_part_that_was_never_started_is_a_clear_error(stack: Stack, act: object) -> None:
    assert callable(act)
    with pytest.raises(CommandError, match="demo_api was not started"):
        act(stack, "demo_api")


def test_an_unknown_part_is_a_clear_error(stack: Stack) -> None:
    with pytest.raises(CommandError, match="there is no part 'mongodb'"):
        stack.start("mongodb")


def test_a_part_that_dies_is_seen(stack: Stack) -> None:
    stack.start_part(fake_part())

    os.kill(stack.pid("fake"), signal.SIGKILL)

    wait_until(lambda: not stack.is_running("fake"), description="the death is seen")


def test_waiting_for_a_log_line_says_what_was_there_instead(stack: Stack) -> None:
    stack.start_part(fake_part())

    with pytest.raises(PartFailed, match=r"did not log 'unheard of'(.|\n)*listening on"):
        stack.wait_for_log("fake", "unheard of", timeout_seconds=0.1)


def test_every_part_gets_ports_of_its_own_and_keeps_them(stack: Stack) -> None:
    names = ("azurite", "sql_server", "demo_api", "functions_host", "functions_host_2")

    ports = [port for name in names for port in stack.part(name).ports]

    assert len(set(ports)) == len(ports) == 7
    assert [port for name in names for port in stack.part(name).ports] == ports


def test_a_host_is_told_where_the_other_parts_are(tmp_path: Path) -> None:
    stack = Stack(tmp_path, env={"EXTRA": "1", "API_URL": "http://elsewhere"})

    host = stack.part("functions_host_2")

    sql, [blob, queue, table] = stack.ports("sql_server")[0], stack.ports("azurite")
    assert f"Server=tcp:127.0.0.1,{sql};Database=RelayDemo" in host.environment["SqlConnectionString"]
    storage = host.environment["AzureWebJobsStorage"]
    for service, port in (("Blob", blob), ("Queue", queue), ("Table", table)):
        assert f"{service}Endpoint=http://127.0.0.1:{port}/devstoreaccount1" in storage
    assert (host.environment["EXTRA"], host.environment["API_URL"]) == ("1", "http://elsewhere")
    assert host.address == stack.url("functions_host_2")


def test_the_password_is_in_no_command_line_and_no_repr(tmp_path: Path) -> None:
    stack = Stack(tmp_path, password="Secret-1")

    parts = [stack.part(name) for name in ("sql_server", "functions_host")]

    assert "Secret-1" in stack.sql_connection_string
    assert "Secret-1" not in repr(parts)
    assert parts[0].environment == {"MSSQL_STANDIN_PASSWORD": "Secret-1"}


def test_no_other_part_inherits_the_password_of_the_database(stack: Stack, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MSSQL_STANDIN_PASSWORD", "Secret-1")

    stack.start_part(fake_part())

    environ = Path(f"/proc/{stack.pid('fake')}/environ").read_text()
    assert "PATH=" in environ
    assert "Secret-1" not in environ
