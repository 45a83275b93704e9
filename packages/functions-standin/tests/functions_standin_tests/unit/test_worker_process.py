"""Host and worker as two processes: what each imports, and what becomes of the one without the other."""

import os
import signal
import subprocess
import sys
import threading
from pathlib import Path

import pytest
import requests

from functions_standin_tests.samples import HostProcess, host_process, write_app
from functions_standin_tests.waiting import wait_until

APP = """
    import os, pathlib, sys, time

    @app.route()
    def pid(req: func.HttpRequest) -> str:
        return str(os.getpid())

    @app.route()
    def prints(req: func.HttpRequest) -> str:
        print("the beginning", end="")
        return f"{sys.stdout.line_buffering} {sys.stdout.write_through}"

    @app.route()
    def dies(req: func.HttpRequest) -> str:
        os._exit(7)

    @app.route()
    def waits(req: func.HttpRequest) -> str:
        pathlib.Path("begun").touch()
        while not pathlib.Path("go_on").exists():
            time.sleep(0.01)
        pathlib.Path("went_on").touch()
        return "done"
"""


def get(host: HostProcess, path: str) -> requests.Response:
    return requests.get(f"{host.url}/api/{path}", timeout=30)


def cut_off(host: HostProcess, path: str) -> None:
    with pytest.raises(requests.RequestException):
        get(host, path)


def worker_pid(host: HostProcess) -> int:
    told = [line for line in host.lines if line.startswith("functions_standin: worker is process ")]
    return int(told[-1].split()[-1])


def is_alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


def test_the_worker_may_be_of_another_python(tmp_path: Path) -> None:
    other = tmp_path / "other-python"
    other.write_text(f'#!/bin/sh\nOTHER=yes exec {sys.executable} "$@"\n')
    other.chmod(0o755)
    app = write_app(
        tmp_path,
        """
        import os

        @app.route()
        def other(req: func.HttpRequest) -> str:
            return os.environ.get("OTHER", "no")
        """,
    )

    with host_process(app, environment={"languageWorkers__python__defaultExecutablePath": str(other)}) as host:
        assert get(host, "other").text == "yes"


@pytest.mark.parametrize(
    ("imported", "left_alone"),
    [
        ("functions_standin.startup, functions_standin.host", ["azure.functions", "azure.durable_functions"]),
        ("functions_standin.worker.__main__", ["aiohttp", "pyodbc", "functions_standin.host"]),
    ],
)
def test_neither_imports_what_only_the_other_needs(imported: str, left_alone: list[str]) -> None:
    program = f"import sys, {imported}; print(*sys.modules, sep=chr(10))"

    found = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True).stdout.split()

    assert not set(left_alone) & set(found)


def test_the_worker_is_told_and_is_not_the_host(tmp_path: Path) -> None:
    write_app(tmp_path, APP)

    with host_process(tmp_path) as host:
        assert int(get(host, "pid").text) == worker_pid(host) != host.process.pid


def test_what_is_printed_leaves_line_by_line_and_at_the_end_of_a_call(tmp_path: Path) -> None:
    write_app(tmp_path, APP)

    with host_process(tmp_path, environment={"PYTHONUNBUFFERED": "1"}) as host:
        assert get(host, "prints").text == "True False", "in pieces, it would mix with what the host writes"
        assert get(host, "prints").status_code == 200
        host.wait_for_line("the beginning")


def test_a_worker_that_dies_fails_what_it_runs_and_the_third_one_ends_the_host(tmp_path: Path) -> None:
    write_app(tmp_path, APP)

    with host_process(tmp_path, "--time-scale", "0.01") as host:
        first = get(host, "pid").text
        assert get(host, "dies").status_code == 500
        host.wait_for_line("python exited with code 7 (0x7).")
        second = get(host, "pid").text
        assert second not in {first, str(host.process.pid)}

        for _ in range(2):
            assert get(host, "dies").status_code == 500

        assert host.process.wait(30) == 1
        host.wait_for_line("Exceeded language worker restart retry count for runtime:python.")


def test_calls_that_come_while_there_is_no_worker_wait_for_the_next(tmp_path: Path) -> None:
    write_app(tmp_path, APP)

    with host_process(tmp_path) as host:
        os.kill(worker_pid(host), signal.SIGKILL)

        host.wait_for_line("python exited with code 137 (0x89).")
        assert get(host, "pid").status_code == 200


def test_a_worker_outlives_its_host_and_goes_on(tmp_path: Path) -> None:
    write_app(tmp_path, APP)

    with host_process(tmp_path) as host:
        caller = threading.Thread(target=cut_off, args=(host, "waits"))
        caller.start()
        host.wait_for_line("Executing 'Functions.waits'")
        wait_until((tmp_path / "begun").exists, description="the worker has the call, of which the host told before")
        orphan = worker_pid(host)

        host.process.kill()
        host.process.wait()
        caller.join()
        (tmp_path / "go_on").touch()

        wait_until((tmp_path / "went_on").exists, description="the call goes on without a host")
        assert is_alive(orphan)
        os.kill(orphan, signal.SIGTERM)
        wait_until(lambda: not is_alive(orphan), description="a signal ends it")


def test_a_signal_to_both_lets_the_running_call_end(tmp_path: Path) -> None:
    write_app(tmp_path, APP)
    answers: list[str] = []

    with host_process(tmp_path) as host:
        caller = threading.Thread(target=lambda: answers.append(get(host, "waits").text))
        caller.start()
        host.wait_for_line("Executing 'Functions.waits'")
        wait_until((tmp_path / "begun").exists, description="the worker has the call, of which the host told before")
        worker = worker_pid(host)

        os.killpg(host.process.pid, signal.SIGTERM)
        host.wait_for_line("Stopping the host (SIGTERM)")
        (tmp_path / "go_on").touch()

        assert host.process.wait(30) == 0
        caller.join()
        assert answers == ["done"]
        wait_until(lambda: not is_alive(worker), description="the worker is gone with its host")


def test_a_call_beyond_function_timeout_ends_the_worker_which_is_no_crash(tmp_path: Path) -> None:
    write_app(tmp_path, APP, host_json='{"version": "2.0", "functionTimeout": "00:00:01"}')

    with host_process(tmp_path) as host:
        first = worker_pid(host)

        assert get(host, "waits").status_code == 500

        host.wait_for_line("Timeout value of 00:00:01 exceeded by function 'Functions.waits' (Id: '")
        # One that waits for the next worker may take longer than the limit as well.
        answer = wait_until(lambda: get(host, "pid").text, description="the next worker answers")
        assert int(answer) != first
        assert "Language Worker Process exited" not in host.output
