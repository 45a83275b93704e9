from pathlib import Path

import pytest

from adapters.environment import read_trigger_batch_size


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
