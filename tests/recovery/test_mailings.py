"""A hundred mails, one at a time, and a SIGKILL at the 57th: none is sent twice, none before it is asked for again, and none is lost."""

import json
import urllib.error
import urllib.request
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, Literal

import pytest

from devstack.prove.fatal_request import KillOrder, give_order, taking_orders
from functions_standin.worker.fatal_call import SETTING as DIES_AT
from tests.e2e.relay_stack import RELAYS, RelayStack, running
from tests.recovery.test_replay import SHORT
from tests.waiting import wait_until

pytestmark = pytest.mark.timeout(420)
HOST = "functions_host"
MAILS = 100
STRUCK = 57
ACCOUNTS = """
[[mail_account]]
name = "main"
kind = "sendgrid"
url = "%API_URL%/mail/send"
secret = "%MAIL_SECRET%"
rate_per_second = 100
max_concurrency = 1
timeout_seconds = 1

[[mail_account]]
name = "quick"
kind = "sendgrid"
url = "%API_URL%/mail/send"
secret = "%MAIL_SECRET%"
rate_per_second = 1000
max_concurrency = 4
"""


class Post:
    """An app with mail accounts, and the provider that they lead to."""

    def __init__(self, relay: RelayStack, kills: Path, dies_at: Path) -> None:
        self.relay = relay
        self._kills = kills
        self._dies_at = dies_at
        self._ordered: dict[str, int] = {}  # how many recipients each mailing has

    def ask(self, method: str, path: str, body: Any = None) -> tuple[int, Any]:
        """Return status and answer of one of the app's routes; 0 while no host answers."""
        url = f"{self.relay.stack.host_url}/api/{path}"
        data = None if method == "GET" else json.dumps(body or {}).encode()
        try:
            with urllib.request.urlopen(urllib.request.Request(url, data, method=method), timeout=60) as answer:
                return answer.status, json.loads(answer.read())
        except urllib.error.HTTPError as error:
            return error.code, json.loads(error.read() or b"{}")
        except OSError:
            return 0, {}

    def order(self, mailing: str, count: int = MAILS, account: str = "main") -> None:
        people = [
            {"to": f"p{n}@example.com", "key": f"{n:03}", "fields": {"name": f"P{n}"}} for n in range(1, count + 1)
        ]
        told = {"id": mailing, "account": account, "from": "news@example.com", "subject": "Hi {{name}}", "text": "x"}
        self._ordered[mailing] = count
        status, found = self.ask("POST", "mailings", {**told, "recipients": people})
        assert status == 202, found

    def mode(self, mode: str, **parameters: float) -> None:
        self.relay.control("mail", {"mode": mode, **parameters})

    def requests(self) -> Sequence[dict[str, Any]]:
        """Every request for a mail that the provider got."""
        return list(self.relay.control("mails"))

    def strike(self, when: Literal["before", "after"], *pids: int) -> None:
        """Kill these processes at the provider's 57th request, before or after it takes the mail."""
        give_order(self._kills, KillOrder(pids, STRUCK, when))

    def strike_before_a_post(self) -> None:
        """Kill the worker when it is about to begin a mail."""
        self._dies_at.write_text("mail_send", encoding="utf-8")
        wait_until(lambda: not self._dies_at.exists(), description="the worker dies")

    def is_over(self, mailing: str) -> bool:
        """Tell whether a mailing is done; at each look its report adds up to all of its recipients. The watchdog looks too."""
        status, found = self.ask("GET", f"mailings/{mailing}")
        if status != 200:
            return False
        counts = dict(found["counts"])
        assert counts.pop("all") == sum(counts.values()) == self._ordered[mailing], counts
        return bool(found["state"] == "done")

    def is_paused(self, mailing: str) -> bool:
        """Tell whether the mailing's account is paused."""
        return bool(self.ask("GET", f"mailings/{mailing}")[1]["account_paused_until"])

    def wait_until_done(self, mailing: str) -> dict[str, int]:
        wait_until(lambda: self.is_over(mailing), description=f"{mailing} is done", patience_seconds=120)
        counts: dict[str, int] = self.ask("GET", f"mailings/{mailing}")[1]["counts"]
        return counts

    def resolve_doubts(self, mailing: str) -> int:
        """Do what a person does who looks at the provider; return how many mails were in doubt."""
        accepted = {each["mail"] for each in self.requests() if each["accepted"]}
        _, page = self.ask("GET", f"mailings/{mailing}/recipients?status=in_doubt")
        for each in page["recipients"]:
            body = {"sent": each["mail"] in accepted}
            assert self.ask("POST", f"mailings/{mailing}/recipients/{each['key']}/resolve", body)[0] == 200
        return len(page["recipients"])


