import json
import signal
import socket
import threading
from pathlib import Path

import pytest
import requests

from functions_standin_tests.samples import LOCAL_SETTINGS, host_process, run_host, write_app

HELLO = """
    import os, sys

    @app.route(route="hello/{name}", methods=["GET", "POST"])
    def hello(req: func.HttpRequest) -> str:
        logging.info("hello %s", req.route_params["name"])
        print("printed")
        return f"hello {req.route_params['name']}"

    @app.route()
    def surroundings(req: func.HttpRequest) -> str:
        return "\\n".join([os.getcwd(), os.environ.get(req.params["name"], "-"), sys.path[-2]])
"""


def test_the_start_looks_like_that_of_core_tools_but_says_what_it_is(tmp_path: Path) -> None:
    write_app(
        tmp_path,
        HELLO
        + """
    @app.timer_trigger(arg_name="timer", schedule="0 0 0 1 1 *")
    def tick(timer: func.TimerRequest) -> None: ...
""",
    )

    with host_process(tmp_path, "--time-scale", "0.5") as host:
        port = host.url.rpartition(":")[2]

        assert "Functions host stand-in" in host.output
        assert "not made by Microsoft" in host.output
        assert "multiplied by 0.5" in host.output
        assert f"\thello: [GET,POST] http://localhost:{port}/api/hello/{{name}}" in host.output
        assert f"\tsurroundings: http://localhost:{port}/api/surroundings" in host.output
        assert "\ttick: timerTrigger" in host.output


@pytest.mark.parametrize("unbuffered", ["", "1"], ids=["buffered", "unbuffered"])
def test_calls_logs_and_prints_appear(tmp_path: Path, unbuffered: str) -> None:
    write_app(tmp_path, HELLO)

    with host_process(tmp_path, environment={"PYTHONUNBUFFERED": unbuffered}) as host:
        response = requests.get(f"{host.url}/api/hello/you", timeout=30)

        assert response.text == "hello you"
        host.wait_for_line("Executed 'Functions.hello' (Succeeded")
        assert "Executing 'Functions.hello' (Reason='This function was programmatically called" in host.output
        assert any(line.endswith("Z] hello you") for line in host.lines)
        assert "printed" in host.lines, "a call's prints are there before its outcome"


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("Mine", "from the environment"),
        ("Theirs", "from the file"),
        ("AZURE_FUNCTIONS_ENVIRONMENT", "Development"),
        ("PYTHON_ENABLE_DEBUG_LOGGING", "1"),
    ],
)
def test_the_app_finds_its_surroundings(tmp_path: Path, name: str, expected: str) -> None:
    settings = json.loads(LOCAL_SETTINGS)
    settings["Values"] |= {"Mine": "from the file", "Theirs": "from the file"}
    write_app(tmp_path, HELLO, local_settings=json.dumps(settings))

    with host_process(tmp_path, environment={"Mine": "from the environment"}) as host:
        answer = requests.get(f"{host.url}/api/surroundings?name={name}", timeout=30).text

        assert answer.splitlines() == [str(tmp_path), expected, str(tmp_path)]
        host.wait_for_line("Skipping 'Mine' from local settings as it's already defined")


def test_only_the_named_functions_run(tmp_path: Path) -> None:
    write_app(tmp_path, HELLO)

    with host_process(tmp_path, "--functions", "HELLO") as host:
        assert requests.get(f"{host.url}/api/hello/you", timeout=30).status_code == 200
        assert requests.get(f"{host.url}/api/surroundings?name=x", timeout=30).status_code == 404


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_ends_it_with_status_0(tmp_path: Path, number: signal.Signals) -> None:
    write_app(tmp_path, HELLO)

    with host_process(tmp_path) as host:
        assert host.stop(number) == 0


def test_a_running_invocation_is_waited_for(tmp_path: Path) -> None:
    write_app(
        tmp_path,
        """
    import pathlib, time

    @app.route()
    def slow(req: func.HttpRequest) -> str:
        while not pathlib.Path("go_on").exists():
            time.sleep(0.01)
        return "done"
    """,
    )
    answers: list[str] = []

    with host_process(tmp_path) as host:
        caller = threading.Thread(target=lambda: answers.append(requests.get(f"{host.url}/api/slow", timeout=30).text))
        caller.start()
        host.wait_for_line("Executing 'Functions.slow'")
        host.process.send_signal(signal.SIGTERM)
        host.wait_for_line("Stopping the host (SIGTERM)")
        (tmp_path / "go_on").touch()

        assert host.process.wait(30) == 0
        caller.join()

    assert answers == ["done"]


