"""The scenarios of the proof, each at any size."""

import random
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from itertools import islice
from pathlib import Path

from devstack.command.errors import CommandError
from devstack.prove import crashes, definitions, mailings, workflows
from devstack.prove.crashes import Crash
from devstack.prove.database import Load
from devstack.prove.leaks import FORBIDDEN
from devstack.prove.task_hub import lose_the_task_hub
from devstack.prove.world import Verdict, World, world

SEED = 20_261_123
NOTIFY_AFTER_ROUNDS = 3  # so that an outage need not last for ten rounds
ROWS_PER_STATEMENT = 250
# How the API behaves between two crashes: it lets some changes through and fails others, so that recoveries run.
MODES = [
    ("random", {"share": 0.5, "status": 500}),
    ("random", {"share": 0.2, "status": 503}),
    ("500", {}),
    ("reset-after", {}),
]


@dataclass(frozen=True, slots=True)
class Result:
    """One scenario's outcome. `kills` are those that struck where they were aimed."""

    changes: int
    kills: int
    verdict: Verdict


@dataclass(frozen=True, slots=True)
class Scenario:
    """A scenario and its full size; a fraction of it is run as a test."""

    title: str
    run: Callable[[Path, int, int], Result]  # folder, kills, changes
    kills: int
    changes: int = 0  # 0: as many as are written meanwhile


def under_load(crash: Crash, folder: Path, kills: int) -> Result:
    """Kill again and again while changes flow and the API is moody."""
    chance = random.Random(SEED)
    with world(folder, notify_after_rounds=NOTIFY_AFTER_ROUNDS) as stack:
        load = Load(stack.stack.sql_connection_string, SEED)
        load.start()
        struck = 0
        try:
            stack.wait_for(
                lambda: bool(stack.stage.log()), "the first change to arrive: a trigger without a connection ends"
            )
            for number in range(1, kills + 1):
                mode, parameters = chance.choice(MODES)
                stack.stage.set_mode(mode, **parameters)
                struck += crash(stack, chance)
                if number % 10 == 0 or number == kills:
                    stack.stage.say(
                        f"{number} of {kills} crashes, {struck} where they were aimed; {load.changes} changes"
                    )
        finally:
            load.stop()
            stack.stack.end_left_behind()
        return Result(load.changes, struck, stack.verdict())


def outage(folder: Path, kills: int, changes: int, *, wiped: bool = False) -> Result:
    """The API is down for all of the changes, host and database are killed at random; or the task hub is lost."""
    chance = random.Random(SEED)
    with world(folder, notify_after_rounds=NOTIFY_AFTER_ROUNDS) as stack:
        stack.stage.set_mode("500")
        for sql in _inserts(changes):
            stack.database.run(sql)
        for number in range(1, kills + 1):
            # A trigger whose very first connection fails ends for good, as on Azure, and is silent until its host is
            # started anew: so the last crash is always one of the host.
            of_the_database = number % 3 == 0 and number < kills
            (crashes.of_the_database if of_the_database else crashes.at_any_moment)(stack, chance)
        stack.wait_for(lambda: stack.receiver.relays_told("long_outage") == {"orders", "customers"}, "the notices")
        if wiped:
            before = stack.rounds()
            lose_the_task_hub(stack)
            stack.wait_for(lambda: _goes_on_from(before, stack.rounds()), "the watchdog to start the recoveries anew")
        _expect_one_notice_each(stack)
        stack.stage.set_mode("ok")
        crashes.at_any_moment(stack, chance)
        return Result(changes, kills + 1 + (1 if wiped else 0), stack.verdict())


