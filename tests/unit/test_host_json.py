"""What of host.json users notice: which lines the log has."""

import json
import logging
from pathlib import Path

import pytest

from functions_standin.console import LogFilter

HOST_JSON = Path(__file__).parents[2] / "host.json"


@pytest.fixture
def shown() -> LogFilter:
    return LogFilter(json.loads(HOST_JSON.read_text(encoding="utf-8"))["logging"]["logLevel"], verbose=False)


@pytest.mark.parametrize("category", ["Function.relay_orders.User", "Function.relay_orders", "Host.Triggers.Sql", "Host.Results"])  # fmt: skip
def test_what_app_and_triggers_do_is_in_the_log(shown: LogFilter, category: str) -> None:
    assert shown.shows(category, logging.INFO)


@pytest.mark.parametrize("category", ["Azure.Core", "DurableTask.AzureStorage", "DurableTask.Core"])
def test_every_request_to_the_storage_is_not(shown: LogFilter, category: str) -> None:
    assert not shown.shows(category, logging.INFO)
    assert shown.shows(category, logging.WARNING)
