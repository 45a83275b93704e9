"""Locks of executions of definitions: whose they are, and who may renew them and give them back."""

from dataclasses import replace
from typing import Any

import pytest

from services import locks
from services.resources.perform import perform
from tests.contract.machine_world import MachineWorld
from tests.locks.database import HostTables, LockDatabase
from tests.unit.services.resources.scene import SETTINGS, a_task, an_outside
from workflows.locks.values import Asker, Terms
from workflows.resources.values import Performed, Task, TaskFailed

pytestmark = [
    pytest.mark.filterwarnings("ignore:azure.functions:DeprecationWarning"),
    pytest.mark.filterwarnings("ignore:Potential duplicate Task completion"),
]


@pytest.fixture
def tables() -> HostTables:
    return HostTables(LockDatabase(1))


def does(tables: HostTables, execution: str, verb: str, app: str = "app", **arguments: Any) -> Any:
    settings = replace(SETTINGS, app=app)
    task = a_task(f"relay:lock.{verb}/printer", arguments, execution=execution)
    return perform(task, an_outside(tables=tables, settings=settings)).output


def holders(tables: HostTables) -> list[int]:
    found = locks.show(tables, "printer")
    assert found is not None
    return [holder["token"] for holder in found["holders"]]


def test_an_execution_renews_and_gives_back_what_it_holds(tables: HostTables) -> None:
    token = does(tables, "order-7", "acquire")["token"]

    assert does(tables, "order-7", "renew", token=token)["token"] == token
    assert does(tables, "order-7", "release", token=token)["released"] is True
    assert holders(tables) == []


@pytest.mark.parametrize("other", ["order-8", "order-7~0", "order-7 of app", "order"])
def test_an_execution_neither_renews_nor_gives_back_what_another_one_holds(tables: HostTables, other: str) -> None:
    token = does(tables, "order-7", "acquire")["token"]

    with pytest.raises(TaskFailed, match=f"lock 'printer' is not held by this execution with token {token}") as caught:
        does(tables, other, "renew", token=token)
    assert caught.value.error == "relay.LockLost"
    assert does(tables, other, "release", token=token)["released"] is False
    assert holders(tables) == [token]


def test_an_execution_does_not_give_back_what_a_caller_over_http_holds(tables: HostTables) -> None:
    token = locks.acquire(tables, "printer", Asker(owner="job-7"), Terms()).result.token

    assert does(tables, "order-7", "release", token=token)["released"] is False
    assert locks.release(tables, "printer", token=token).result is True


def test_executions_of_the_same_id_in_two_apps_hold_different_locks(tables: HostTables) -> None:
    token = does(tables, "order-7", "acquire", app="shop")["token"]

    with pytest.raises(TaskFailed, match=r"relay\.LockBusy"):
        does(tables, "order-7", "acquire", app="bank", wait=False)
    assert does(tables, "order-7", "release", app="bank", token=token)["released"] is False
    assert does(tables, "order-7", "acquire", app="shop")["token"] == token


def task(verb: str, then: str | None = None, **more: Any) -> dict[str, Any]:
    told = {"Type": "Task", "Resource": f"relay:lock.{verb}/printer", **more}
    return {**told, "Next": then} if then else {**told, "End": True}


def inside(state: dict[str, Any], name: str = "In") -> dict[str, Any]:
    return {"StartAt": name, "States": {name: state}}


def ended(definition: dict[str, Any], given: Any = None) -> tuple[MachineWorld, Any]:
    world = MachineWorld(lambda task: done_with(task, world))
    world.define("prints", definition)
    world.start("prints", given=given)
    world.run()
    return world, world.outcome()


def done_with(task: Task, world: MachineWorld) -> Performed:
    return perform(task, an_outside(tables=world.tables, settings=replace(SETTINGS, app="shop")))


def test_branches_and_items_renew_and_give_back_what_their_execution_holds() -> None:
    renews = task("renew", Parameters={"token.$": "$.token"})
    gives = task("release", Parameters={"token.$": "$.token"})
    _, outcome = ended(
        {
            "StartAt": "Take",
            "States": {
                "Take": task("acquire", "Work"),
                "Work": {
                    "Type": "Parallel",
                    "Branches": [inside({"Type": "Parallel", "Branches": [inside(renews, "Renew")], "End": True})],
                    "OutputPath": "$[0]",
                    "Next": "Each",
                },
                "Each": {
                    "Type": "Map",
                    "ItemsPath": "$",
                    "ItemSelector": {"token.$": "$$.Map.Item.Value.token"},
                    "ItemProcessor": inside(gives, "Give"),
                    "End": True,
                },
            },
        }
    )

    assert outcome == ("completed", {"output": [{"name": "printer", "released": True}]})


def test_a_lock_of_an_item_is_neither_its_siblings_nor_its_executions() -> None:
    processor = {
        "StartAt": "In",
        "States": {
            "In": {
                "Type": "Choice",
                "Choices": [{"Variable": "$", "NumericEquals": 1, "Next": "Takes"}],
                "Default": "Gives",
            },
            "Takes": task("acquire", Parameters={}),
            "Gives": task("release", Parameters={"token": 1}),
        },
    }
    _, outcome = ended(
        {
            "StartAt": "Each",
            "States": {
                "Each": {"Type": "Map", "MaxConcurrency": 1, "ItemProcessor": processor, "Next": "Last"},
                "Last": task("release", Parameters={"token": 1}, ResultPath="$[0].after"),
            },
        },
        [1, 2],
    )

    taken, given = outcome[1]["output"]
    assert taken["token"] == 1
    assert given["released"] is False
    assert taken["after"]["released"] is False


def test_what_an_execution_holds_is_not_that_of_an_execution_that_it_starts() -> None:
    world = MachineWorld(lambda task: done_with(task, world))
    world.define("gives", inside(task("release", Parameters={"token.$": "$.token"})))
    world.define(
        "prints",
        {
            "StartAt": "Take",
            "States": {
                "Take": task("acquire", "Start"),
                "Start": {
                    "Type": "Task",
                    "Resource": "relay:execute.sync/gives",
                    "Parameters": {"Input.$": "$"},
                    "OutputPath": "$.Output.released",
                    "End": True,
                },
            },
        },
    )
    world.start("prints")
    world.run()

    assert world.outcome() == ("completed", {"output": False})
