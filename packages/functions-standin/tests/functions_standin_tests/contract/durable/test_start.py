"""How a host starts when its storage is not there, or its settings are wrong."""

from pathlib import Path

import pytest
import requests

from functions_standin_tests.azurite import Azurite
from functions_standin_tests.contract.durable.hosts import Scene
from functions_standin_tests.contract.durable.hosts import scene as open_scene
from functions_standin_tests.waiting import wait_until


def test_storage_that_is_down_at_the_start_is_waited_for_and_no_request_is_answered_until_then(tmp_path: Path) -> None:
    with Azurite(tmp_path / "azurite") as azurite, open_scene(tmp_path, azurite.connection_string) as scene:
        host = scene.host(waits_for="cannot be opened (try 2)")
        port = host.output.partition("http://localhost:")[2].partition("/")[0]
        with pytest.raises(requests.ReadTimeout):
            requests.get(f"http://127.0.0.1:{port}/admin/host/status", timeout=0.5)

        azurite.start()

        host.wait_until_it_listens()
        host.start("chain", 1, "i")
        assert host.wait_for("i")["output"] == 8


def test_storage_that_is_away_for_a_while_is_survived(tmp_path: Path) -> None:
    with Azurite(tmp_path / "azurite") as azurite, open_scene(tmp_path, azurite.connection_string) as scene:
        azurite.start()
        host = scene.host()
        host.start("waiting", instance_id="w")
        host.wait_for("w", "Running")

        azurite.stop()
        wait_until(lambda: "Polling queue" in host.output, description="the host notices")
        azurite.start()
        host.client("raise_event", "w", "go", 1)

        assert host.wait_for("w")["output"] == "1"


def test_a_missing_connection_string_is_told(scene: Scene) -> None:
    scene.connection_string = ""

    host = scene.host()

    wait_until(
        lambda: "Durable functions do not run: the setting 'AzureWebJobsStorage'" in host.output, description="it"
    )


@pytest.mark.parametrize(
    ("name", "value", "told"),
    [
        ("hubName", "no-hub", "task hub name 'no-hub'"),
        ("storageProvider__partitionCount", "17", "partitionCount must be a whole number from 1 to 16"),
        ("storageProvider__type", "mssql", "is not supported by this stand-in"),
        ("storageProvider__maxQueuePollingInterval", "soon", "maxQueuePollingInterval"),
    ],
)
def test_a_setting_that_cannot_be_ends_the_host(scene: Scene, name: str, value: str, told: str) -> None:
    setting = f"AzureFunctionsJobHost__extensions__durableTask__{name}"

    host = scene.host(waits=False, environment={setting: value})

    wait_until(lambda: host.has_ended, description="the host ends")
    assert told in host.output.splitlines()[-1]


@pytest.mark.parametrize(("hub", "refused"), [("", True), ("TestHubName", True), ("%HUB%", False)])
def test_a_slot_needs_a_task_hub_of_its_own(scene: Scene, hub: str, refused: bool) -> None:
    environment = {
        "WEBSITE_SLOT_NAME": "staging",
        "AzureFunctionsJobHost__extensions__durableTask__hubName": hub,
    }

    host = scene.host(environment=environment)

    told = "Task Hub name must be specified in host.json when using slots."
    assert (told in host.output) is refused
    assert ("\tchain: orchestrationTrigger" in host.output) is not refused
