from pathlib import Path

import pytest

from adapters.environment import read_trigger_batch_size
from relay.guard.table import Column, Table
from relay.guard.trigger_limits import hints
from tests.fakes import a_relay

HOST_JSON = Path(__file__).parents[3] / "host.json"


@pytest.mark.parametrize(
    ("environment", "host_json", "size"),
    [
        ({"Sql_Trigger_MaxBatchSize": "500", "Sql_Trigger_BatchSize": "7"}, '{"extensions": {"Sql": {"MaxBatchSize": 9}}}', 500),
        ({"Sql_Trigger_BatchSize": "7"}, '{"extensions": {"Sql": {"MaxBatchSize": 9}}}', 7),
        ({"AzureFunctionsJobHost__extensions__Sql__MaxBatchSize": "8"}, '{"extensions": {"Sql": {"MaxBatchSize": 9}}}', 8),
        ({}, '{"extensions": {"Sql": {"MaxBatchSize": 9}}}', 9),
        ({}, '{"extensions": {}}', 100),
        ({"Sql_Trigger_MaxBatchSize": "many"}, "no JSON", 100),
    ],
)  # fmt: skip
def test_the_batch_size_is_read_as_the_trigger_reads_it(
    tmp_path: Path, environment: dict[str, str], host_json: str, size: int
) -> None:
    path = tmp_path / "host.json"
    path.write_text(host_json)

    assert read_trigger_batch_size(environment, path) == size


def test_without_a_host_json_it_is_the_default(tmp_path: Path) -> None:
    assert read_trigger_batch_size({}, tmp_path / "host.json") == 100


@pytest.mark.parametrize(("key_columns", "told"), [(1, 0), (4, 0), (5, 1)])
def test_the_apps_own_default_renews_the_leases_of_four_key_columns_and_a_wider_key_is_told(
    key_columns: int, told: int
) -> None:
    key = [Column(f"K{n}", "int", 4, 10, 0, n, computed=False) for n in range(1, key_columns + 1)]

    assert len(list(hints(a_relay(), Table(key), read_trigger_batch_size({}, HOST_JSON)))) == told