def backfill(folder: Path, kills: int, changes: int) -> Result:
    """Ten rows for every change are older than change tracking; they are sent while the changes flow and the host is killed."""
    chance = random.Random(SEED)
    rows = changes * 10
    with world(folder, rows=_inserts(rows)) as stack:
        stack.ask("POST", "relays/orders/backfill", {"page_rows": 100})
        stack.ask("POST", "relays/customers/backfill", {"page_rows": 100})
        pending = _statements(rows, changes, chance)
        for number in range(1, kills + 1):
            for sql in islice(pending, changes // (kills + 1)):
                stack.database.run(sql)
            if not stack.under_way():
                raise CommandError(f"the backfills were over before the host was killed for the {number}th time")
            stack.stack.kill("functions_host")
            stack.stack.restart("functions_host")
        for sql in pending:
            stack.database.run(sql)
        return Result(changes, kills, stack.verdict())


def started_workflows(folder: Path, kills: int, changes: int) -> Result:
    """Every change starts a workflow of some steps and a wait; whatever runs is killed, and the task hub is lost once."""
    struck, verdict = workflows.run(folder, kills, changes)
    return Result(changes, struck, verdict)


def random_definitions(folder: Path, kills: int, executions: int) -> Result:
    """Executions of random definitions; whatever runs is killed, and the task hub is lost once."""
    struck, verdict = definitions.run(folder, kills, executions)
    return Result(executions, struck, verdict)


def mails(folder: Path, kills: int, count: int) -> Result:
    """Mailings over one account that asks for time again and again, host and worker are killed."""
    struck, verdict = mailings.run(folder, kills, count)
    return Result(count, struck, verdict)


def _statements(rows: int, changes: int, chance: random.Random) -> Iterator[str]:
    """Yield changes of old rows, some deletions among them."""
    orders = rows - rows // 5
    for number in range(changes):
        key = chance.randrange(orders)
        if number % 7 == 0:
            yield f"DELETE FROM dbo.Orders WHERE OrderId = {key}"
        elif number % 5 == 0:
            key = chance.randrange(rows // 5)
            yield f"UPDATE dbo.Customers SET CreditLimit = {number}.25 WHERE Country IN ('SE', 'DE') AND Number = {key}"
        else:
            yield f"UPDATE dbo.Orders SET Status = N'paid {number}', Total = {number}.25 WHERE OrderId = {key}"


def _goes_on_from(before: Mapping[str, int], now: Mapping[str, int]) -> bool:
    """Tell whether every recovery has done more rounds than before; raise CommandError if one began from zero."""
    if any(now.get(relay, 0) < rounds for relay, rounds in before.items()):
        raise CommandError(f"a recovery began anew: it had done {dict(before)} rounds, now {dict(now)}")
    return all(now[relay] > rounds for relay, rounds in before.items())


def _expect_one_notice_each(stack: World) -> None:
    """A notice that a killed host had sent without knowing it comes again and is the same; another one has other rounds."""
    found = {(each["relay"], each["rounds"]) for each in stack.receiver.notices if each["occasion"] == "long_outage"}
    if sorted(relay for relay, _ in found) != ["customers", "orders"]:
        raise CommandError(f"people were told of one outage more than once: {sorted(found)}")


def _inserts(rows: int) -> Iterator[str]:
    """Yield statements that insert so many rows that are sent, a fifth of them customers, and one forbidden for each customer."""
    customers = rows // 5
    for first in range(0, rows - customers, ROWS_PER_STATEMENT):
        keys = range(first, min(first + ROWS_PER_STATEMENT, rows - customers))
        values = ", ".join(f"({key}, N'new', {key}.5, '{FORBIDDEN}1234', N'{FORBIDDEN}')" for key in keys)
        yield f"INSERT INTO dbo.Orders (OrderId, Status, Total, CardNumber, InternalNote) VALUES {values}"
    for first in range(0, customers, ROWS_PER_STATEMENT):
        keys = range(first, min(first + ROWS_PER_STATEMENT, customers))
        values = ", ".join(f"('SE', {key}, N'new'), ('DE', {key}, N'{FORBIDDEN}')" for key in keys)
        yield f"INSERT INTO dbo.Customers (Country, Number, Name) VALUES {values}"


def _kills(crash: Crash) -> Callable[[Path, int, int], Result]:
    return lambda folder, kills, _: under_load(crash, folder, kills)


SCENARIOS = {
    "moment": Scenario("host killed at a random moment", _kills(crashes.at_any_moment), 500),
    "worker": Scenario("only the worker killed at a random moment", _kills(crashes.of_the_worker), 100),
    "host": Scenario(
        "only the host killed at a random moment, its worker lives on", _kills(crashes.of_the_host_alone), 100
    ),
    "database": Scenario("SQL Server killed at a random moment", _kills(crashes.of_the_database), 500),
    "statement": Scenario("host killed at its n-th SQL statement", _kills(crashes.at_a_statement), 400),
    "request": Scenario("host killed at its n-th request to the API", _kills(crashes.at_a_request), 400),
    "storage": Scenario("host killed between two writes to the task hub", _kills(crashes.at_a_storage_write), 160),
    "outage": Scenario("API down for all changes, host and database killed", outage, 40, 20_000),
    "wiped": Scenario("the same, and the task hub is lost", partial(outage, wiped=True), 40, 20_000),
    "backfill": Scenario("backfill of ten rows per change while changes flow, host killed", backfill, 20, 20_000),
    "workflows": Scenario(
        "every change starts a workflow; all is killed, the task hub is lost", started_workflows, 120, 10_000
    ),
    "definitions": Scenario(
        "executions of random definitions; all is killed, the task hub is lost", random_definitions, 100, 1_000
    ),
    "mailings": Scenario("mails of four mailings; host and worker killed, the account says 429", mails, 200, 10_000),
}
