"""Timer triggers of the stand-in on Azurite: status, past due, the lock of two hosts."""

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import requests
from azure.storage.blob import ContainerClient

from functions_standin.storage.account import parse_connection_string
from functions_standin_tests.azurite import Azurite
from functions_standin_tests.samples import HostProcess, end_group, host_process, write_app
from functions_standin_tests.waiting import wait_until

EVERY_SECOND = """
    @app.timer_trigger(arg_name="timer", schedule="* * * * * *")
    def tick(timer: func.TimerRequest) -> None:
        logging.info("tick %s", timer.past_due)
"""
YEARLY = """
    @app.timer_trigger(arg_name="timer", schedule="0 0 0 1 1 *")
    def tick(timer: func.TimerRequest) -> None:
        logging.info("tick %s %s", timer.past_due, timer.schedule_status)
"""


@pytest.fixture
def storage(azurite: str) -> str:
    return azurite


@pytest.fixture
def environment(storage: str, unique: str) -> dict[str, str]:
    return {"AzureWebJobsStorage": storage, "AzureFunctionsWebHost__hostid": unique}


def blobs(storage: str) -> ContainerClient:
    account = parse_connection_string(storage)
    return ContainerClient(
        account.blob_url,
        "azure-webjobs-hosts",
        credential={"account_name": account.name, "account_key": key_of(storage)},
    )


def key_of(storage: str) -> str:
    return storage.split("AccountKey=")[1].split(";", maxsplit=1)[0]


def status_of(storage: str, unique: str) -> dict[str, str]:
    with blobs(storage) as container:
        content = container.download_blob(f"timers/{unique}/Host.Functions.tick/status").readall()
    return dict(json.loads(content))


def ticks(host: HostProcess) -> int:
    return sum("tick False" in line for line in host.lines)


def test_a_timer_fires_and_says_why(tmp_path: Path, environment: dict[str, str]) -> None:
    write_app(tmp_path, EVERY_SECOND)

    with host_process(tmp_path, environment=environment) as host:
        host.wait_for_line("tick False")

        assert "Executing 'Functions.tick' (Reason='Timer fired at " in host.output


def test_the_first_start_only_remembers_when_it_is_due(
    tmp_path: Path, environment: dict[str, str], storage: str, unique: str
) -> None:
    write_app(tmp_path, YEARLY)

    with host_process(tmp_path, environment=environment) as host:
        host.wait_for_line("listening on")
        wait_for_status(storage, unique)

    status = status_of(storage, unique)
    assert status["Last"].startswith("0001-01-01")
    assert status["Next"][4:19] == "-01-01T00:00:00"
    assert "Z] tick" not in host.output


def test_a_missed_run_is_made_up_for_once(
    tmp_path: Path, environment: dict[str, str], storage: str, unique: str
) -> None:
    write_app(tmp_path, YEARLY)
    long_ago = datetime.now(UTC) - timedelta(days=800)
    status = {
        "Last": (long_ago - timedelta(days=365)).isoformat(),
        "Next": (long_ago + timedelta(days=1)).isoformat(),
        "LastUpdated": long_ago.isoformat(),
    }
    with blobs(storage) as container:
        if not container.exists():
            container.create_container()
        container.upload_blob(f"timers/{unique}/Host.Functions.tick/status", json.dumps(status))

    with host_process(tmp_path, environment=environment) as host:
        line = host.wait_for_line("tick True")
        now = str(datetime.now(UTC).year)
        wait_until(lambda: status_of(storage, unique)["Last"].startswith(now), description="the run is remembered")

    assert "'Next'" in line
    assert sum("tick True" in each for each in host.lines) == 1


def test_of_two_hosts_one_fires_and_the_other_takes_over(tmp_path: Path, environment: dict[str, str]) -> None:
    write_app(tmp_path, EVERY_SECOND)
    options = ("--time-scale", "0.02")

    with (
        host_process(tmp_path, *options, environment=environment) as first,
        host_process(tmp_path, *options, environment=environment) as second,
    ):
        wait_until(lambda: ticks(first) + ticks(second) >= 3, description="the timer fires")
        active, idle = (first, second) if ticks(first) else (second, first)
        assert ticks(idle) == 0

        end_group(active.process.pid)

        wait_until(lambda: ticks(idle) > 0, description="the other host takes over")


def test_without_storage_the_host_says_so_and_goes_on(tmp_path: Path) -> None:
    write_app(
        tmp_path,
        EVERY_SECOND + '\n    @app.route()\n    def hello(req: func.HttpRequest) -> str:\n        return "hi"\n',
    )
    nowhere = "AccountName=a;AccountKey=a2V5;BlobEndpoint=http://127.0.0.1:1/a;QueueEndpoint=http://127.0.0.1:1/a;TableEndpoint=http://127.0.0.1:1/a"

    with host_process(tmp_path, environment={"AzureWebJobsStorage": nowhere}) as host:
        host.wait_for_line("cannot use its storage")
        assert requests.get(f"{host.url}/api/hello", timeout=30).text == "hi"


def test_a_host_whose_storage_goes_away_ends_when_it_cannot_renew_its_lock(tmp_path: Path, unique: str) -> None:
    write_app(tmp_path, EVERY_SECOND)
    with Azurite(tmp_path / "azurite") as azurite:
        azurite.start()
        environment = {"AzureWebJobsStorage": azurite.connection_string, "AzureFunctionsWebHost__hostid": unique}
        with host_process(tmp_path, "--time-scale", "0.01", environment=environment) as host:
            host.wait_for_line("Executed 'Functions.tick' (Succeeded")

            azurite.stop()

            assert host.process.wait(60) == 1
            host.wait_for_line("Singleton lock renewal failed")


def wait_for_status(storage: str, unique: str) -> None:
    def exists() -> bool:
        with blobs(storage) as container:
            return bool(container.get_blob_client(f"timers/{unique}/Host.Functions.tick/status").exists())

    wait_until(exists, description="the status is written")
