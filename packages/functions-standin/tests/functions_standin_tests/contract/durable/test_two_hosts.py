import contextlib
from typing import Any

from azure.core.exceptions import ResourceNotFoundError
from azure.data.tables import TableServiceClient

from functions_standin_tests.contract.durable.hosts import Scene
from functions_standin_tests.waiting import wait_until

PARTITIONS = 4


def owners(scene: Scene) -> dict[str, int]:
    """Return how many partitions each host owns; nobody owns one before the first host has made the table."""
    table = TableServiceClient.from_connection_string(scene.connection_string).get_table_client(
        f"{scene.hub}Partitions"
    )
    found: dict[str, int] = {}
    with contextlib.suppress(ResourceNotFoundError):
        for row in table.list_entities():
            if row["CurrentOwner"]:
                found[row["CurrentOwner"]] = found.get(row["CurrentOwner"], 0) + 1
    return found


def test_two_hosts_share_the_partitions_and_one_takes_over_what_the_other_leaves(scene: Scene) -> None:
    first = scene.host()
    wait_until(lambda: sum(owners(scene).values()) == PARTITIONS, description="one host has all partitions")
    second = scene.host()
    wait_until(lambda: sorted(owners(scene).values()) == [2, 2], description="both hosts have two partitions")
    ids = [first.start("everything", {"round": 0}, f"shared{number}") for number in range(8)]
    wait_until(
        lambda: "Functions.everything" in first.output and "Functions.everything" in second.output,
        description="both work",
    )

    first.kill()
    for instance_id in ids:
        wait_until(lambda i=instance_id: second.status(i)["customStatus"] == "second round", description="round two")  # type: ignore[misc]
        second.client("raise_event", instance_id, "go", "now")
    found: list[dict[str, Any]] = [second.wait_for(instance_id) for instance_id in ids]

    assert [each["output"]["counter"] for each in found] == [42] * len(ids)
    wait_until(lambda: list(owners(scene).values()) == [PARTITIONS], description="the other has all partitions")


def test_a_host_that_is_stopped_gives_its_partitions_back(scene: Scene) -> None:
    host = scene.host()
    wait_until(lambda: sum(owners(scene).values()) == PARTITIONS, description="the host has all partitions")

    host.stop()

    assert owners(scene) == {}
