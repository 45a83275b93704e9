"""The story of `./dev demo workflows`: orders, a mailing, a lock, an aggregate and definitions, and a host that is killed in the middle of all."""

import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from devstack.command.errors import CommandError
from devstack.demo.app_client import ask
from devstack.demo.audit import LogReader, canonical
from devstack.demo.definitions import Definitions, calls_of
from devstack.demo.lock_worker import LOCK, LockWorker
from devstack.demo.stage import Stage
from devstack.demo.workflow_count import Count, Records, count
from devstack.workflows import definitions
from devstack.workflows.example import app_with_the_example
from devstack.workflows.offices import Offices
from devstack.workflows.payments import Payments
from devstack.workflows.shop import Shop
from devstack.workflows.staff import Staff

ORDERS, BROKE, MAILS = 40, 4, 50
MAILS_BEFORE_429 = 20
PAUSE_SECONDS = 6  # that the account asks for
PATIENCE_SECONDS = 240.0
_HOST = "functions_host"
_RELAYS = """
[[relay]]
name = "orders"
table = "dbo.Orders"
endpoint = "workflow:order"
send = ["OrderId", "Status"]
"""
# The time for a try is short, and so is that until the provider is asked about a doubt: a demo is no test of patience.
_WORKFLOWS = """
[[mail_account]]
name = "main"
kind = "sendgrid"
url = "%API_URL%/mail/send"
look_up_url = "%API_URL%/mail/messages/{{mail}}"
doubt_hours = 0
secret = "%MAIL_SECRET%"
rate_per_second = 10
max_concurrency = 4
timeout_seconds = 3

[[aggregate]]
name = "credit"
table = "dbo.Customers"
group_by = ["Country"]
measures = { customers = "count", credit = "sum:CreditLimit", most = "max:CreditLimit" }
settle_seconds = 1
endpoint = "%API_URL%/credit"
"""
_GROUPS = "SELECT Country, COUNT(*) AS customers, SUM(CreditLimit) AS credit, MAX(CreditLimit) AS most FROM dbo.Customers GROUP BY Country"
_KEPT = "SELECT Person FROM dbo.Address"
_UNENDED = "SELECT (SELECT COUNT(*) FROM relay.Execution WHERE State NOT IN ('completed', 'failed')) + (SELECT COUNT(*) FROM relay.Mailing WHERE State <> 'done')"


def stage_of(folder: Path, shop: Shop, offices: Offices) -> Stage:
    """Return the stage, with the example's workflow and what the definitions name in its app."""
    workflows = _WORKFLOWS + definitions.WORKFLOWS.read_text(encoding="utf-8")
    for name, text in (("relays.toml", _RELAYS + definitions.CHANNELS), ("workflows.toml", workflows)):
        (folder / name).write_text(text, encoding="utf-8")
    settings = {
        "WORKFLOWS_FILE": str(folder / "workflows.toml"),
        "MAIL_SECRET": "local-only-secret-of-the-demo",
        "SHOP_URL": shop.url,
        "WATCHDOG_SCHEDULE": "*/10 * * * * *",  # an aggregate begins at a look, and what has died goes on at one
        **definitions.settings_for(offices.url),
    }
    app = app_with_the_example(folder / "app")
    definitions.add_statements(app)
    return Stage(folder, relays=str(folder / "relays.toml"), settings=settings, app_dir=app)


