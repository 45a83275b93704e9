"""The mailings of an app of its own in a database, and a provider that answers as the test says."""

import json
from collections.abc import Callable, Coroutine, Mapping, Sequence
from typing import Any

from adapters.sql_server.recipients import SqlRecipients
from adapters.sql_server.tables import SqlTables
from relay.config.values import Settings
from services.mail_outside import MailOutside
from services.mail_send import send
from services.mailing import order, report
from services.mailing_worker import take
from tests.fakes import LOG, FakeClock, InlineThreads, a_relay
from tests.sql_client import SqlServer
from workflows.mailing.account import AccountKind, MailAccount
from workflows.mailing.answers import Answer, Answered
from workflows.mailing.request import parse_mailing

ACCEPTED = Answered(202, {"x-message-id": "m-1"})
ACCOUNT = MailAccount(
    name="main", kind=AccountKind.SENDGRID, url="http://127.0.0.1:1", secret="sixteen-characters", rate_per_second=1000
)


def at_once(work: Coroutine[Any, Any, dict[str, Any]]) -> dict[str, Any]:
    """Return the result of what never waits, also where an event loop runs."""
    try:
        work.send(None)
    except StopIteration as over:
        result: dict[str, Any] = over.value
        return result
    raise AssertionError("it waits")


class WorkerDies(Exception):
    """The process is killed at this moment."""


class FakeMail:
    """Providers that keep what they were sent, by the mails' names, and answer as a function says."""

    def __init__(self, answer: Callable[[str], Answer] = lambda _: ACCEPTED) -> None:
        self.answer = answer
        self.posts: list[tuple[str, Mapping[str, Any]]] = []  # name, body
        self.knows: dict[str, bool] = {}
        self.asked: list[str] = []

    def post(self, account: MailAccount, body: Mapping[str, Any], mail: str) -> Answer:
        self.posts.append((mail, body))
        return self.answer(mail)

    def has(self, account: MailAccount, mail: str) -> bool | None:
        self.asked.append(mail)
        return self.knows.get(mail)

    @property
    def addresses(self) -> list[str]:
        return [body["personalizations"][0]["to"][0]["email"] for _, body in self.posts]


def a_body(*keys: str, **differences: Any) -> dict[str, Any]:
    """Return the body of a request for a mailing to these recipients."""
    return {
        "id": "spring", "account": "main", "from": "news@example.com", "subject": "Hello {{name}}", "text": "Dear {{name}}",
        "recipients": [{"to": f"{key}@example.com", "key": key, "fields": {"name": key.upper()}} for key in keys],
        **differences,
    }  # fmt: skip


class Mailings:
    """`server` sets the scene, `app_server` is the app's."""

    def __init__(self, server: SqlServer, app_server: SqlServer, app: str, *accounts: MailAccount) -> None:
        self.server = server
        self.app = app
        self.api = FakeMail()
        self.clock = FakeClock()
        self.outside = MailOutside(
            settings=Settings(
                app=app, sql_connection_string="", relays=(a_relay(),), channels=(LOG,), public_url="https://shop/api"
            ),
            accounts=accounts or (ACCOUNT,),
            tables=SqlTables(app_server, app),
            api=self.api,
            queries=SqlRecipients(app_server),
            clock=self.clock,
            threads=InlineThreads(),
        )

    def order(self, *keys: str, **differences: Any) -> str:
        return order(parse_mailing(a_body(*keys, **differences)), self.outside).value

    def take(self, mailing: str = "spring") -> dict[str, Any]:
        return take(mailing, False, self.outside).to_dict()

    def send(self, key: str, mailing: str = "spring") -> dict[str, Any]:
        return at_once(send(mailing, key, self.outside))

    def die_in_send(self, key: str, *, accepted: bool, mailing: str = "spring") -> None:
        """Send a mail, and die before it is known what came of it: after the provider has taken it, or before."""

        def dies(_: str) -> Answer:
            if not accepted:
                self.api.posts.pop()
            raise WorkerDies

        answer, self.api.answer = self.api.answer, dies
        try:
            self.send(key, mailing)
        except WorkerDies:
            self.api.answer = answer
        else:
            raise AssertionError("nothing was sent")

    def work(self, mailing: str = "spring") -> dict[str, Any]:
        """Do what the orchestration does until it waits or is over; return the last step."""
        while True:
            step = self.take(mailing)
            if "keys" not in step:
                return step
            for key in step["keys"]:
                came = self.send(key, mailing)
                if "wait_seconds" in came or "stop" in came:
                    return came

    def state(self, key: str, mailing: str = "spring") -> str:
        [[[state]]] = self.server.run(
            "SELECT State FROM relay.Mail WHERE App = ? AND Mailing = ? AND [Key] = ?", self.app, mailing, key
        )
        return str(state)

    def name_of(self, key: str) -> str:
        [[[name]]] = self.server.run("SELECT Name FROM relay.Mail WHERE App = ? AND [Key] = ?", self.app, key)
        return str(name)

    def report(self, mailing: str = "spring") -> dict[str, Any]:
        found = report(mailing, self.outside)
        assert found is not None
        return found

    def counts(self, mailing: str = "spring") -> dict[str, int]:
        """Return the report's counts, which add up to the number of recipients."""
        counts: dict[str, int] = self.report(mailing)["counts"]
        [[[recipients]]] = self.server.run(
            "SELECT COUNT(*) FROM relay.Mail WHERE App = ? AND Mailing = ?", self.app, mailing
        )
        assert counts["all"] == sum(counts.values()) - counts["all"] == recipients
        return {state: count for state, count in counts.items() if count and state != "all"}

    def facts(self) -> Sequence[Mapping[str, Any]]:
        [rows] = self.server.run("SELECT Facts FROM relay.Notice WHERE App = ?", self.app)
        return [json.loads(text) for [text] in rows]

    def let_time_pass(self, seconds: int) -> None:
        for table, column in (
            *(("Mail", column) for column in ("At", "BegunAt", "DoubtSince")),
            *(("Mailing", column) for column in ("EndsAt", "DueAt", "NextSlotAt")),
            *(("MailAccount", column) for column in ("PausedUntil", "NextSlotAt")),
        ):
            self.server.run(
                f"UPDATE relay.{table} SET [{column}] = DATEADD(second, -{seconds}, [{column}]) WHERE App = ?", self.app
            )
