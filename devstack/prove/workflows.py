"""Changes start workflows, while everything is killed and the task hub is lost: none is missing, none runs twice."""

import random
import time
from collections.abc import Iterator
from pathlib import Path

from devstack.demo.notices import receiving
from devstack.demo.stage import Stage
from devstack.prove import crashes
from devstack.prove.crashes import Crash
from devstack.prove.fatal_request import FatalRequests
from devstack.prove.housekeeping import Housekeeping
from devstack.prove.leaks import FORBIDDEN
from devstack.prove.resuming import Resuming
from devstack.prove.task_hub import lose_the_task_hub
from devstack.prove.world import Verdict, World
from devstack.workflows import prepaid
from devstack.workflows.example import app_with_the_example
from devstack.workflows.payments import Payments
from devstack.workflows.shop import Shop, a_shop

SEED = 20_261_127
ROWS_PER_STATEMENT = 50
FAILING_SHARE = 0.1  # of the shop's answers
SAID_EVERY_SECONDS = 60.0
PATIENCE_SECONDS = 480.0  # whose worker was killed, his step is another one's after 330 s
MOST_OPEN = 400  # executions, when the next orders are inserted
WITH_PAYMENT = 10  # of which one is an order that is charged and waits for its payment; the others were paid before
RELAYS = """
[[relay]]
name = "orders"
table = "dbo.Orders"
endpoint = "workflow:order"
send = ["OrderId", "Status"]
condition = { column = "Status", equals = "new" }

[[relay]]
name = "prepaid"
table = "dbo.Orders"
endpoint = "workflow:prepaid"
send = ["OrderId", "Status"]
condition = { column = "Status", equals = "paid" }
"""
CRASHES: tuple[Crash, ...] = (
    crashes.at_any_moment,
    crashes.of_the_worker,
    crashes.at_a_statement,
    crashes.at_a_storage_write,
    crashes.of_the_database,
    crashes.of_the_host_alone,
    crashes.at_a_request,  # of a step to the shop
)


def run(folder: Path, kills: int, changes: int) -> tuple[int, Verdict]:
    """Insert so many orders, kill so often, and lose the task hub once; return how many kills struck, and the verdict."""
    chance = random.Random(SEED)
    folder.mkdir(parents=True)
    (folder / "relays.toml").write_text(RELAYS, encoding="utf-8")
    app = app_with_the_example(folder / "app", {prepaid.NAME: prepaid.FILES})
    with receiving(lambda _: None) as receiver, a_shop() as shop:
        shop.share = FAILING_SHARE
        settings = {"SHOP_URL": shop.url}
        stage = Stage(folder, relays=str(folder / "relays.toml"), settings=settings, app_dir=app)
        world = World(stage, receiver, folder)
        shop.around = FatalRequests(world.http_order).request
        helpers = tuple(helper(lambda: world.stack.host_url) for helper in (Payments, Housekeeping, Resuming))
        try:
            world.start()
            for helper in helpers:
                helper.start()
            struck = _killed_meanwhile(world, kills, changes, chance)
            shop.share = 0.0
            return struck, _verdict(world, shop, changes)
        finally:
            for helper in helpers:
                helper.stop()
            world.database.close()
            stage.stop()


def _killed_meanwhile(world: World, kills: int, changes: int, chance: random.Random) -> int:
    pending = list(_inserts(changes))
    struck = 0
    for number in range(1, kills + 1):
        _wait_until_few_are_open(world)
        for sql in pending[len(pending) * (number - 1) // kills : len(pending) * number // kills]:
            world.database.run(sql)
        if number == kills // 2:
            lose_the_task_hub(world)
            struck += 1
        struck += CRASHES[number % len(CRASHES)](world, chance)
        if number % 10 == 0 or number == kills:
            world.stage.say(f"{number} of {kills} crashes, {struck} where they were aimed")
    world.stack.end_left_behind()
    return struck


def _wait_until_few_are_open(world: World) -> None:
    """So that all the crashes strike while there is work, and not only the first few; and Azurite, which looks through everything, keeps up."""
    deadline = time.monotonic() + PATIENCE_SECONDS
    while _unended(world) > MOST_OPEN and time.monotonic() < deadline:
        time.sleep(0.5)


def _verdict(world: World, shop: Shop, changes: int) -> Verdict:
    """Wait until every order was shipped, or nothing has moved for as long as patience lasts; count what the shop has seen."""
    began = said = time.monotonic()
    most, deadline = -1, 0.0
    while (shipped := len(shop.done("ship"))) < changes or _unended(world):
        if (moved := shipped + len(shop.asked)) > most:
            most, deadline = moved, time.monotonic() + PATIENCE_SECONDS
        elif time.monotonic() > deadline:
            break
        if time.monotonic() > said + SAID_EVERY_SECONDS:
            said = time.monotonic()
            world.stage.say(f"{shipped} of {changes} orders are shipped")
        time.sleep(0.5)
    seconds = time.monotonic() - began
    twice, unended = shop.twice(), _unended(world)
    if twice or unended or shipped < changes:
        world.stage.say(f"twice: {twice[:20]}; not ended: {world.database.run(_EVIDENCE)[:20]}")
    executions = int(world.database.run("SELECT COUNT(*) FROM relay.Execution")[0][0])
    return Verdict(
        lost=changes - shipped,
        duplicates=shop.repeated(),
        reordered=0,
        two_ids=len(twice) + max(0, executions - changes),
        leaked=sum(FORBIDDEN in each.body for each in shop.asked),
        stuck=[f"{unended} executions"] if unended else [],
        seconds_to_recover=round(seconds, 1),
    )


_UNENDED = "SELECT COUNT(*) FROM relay.Execution WHERE State <> 'completed'"
_EVIDENCE = "SELECT Id, State, Epoch, Steps, Error FROM relay.Execution WHERE State <> 'completed'"


def _unended(world: World) -> int:
    return int(world.database.run(_UNENDED)[0][0])


def _inserts(orders: int) -> Iterator[str]:
    for first in range(0, orders, ROWS_PER_STATEMENT):
        keys = range(first, min(first + ROWS_PER_STATEMENT, orders))
        values = ", ".join(f"({key}, N'{_status(key)}', {key}.5, '{FORBIDDEN}1234', N'{FORBIDDEN}')" for key in keys)
        yield f"INSERT INTO dbo.Orders (OrderId, Status, Total, CardNumber, InternalNote) VALUES {values}"


def _status(order: int) -> str:
    return "paid" if order % WITH_PAYMENT else "new"