class Story:
    """The chapters, in the order in which they are told."""

    def __init__(self, stage: Stage, shop: Shop, offices: Offices) -> None:
        """Do nothing yet."""
        self._stage = stage
        self._shop = shop
        self._offices = offices
        self._definitions = Definitions(offices, self._run, self._ask)
        self._staff = Staff(offices, lambda: stage.stack.host_url)
        self._mails = LogReader(stage.stack.data_dir / "demo_api" / "mails.jsonl", float)
        self._recipients = [f"p{number}@example.com" for number in range(1, MAILS + 1)]
        self._payments = Payments(lambda: stage.stack.host_url)
        self._workers: Sequence[LockWorker] = ()

    def tell(self) -> Count:
        """Play it from start to end; return the count. Raises CommandError."""
        self._stage.start()
        try:
            self._orders_arrive()
            self._two_want_one_lock()
            self._a_mailing_begins()
            self._definitions_begin()
            self._the_host_dies()
            return self._everything_goes_on()
        finally:
            for worker in self._workers:
                worker.end()
            self._payments.stop()
            self._staff.stop()

    def _orders_arrive(self) -> None:
        self._stage.chapter(
            f"{ORDERS} orders arrive, and each starts a workflow: reserve, charge, wait for the payment, ship"
        )
        self._run(
            "INSERT INTO dbo.Orders (OrderId, Status, Total) VALUES " + ", ".join(map(_order, range(1, ORDERS + 1)))
        )
        self._wait(lambda: len(self._shop.done("charge")) == ORDERS, "the charges")
        self._wait(lambda: len(self._shop.done("release")) == BROKE, "the cancellations")
        self._stage.say(
            f"all are charged but {BROKE}, who are broke and cancelled; {ORDERS - BROKE} wait for their payment"
        )

    def _two_want_one_lock(self) -> None:
        self._stage.chapter("Ann and Ben write to a ledger under a lock; the ledger remembers the highest token")
        stack = self._stage.stack
        ann, ben = (LockWorker(name, stack.host_url, stack.api_url, self._stage.say) for name in ("Ann", "Ben"))
        ann.stands_still_until, ben.begins_after = ben.has_written, ann.has_written
        self._workers = (ann, ben)
        for worker in self._workers:
            worker.start()
        self._wait(ann.was_refused.is_set, "Ann to be refused")

    def _a_mailing_begins(self) -> None:
        self._stage.chapter(
            f"{MAILS} people get a mail; after {MAILS_BEFORE_429} the account says 429, for some seconds"
        )
        order = {
            "id": "spring", "account": "main", "from": "news@example.com", "subject": "Spring", "text": "Dear {{to}}",
            "recipients": [{"to": to} for to in self._recipients],
        }  # fmt: skip
        self._ask("POST", "mailings", order)
        self._wait(lambda: self._sent() >= MAILS_BEFORE_429, "the first mails")
        self._stage.set_mail_mode("quota", limit=0, seconds=PAUSE_SECONDS)
        self._wait(lambda: bool(self._ask("GET", "mailings/spring")["account_paused_until"]), "the account to pause")
        self._stage.set_mail_mode("ok")
        paused_at = self._sent()
        self._stage.say(f"after {paused_at} mails the account says 429; until its time nobody asks it for anything")
        self._wait(lambda: self._sent() > paused_at, "the mailing to go on")
        self._stage.say("the mailing goes on")

    def _definitions_begin(self) -> None:
        self._stage.chapter(
            "Workflows as data: approvals, orders, an import, a report and forms are put as definitions and started"
        )
        executions = self._definitions.begin()
        self._wait(self._definitions.are_under_way, "directors and people to be asked")
        self._stage.say(f"{executions} run; no lead answers, and so directors are asked; {self._calls()}")

    def _calls(self) -> str:
        found = self._count()
        return f"{found.calls - found.uncalled} of {found.calls} things that they have to do are done"

    def _the_host_dies(self) -> None:
        self._stage.chapter(
            "120 customers arrive, whose credit is added up by country; the host is killed with SIGKILL meanwhile"
        )
        self._run(
            "INSERT INTO dbo.Customers (Country, Number, Name, CreditLimit) VALUES "
            + ", ".join(f"('{('SE', 'NO', 'DK')[n % 3]}', {n}, N'C', {n}.0001)" for n in range(120))
        )
        pid = self._stage.stack.pid(_HOST)
        self._stage.stack.kill(_HOST)
        sent, waiting = self._sent(), ORDERS - BROKE - len(self._shop.done("ship"))
        self._stage.say(f"killed: process {pid} is gone, at mail {sent} of {MAILS}, while {waiting} orders wait")
        self._run("UPDATE dbo.Customers SET CreditLimit = CreditLimit * 2 WHERE Number < 30")
        self._run("DELETE FROM dbo.Customers WHERE Country = 'DK' AND Number > 60")
        self._stage.stack.restart(_HOST)
        self._stage.say("a new host runs; nobody tells it anything")

    def _everything_goes_on(self) -> Count:
        self._stage.chapter("The customers pay, directors and people answer; everything goes on where it was")
        self._payments.start()
        self._staff.start()
        deadline, shown = time.monotonic() + PATIENCE_SECONDS, ""
        while not (found := self._count()).complete or self._unended():
            line = (
                f"{found.shipped} of {ORDERS - BROKE} orders shipped, {found.mails - found.missing} of {MAILS} mails sent, "
                f"{len(found.unequal)} groups not up to date, {found.uncalled} things that definitions have to do not done"
            )
            if line != shown:
                self._stage.say(line)
                shown = line
            if time.monotonic() > deadline:
                break
            self._host_lives()
            time.sleep(0.3)
        for worker in self._workers:
            worker.end()
        return self._count()

    def _count(self) -> Count:
        log = self._stage.log()
        return count(
            Records(
                orders=[int(row[0]) for row in self._rows("SELECT OrderId FROM dbo.Orders")],
                shop=self._shop,
                recipients=self._recipients,
                mails=self._mail_log(),
                writes=sum(worker.writes for worker in self._workers),
                ledger=[entry for entry in log if entry["stream"] == f"/{LOCK}"],
                groups={"/credit": {canonical({"Country": row[0]}): _measures(row) for row in self._rows(_GROUPS)}},
                results=[entry for entry in log if entry["stream"] == "/credit"],
                wanted=self._definitions.wanted,
                called=calls_of(tuple(self._offices.done), (row[0] for row in self._rows(_KEPT))),
                called_twice=self._offices.twice(),
            )
        )

    def _unended(self) -> int:
        return int(self._rows(_UNENDED)[0][0])

    def _mail_log(self) -> list[Any]:
        return self._mails.entries()

    def _sent(self) -> int:
        return sum(bool(mail["accepted"]) for mail in self._mail_log())

    def _rows(self, sql: str) -> list[Any]:
        with self._stage.connection.cursor() as cursor:
            return list(cursor.execute(sql).fetchall())

    def _run(self, sql: str) -> None:
        self._stage.connection.execute(sql).close()

    def _ask(self, method: str, path: str, body: Any = None) -> Any:
        status, answer = ask(method, f"{self._stage.stack.host_url}/api/{path}", body)
        if not 200 <= status < 300:
            raise CommandError(f"the app answered {method} {path} with {status}: {answer}")
        return answer

    def _host_lives(self) -> None:
        if not self._stage.stack.is_running(_HOST):
            raise CommandError(f"the Functions host ended:\n{self._stage.stack.log_tail(_HOST)}")

    def _wait(self, reached: Callable[[], bool], what: str) -> None:
        deadline = time.monotonic() + PATIENCE_SECONDS
        while not reached():
            self._host_lives()
            if time.monotonic() > deadline:
                raise CommandError(f"waited {PATIENCE_SECONDS:g} s for {what} in vain; the logs are in .data/demo/logs")
            time.sleep(0.1)


def _order(number: int) -> str:
    return f"({number}, N'{'broke' if number <= BROKE else 'new'}', {number}.50)"


def _measures(row: Any) -> dict[str, Any]:
    return {"customers": row[1], "credit": row[2], "most": row[3]}
