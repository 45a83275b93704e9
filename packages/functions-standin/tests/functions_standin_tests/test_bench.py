"""The measurement of the durable engine."""

import re

import pytest

from functions_standin_bench import durable
from functions_standin_bench._storage_alone import kinds_in

LOG = """\
127.0.0.1 - - [23/Nov/2026:10:00:00 +0000] "GET /devstoreaccount1/hub-workitems/messages?numofmessages=32 HTTP/1.1" 200 -
127.0.0.1 - - [23/Nov/2026:10:00:00 +0000] "GET /devstoreaccount1/hub-control-00/messages?numofmessages=32 HTTP/1.1" 200 -
127.0.0.1 - - [23/Nov/2026:10:00:00 +0000] "DELETE /devstoreaccount1/hub-workitems/messages/1-2?popreceipt=3 HTTP/1.1" 204 -
127.0.0.1 - - [23/Nov/2026:10:00:00 +0000] "POST /devstoreaccount1/hub-control-00/messages?messagettl=-1 HTTP/1.1" 201 -
127.0.0.1 - - [23/Nov/2026:10:00:00 +0000] "POST /devstoreaccount1/$batch HTTP/1.1" 202 -
127.0.0.1 - - [23/Nov/2026:10:00:00 +0000] "GET /devstoreaccount1/hubHistory()?$filter=x HTTP/1.1" 200 -
127.0.0.1 - - [23/Nov/2026:10:00:00 +0000] "MERGE /devstoreaccount1/hubInstances(PartitionKey='i',RowKey='') HTTP/1.1" 204 -
127.0.0.1 - - [23/Nov/2026:10:00:00 +0000] "PUT /devstoreaccount1/hubPartitions(PartitionKey='',RowKey='0') HTTP/1.1" 204 -
127.0.0.1 - - [23/Nov/2026:10:00:00 +0000] "GET /devstoreaccount1/other-workitems/messages HTTP/1.1" 200 -
"""


def test_the_requests_of_a_hub_are_counted_without_those_of_the_clock() -> None:
    assert kinds_in(LOG, "hub") == {
        "queue get": 1,
        "queue delete": 1,
        "queue put": 1,
        "history batch": 1,
        "history read": 1,
        "instance write": 1,
    }


@pytest.mark.filterwarnings("ignore:azure.functions:DeprecationWarning")
def test_the_engine_is_measured_beside_its_storage_alone(capsys: pytest.CaptureFixture[str]) -> None:
    assert durable.main(["--short"]) == 0

    shown = capsys.readouterr().out
    rates = re.findall(r"^ +(\d+) +([\d.]+) +([\d.]+) +(\d+)%$", shown, re.MULTILINE)
    assert [instances for instances, *_ in rates] == ["1", "4"]
    assert all(float(figure) > 0 for _, *figures in rates for figure in figures)
    costs = re.findall(r"^ +(\S.*?) +-?[\d.]+ us +-?[\d.]+ of reading it$", shown, re.MULTILINE)
    assert costs == ["replay in the SDK", "replay in the engine", "read from Azurite"]
    assert re.search(r"1: [\d.]+, which are .*history batch.*queue put", shown)