@pytest.fixture(scope="module")
def stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Post]:
    folder = tmp_path_factory.mktemp("mailings")
    (folder / "workflows.toml").write_text(ACCOUNTS, encoding="utf-8")
    dies_at, kills = folder / "dies-at", folder / "kill-order"
    settings = {
        "WORKFLOWS_FILE": str(folder / "workflows.toml"), "MAIL_SECRET": "sixteen-characters", DIES_AT: str(dies_at), **SHORT,
    }  # fmt: skip
    relays = RELAYS + '\n[[channel]]\nname = "log"\nkind = "log"\n'
    with running(folder, relays_text=relays, settings=settings) as relay:
        relay.stack.restart("demo_api", env=taking_orders(kills))
        yield Post(relay, kills, dies_at)


@pytest.fixture
def post(stack: Post) -> Post:
    """A host that has lost no worker yet, and a provider that has forgotten everything."""
    stack.relay.stack.restart(HOST)
    stack.relay.control_post("reset")
    stack.mode("ok")
    return stack


def everybody_got_one(post: Post, mailing: str) -> None:
    counts = post.wait_until_done(mailing)
    doubts = post.resolve_doubts(mailing)
    assert doubts == counts["in_doubt"] <= 1, "one mail at a time"
    wait_until(lambda: post.is_over(mailing), description="what was not sent is sent")
    assert post.wait_until_done(mailing) == {
        "sent": MAILS, "failed": 0, "suppressed": 0, "in_doubt": 0, "waiting": 0, "all": MAILS
    }  # fmt: skip
    accepted = Counter(each["to"] for each in post.requests() if each["accepted"])
    assert len(accepted) == MAILS
    assert set(accepted.values()) == {1}, "nobody gets it twice"


@pytest.mark.parametrize("who", ["host and worker", "worker"])
@pytest.mark.parametrize("when", ["before", "after"])
def test_a_hundred_mails_go_on_at_the_57th(post: Post, who: str, when: Literal["before", "after"]) -> None:
    mailing = f"{when}-{who.split(maxsplit=1)[0]}"
    host, worker = post.relay.stack.pids(HOST)
    post.strike(when, *((host, worker) if who == "host and worker" else (worker,)))
    post.order(mailing)

    wait_until(lambda: len(post.requests()) >= STRUCK, description="the 57th mail arrives")
    if who == "host and worker":
        wait_until(lambda: not post.relay.stack.is_running(HOST), description="the host dies")
        assert len(post.requests()) == STRUCK
        post.relay.start_host()
    everybody_got_one(post, mailing)

    began = [each["to"] for each in post.requests()]
    assert began[:STRUCK] == [f"p{number}@example.com" for number in range(1, STRUCK + 1)]
    assert not set(began[STRUCK:]) & set(began[: STRUCK - 1]), "nothing before the 57th is requested again"


def test_a_worker_that_dies_before_a_post_leaves_no_doubt(post: Post) -> None:
    post.mode("slow", delay_seconds=0.05)
    post.order("before-post")
    wait_until(lambda: len(post.requests()) >= STRUCK - 1, description="nearly 57 mails")

    post.strike_before_a_post()
    everybody_got_one(post, "before-post")

    assert len(post.requests()) == MAILS


@pytest.mark.parametrize("mode", ["rate", "quota"])
def test_what_the_account_asks_for_stops_every_mailing_until_its_time(post: Post, mode: str) -> None:
    post.mode(mode, limit=10, seconds=4)
    post.order(f"first-{mode}", 25)
    wait_until(lambda: post.is_paused(f"first-{mode}"), description="the account is paused")
    post.order(f"second-{mode}", 5)

    assert post.wait_until_done(f"first-{mode}")["sent"] == 25
    assert post.wait_until_done(f"second-{mode}")["sent"] == 5

    found = post.requests()
    refused = [each for each in found if each["status"] == 429]
    stopped = refused if mode == "quota" else [found[9], found[19]]  # "Remaining: 0" with the tenth
    assert len(stopped) >= 2
    assert mode == "quota" or not refused
    for each in stopped:
        assert [later for later in found[each["number"] :] if later["at"] < each["reset"]] == []


def test_people_are_told_of_a_provider_that_refuses_and_the_mailing_goes_on_when_they_say(post: Post) -> None:
    post.mode("status", status=401)
    post.order("refused", 12, "quick")
    wait_until(lambda: post.ask("GET", "mailings/refused")[1]["state"] == "paused", description="the mailing pauses")

    [[told]] = post.relay.sql(
        "SELECT COUNT(*) FROM relay.Notice WHERE Notice LIKE N'%mailing-refused-mailing_refused%'"
    )
    assert told == 1
    post.mode("ok")
    assert post.ask("POST", "mailings/refused/resume")[0] == 202
    assert post.wait_until_done("refused")["sent"] == 12
