"""What other tools find in the storage account, read with Microsoft's own clients."""

import contextlib
import gzip
import json

import pytest
import requests
from azure.data.tables import TableServiceClient
from azure.storage.blob import ContainerClient
from azure.storage.queue import QueueClient, QueueServiceClient

from functions_standin.durable.hub.names import partition_of
from functions_standin_tests.contract.durable.hosts import Scene, carry_everything_through
from functions_standin_tests.waiting import wait_until


def test_the_hub_has_its_tables_and_queues(scene: Scene) -> None:
    scene.host()
    tables = TableServiceClient.from_connection_string(scene.connection_string)
    queues = QueueServiceClient.from_connection_string(scene.connection_string)

    def names() -> tuple[set[str], set[str]]:
        return (
            {table.name.removeprefix(scene.hub) for table in tables.list_tables() if table.name.startswith(scene.hub)},
            {str(queue.name).removeprefix(scene.hub) for queue in queues.list_queues(name_starts_with=scene.hub)},
        )

    control = {f"-control-{number:02}" for number in range(4)}
    wait_until(
        lambda: names() == ({"Instances", "History", "Partitions"}, {*control, "-workitems"}), description="the hub"
    )


def test_an_instance_that_has_ended_leaves_a_row_and_a_history(scene: Scene) -> None:
    host = scene.host()
    host.start("chain", 1, "c^1")
    host.wait_for("c^1")
    tables = TableServiceClient.from_connection_string(scene.connection_string)

    row = tables.get_table_client(f"{scene.hub}Instances").get_entity("c^^1", "")
    history = list(tables.get_table_client(f"{scene.hub}History").query_entities("PartitionKey eq 'c^^1'"))

    assert {
        name: row[name] for name in ("Name", "RuntimeStatus", "Input", "Output", "CustomStatus", "TaskHubName")
    } == {
        "Name": "chain",
        "RuntimeStatus": "Completed",
        "Input": '"1"',
        "Output": "8",
        "CustomStatus": "null",
        "TaskHubName": scene.hub,
    }
    *events, sentinel = history
    assert [event["RowKey"] for event in events] == [f"{index:016X}" for index in range(len(events))]
    assert (sentinel["RowKey"], sentinel["ExecutionId"]) == ("sentinel", row["ExecutionId"])
    assert sentinel["IsCheckpointComplete"] is True
    assert [event["EventType"] for event in events] == [
        *("OrchestratorStarted", "ExecutionStarted", "TaskScheduled", "OrchestratorCompleted"),
        *("OrchestratorStarted", "TaskCompleted", "TaskScheduled", "OrchestratorCompleted") * 2,
        *("OrchestratorStarted", "TaskCompleted", "ExecutionCompleted", "OrchestratorCompleted"),
    ]
    assert "Input" not in events[2], "inputs are not kept unless host.json says so"
    assert events[5]["TaskScheduledId"] == 0
    assert events[5]["Result"] == "2"
    assert events[-2]["OrchestrationStatus"] == "Completed"


@pytest.mark.parametrize(
    ("point", "queue", "kind", "values"),
    [
        ("start-sent", "control-{partition:02}", "ExecutionStarted", {"EventType": 0, "Name": "chain", "Input": '"1"'}),
        ("messages-sent", "workitems", "TaskScheduled", {"EventType": 4, "Name": "double", "Input": '["1"]', "EventId": 0}),
    ],
)  # fmt: skip
def test_a_message_is_an_envelope_as_azures_tools_expect_it(
    scene: Scene, point: str, queue: str, kind: str, values: dict[str, object]
) -> None:
    host = scene.host(environment={"FUNCTIONS_STANDIN_CRASH_AT": point})
    with contextlib.suppress(requests.ConnectionError):
        host.start("chain", 1, "m")
    wait_until(lambda: host.has_ended, description="the host dies and leaves the message behind")
    name = f"{scene.hub}-{queue.format(partition=partition_of('m', 4))}"
    queue_client = QueueClient.from_connection_string(scene.connection_string, name)
    # The host may have taken it with its last breath; then it is to be seen again after a while.
    [message] = wait_until(lambda: queue_client.peek_messages(max_messages=2), description="the message is seen")

    envelope = json.loads(message.content)
    assert envelope["$type"] == "DurableTask.AzureStorage.MessageData"
    assert {"ActivityId", "SequenceNumber", "Sender", "CompressedBlobName"} <= envelope.keys()
    task = envelope["TaskMessage"]
    assert task["$type"] == "DurableTask.Core.TaskMessage"
    assert task["OrchestrationInstance"]["InstanceId"] == "m"
    assert task["Event"]["$type"] == f"DurableTask.Core.History.{kind}Event"
    assert {name: task["Event"][name] for name in values} == values


def test_each_partition_has_a_row_that_says_whose_it_is(scene: Scene) -> None:
    host = scene.host()
    host.start("echo", 1, "p")
    host.wait_for("p")
    table = TableServiceClient.from_connection_string(scene.connection_string).get_table_client(
        f"{scene.hub}Partitions"
    )

    def owned() -> bool:
        rows = {row["RowKey"]: row for row in table.list_entities()}
        return len(rows) == 4 and all(row["CurrentOwner"] for row in rows.values())

    wait_until(owned, description="the host has taken all partitions")
    assert {row["RowKey"] for row in table.list_entities()} == {f"{scene.hub}-control-{n:02}" for n in range(4)}


def test_a_timer_waits_unseen_in_the_queue_of_its_partition(scene: Scene) -> None:
    host = scene.host()
    host.start("sleeping", 3600, "z")
    host.wait_for("z", "Running")
    name = f"{scene.hub}-control-{partition_of('z', 4):02}"
    queue = QueueClient.from_connection_string(scene.connection_string, name)

    wait_until(
        lambda: queue.get_queue_properties().approximate_message_count == 1,
        description="the message that started the instance is deleted, which is done last",
    )
    assert list(queue.peek_messages()) == []


def test_large_values_lie_compressed_in_blobs_until_purged(scene: Scene) -> None:
    host = scene.host()
    carry_everything_through(host, "large")
    container = ContainerClient.from_connection_string(scene.connection_string, f"{scene.hub}-largemessages")

    names = [str(blob.name) for blob in container.list_blobs(name_starts_with="large/")]
    results = [name for name in names if name.endswith("-Result.json.gz")]
    assert len(json.loads(gzip.decompress(container.download_blob(results[0]).readall()))) == 100_000

    assert host.management("DELETE", "/instances/large").json() == {"instancesDeleted": 1}
    assert list(container.list_blobs(name_starts_with="large/")) == []


def test_inputs_are_kept_in_the_history_if_host_json_says_so(scene: Scene) -> None:
    setting = "AzureFunctionsJobHost__extensions__durableTask__storeInputsInOrchestrationHistory"
    host = scene.host(environment={setting: "true"})
    host.start("chain", 1, "c")
    host.wait_for("c")
    tables = TableServiceClient.from_connection_string(scene.connection_string)

    history = tables.get_table_client(f"{scene.hub}History").query_entities("EventType eq 'TaskScheduled'")

    assert [row["Input"] for row in history] == ['["1"]', '["2"]', '["4"]']