def test_a_port_in_use_is_told_before_anything_starts(tmp_path: Path) -> None:
    write_app(tmp_path, "print('imported')")
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]

        status, output = run_host(tmp_path, "--port", str(port))

    assert status == 1
    assert f"Port {port} on 127.0.0.1 is unavailable" in output
    assert "specify another port using --port" in output
    assert "imported" not in output


@pytest.mark.parametrize(
    ("source", "host_json", "local_settings", "problem"),
    [
        pytest.param("app = None", '{"version": "2.0"}', LOCAL_SETTINGS, "Could not find top level function app", id="app"),
        pytest.param("", "{}", LOCAL_SETTINGS, '"version" must be "2.0"', id="host.json"),
        pytest.param("", '{"version": "2.0"}', "{}", "IsEncrypted", id="local.settings.json"),
        pytest.param("", '{"version": "2.0"}', LOCAL_SETTINGS.replace("python", "node"), "FUNCTIONS_WORKER_RUNTIME is 'node'", id="runtime"),
        pytest.param("", '{"version": "2.0", "extensions": {"Sql": {"MaxBatchSize": 0}}}', LOCAL_SETTINGS, "extensions.Sql.MaxBatchSize must be", id="setting of an extension"),
    ],
)  # fmt: skip
def test_an_app_that_cannot_start_ends_with_status_1_and_one_line(
    tmp_path: Path, source: str, host_json: str, local_settings: str, problem: str
) -> None:
    write_app(tmp_path, source, host_json=host_json, local_settings=local_settings)

    status, output = run_host(tmp_path)

    assert status == 1
    assert problem in output.splitlines()[-1]
    assert "Traceback" not in output


def test_a_sql_server_that_is_down_is_waited_for_and_the_password_stays_secret(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    settings = json.loads(LOCAL_SETTINGS)
    settings["Values"]["Sql"] = (
        f"Server=tcp:127.0.0.1,{port};Database=d;User ID=sa;Password=Very-Secret-1;Connect Timeout=1"
    )
    write_app(
        tmp_path,
        """
    @app.sql_trigger(arg_name="changes", table_name="dbo.Orders", connection_string_setting="Sql")
    def on_change(changes: str) -> None: ...
    """,
        local_settings=json.dumps(settings),
    )

    with host_process(tmp_path, "--time-scale", "0.01", "--verbose") as host:
        host.wait_for_line("The listener for function 'Functions.on_change' was unable to start.")
        host.wait_for_line("Retrying to start listener for function 'Functions.on_change' (Attempt 2)")

        assert "Failed to start SQL trigger listener for table: 'dbo.Orders', function ID: '" in host.output
        assert (
            "SQL trigger startup phase 'OpenConnection' failed for table: 'dbo.Orders', function ID: '" in host.output
        )
        assert "\nMicrosoft.Data.SqlClient.SqlException: " in host.output
        assert "WEBSITE_SITE_NAME configuration is not set, will fall back to" in host.output
        assert requests.get(f"{host.url}/admin/host/status", timeout=30).json()["state"] == "Running"
        assert host.stop() == 0
        assert "Very-Secret-1" not in host.output


def test_an_sql_trigger_without_its_setting_is_in_error_and_the_rest_runs(tmp_path: Path) -> None:
    write_app(
        tmp_path,
        """
    @app.sql_trigger(arg_name="changes", table_name="dbo.Orders", connection_string_setting="Nowhere", more="ignored")
    def on_change(changes: str) -> None: ...
    """,
    )

    with host_process(tmp_path) as host:
        [error] = requests.get(f"{host.url}/admin/host/status", timeout=30).json()["errors"]

    assert error == (
        "The 'on_change' function is in error: Microsoft.Azure.WebJobs.Host: Error indexing method 'Functions.on_change'. "
        "Microsoft.Azure.WebJobs.Extensions.Sql: ConnectionStringSetting 'Nowhere' is missing in your function app "
        "settings, please add the setting with a valid SQL connection string."
    )
