"""The samples of azure-functions-durable-python."""

import json
from pathlib import Path

import pytest
import requests

from devstack.command.errors import PartFailed
from devstack.conform.published.questions.running import copied, outcome, running

GREETINGS = ["Hello Tokyo!", "Hello Seattle!", "Hello London!"]
TIMEOUT_SECONDS = 60


def test_function_chaining(tmp_path: Path) -> None:
    app = copied("samples-v2/function_chaining", tmp_path)
    text = (app / "host.json").read_text("utf-8")
    document, _ = json.JSONDecoder().raw_decode(
        text
    )  # there, the file is two documents one after the other: no host takes that
    (app / "host.json").write_text(json.dumps(document), "utf-8")

    with running(app, tmp_path) as stack:
        started = requests.post(f"{stack.host_url}/api/orchestrators/my_orchestrator", timeout=TIMEOUT_SECONDS)

        assert outcome(started) == ("Completed", GREETINGS)


def test_fan_out_fan_in(tmp_path: Path) -> None:
    files = tmp_path / "site" / "E2_Sample"
    files.mkdir(parents=True)
    (files / "__init__.py").write_text("x" * 100)
    (files / "function.json").write_text("y" * 11)

    with running(copied("samples-v2/fan_in_fan_out", tmp_path), tmp_path) as stack:
        url = f"{stack.host_url}/api/orchestrators/E2_BackupSiteContent"
        started = requests.post(url, json=str(tmp_path / "site"), timeout=TIMEOUT_SECONDS)

        assert outcome(started) == ("Completed", 111)


def test_blueprint(tmp_path: Path) -> None:
    with running(copied("samples-v2/blueprint", tmp_path), tmp_path) as stack:
        assert "Hello, Ada." in requests.get(f"{stack.host_url}/api/HttpTrigger?name=Ada", timeout=TIMEOUT_SECONDS).text
        started = requests.get(f"{stack.host_url}/api/startOrchestrator", timeout=TIMEOUT_SECONDS)

        assert outcome(started) == ("Completed", GREETINGS)


@pytest.mark.parametrize("sample", ["function_chaining", "counter_entity", "monitor"])
def test_the_programming_model_v1_is_refused_with_the_reason(tmp_path: Path, sample: str) -> None:
    with (
        pytest.raises(PartFailed, match=r"function\.json files are not supported"),
        running(copied(f"samples/{sample}", tmp_path), tmp_path),
    ):
        pass
