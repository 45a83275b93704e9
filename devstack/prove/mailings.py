"""Mailings over one account while host and worker are killed: everybody gets one mail, and what nobody knows is told and resolved."""

import random
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from devstack.command.errors import CommandError
from devstack.demo.app_client import ask
from devstack.demo.audit import Entry, LogReader
from devstack.demo.notices import receiving
from devstack.demo.stage import Stage
from devstack.prove import crashes
from devstack.prove.crashes import Crash
from devstack.prove.mail_record import accepted_of, doubled, lost, too_early
from devstack.prove.mail_watch import MailWatch
from devstack.prove.world import PATIENCE_SECONDS, Verdict, World

SEED = 20_261_128
MAILINGS = 4
CONCURRENCY = 5  # of each mailing: so many mails of it a crash can leave in doubt
ASKED_SECONDS = 5  # that the account asks for
GRACE_SECONDS = 1.0  # what is under way when a pause is written down may still arrive so long
# A kill waits until mails go again, at most so long: 200 kills end in half an hour, and few of them strike nothing.
_WAITING_SECONDS, _MOST_WAITING_SECONDS = 1000.0, 15.0
_PAGE = 1000
_LOOK_SECONDS = 0.5
RELAYS = '[[relay]]\nname = "orders"\ntable = "dbo.Orders"\nendpoint = "%API_URL%/orders"\n'
# A try that does not tell for twenty seconds has died; nothing asks about doubts before the end, so that all of them can be counted.
ACCOUNT = f"""
[[mail_account]]
name = "main"
kind = "sendgrid"
url = "%API_URL%/mail/send"
secret = "%MAIL_SECRET%"
rate_per_second = 50
max_concurrency = {CONCURRENCY}
timeout_seconds = 10
"""
CRASHES: tuple[Crash, ...] = (crashes.at_any_moment, crashes.of_the_worker, crashes.at_a_request)


def run(folder: Path, kills: int, mails: int) -> tuple[int, Verdict]:
    """Send so many mails, kill so often; return how many kills struck, and the verdict."""
    folder.mkdir(parents=True)
    for name, text in (("relays.toml", RELAYS), ("workflows.toml", ACCOUNT)):
        (folder / name).write_text(text, encoding="utf-8")
    settings = {"WORKFLOWS_FILE": str(folder / "workflows.toml"), "MAIL_SECRET": "local-only-secret-of-a-proof"}
    with receiving(lambda _: None) as receiver:
        stage = Stage(folder, relays=str(folder / "relays.toml"), settings=settings)
        post = Post(World(stage, receiver, folder), mails)
        try:
            post.begin()
            struck = post.killed_meanwhile(kills)
            return struck, post.verdict(struck)
        finally:
            post.end()


class Post:
    """Some mailings, and the account's own record of what it was asked."""

    def __init__(self, world: World, mails: int) -> None:
        """Do nothing yet."""
        self._world = world
        self._path = world.stack.data_dir / "demo_api" / "mails.jsonl"
        self._log = LogReader(self._path, float)
        each = max(1, mails // MAILINGS)
        self._people = {
            f"m{number}": [f"m{number}-{n:04}@example.com" for n in range(each)] for number in range(MAILINGS)
        }
        self._watch = MailWatch(
            world.stack.sql_connection_string,
            lambda: world.stack.host_url,
            LogReader(self._path, float).entries,
            {mailing: len(people) for mailing, people in self._people.items()},
        )

    def begin(self) -> None:
        """Start everything, order the mailings, and have the account ask for time once, without any kill."""
        self._world.start()
        for mailing, people in self._people.items():
            self._ask("POST", "mailings", {
                "id": mailing, "account": "main", "from": "news@example.com", "subject": "Hi", "text": "Dear {{to}}",
                "recipients": [{"to": to} for to in people],
            })  # fmt: skip
        self._world.wait_for(self._path.exists, "the first mail")
        self._watch.start()
        self._world.stage.set_mail_mode("quota", limit=0, seconds=ASKED_SECONDS)
        self._world.wait_for(lambda: bool(self._watch.pauses), "the account's pause to be written down")
        self._world.stage.set_mail_mode("ok")

    def killed_meanwhile(self, kills: int) -> int:
        """Kill again and again; every fifth time while the account asks for time. Return how many kills struck."""
        chance = random.Random(SEED)
        struck = 0
        for number in range(1, kills + 1):
            self._until_mails_go(min(_WAITING_SECONDS / kills, _MOST_WAITING_SECONDS))
            if number % 5 == 3:
                self._world.stage.set_mail_mode("quota", limit=0, seconds=ASKED_SECONDS)
            struck += CRASHES[number % len(CRASHES)](self._world, chance)
            self._world.stage.set_mail_mode("ok")
            if number % 10 == 0 or number == kills:
                sent = len(accepted_of(self._record()))
                self._world.stage.say(f"{number} of {kills} crashes, {struck} where they were aimed; {sent} mails sent")
        return struck

    def verdict(self, struck: int) -> Verdict:
        """Wait for the mailings' end, resolve what is in doubt, wait again, and count."""
        began = time.monotonic()
        self._until_done()
        doubts = self._resolved()
        self._until_done()
        seconds = time.monotonic() - began
        self._watch.stop()
        record = self._record()
        everybody = [to for people in self._people.values() for to in people]
        early = too_early(record, self._watch.pauses.values(), GRACE_SECONDS)
        stuck = self._stuck(doubts, struck * MAILINGS * CONCURRENCY, len(everybody))
        missing, twice = lost(everybody, record), doubled(record)
        self._world.stage.say(
            f"{doubts} in doubt, all resolved; {len(self._watch.pauses)} pauses; {self._watch.looks} looks at reports"
        )
        if missing or twice or early or stuck:
            self._world.stage.say(f"lost: {missing[:20]}; twice: {twice[:20]}; early: {early[:5]}; {stuck[:20]}")
        return Verdict(
            lost=len(missing),
            duplicates=doubts,
            reordered=0,
            two_ids=len(twice),
            leaked=len(early),
            stuck=stuck,
            seconds_to_recover=round(seconds, 1),
        )

    def end(self) -> None:
        """End everything."""
        try:
            self._watch.stop()
        finally:
            self._world.database.close()
            self._world.stage.stop()

    def _stuck(self, doubts: int, most: int, size: int) -> list[str]:
        """Return what is not as it must be at the end."""
        found = list(self._watch.wrong)
        if doubts > most:
            found.append(f"{doubts} in doubt, which is more than {most}")
        sent = sum(self._ask("GET", f"mailings/{mailing}")["counts"]["sent"] for mailing in self._people)
        if sent != size:
            found.append(f"{size - sent} mails that are not said to be sent")
        return found

    def _resolved(self) -> int:
        """Tell of each doubt what the account knows: by its webhook of what it has, by a person who has looked it up of the rest."""
        doubts = 0
        for mailing in self._people:
            in_doubt = self._in_doubt(mailing)
            doubts += len(in_doubt)
            has = [each for each in in_doubt if self._account_has(each["mail"])]
            self._ask("POST", "mail-events/main", [{"event": "delivered", "mail": each["mail"]} for each in has])
            for each in in_doubt:
                if each not in has:
                    path = f"mailings/{mailing}/recipients/{each['key']}/resolve"
                    self._ask("POST", path, {"sent": False})
        return doubts

    def _in_doubt(self, mailing: str) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = []
        after = ""
        while after is not None:
            path = f"mailings/{mailing}/recipients?status=in_doubt&limit={_PAGE}&after={after}"
            page = self._ask("GET", path)
            found += page["recipients"]
            after = page["after"]
        return found

    def _account_has(self, mail: str) -> bool:
        return ask("GET", f"{self._world.stack.api_url}/mail/messages/{mail}")[0] == 200

    def _until_mails_go(self, most_seconds: float) -> None:
        already, deadline = len(self._record()), time.monotonic() + most_seconds
        while len(self._record()) == already and time.monotonic() < deadline:
            time.sleep(0.05)

    def _until_done(self) -> None:
        """Return when all mailings are done, or when no mail has been sent for as long as patience lasts."""
        most, deadline = -1, 0.0
        while any(self._ask("GET", f"mailings/{mailing}")["state"] != "done" for mailing in self._people):
            if (requests := len(self._record())) > most:
                most, deadline = requests, time.monotonic() + PATIENCE_SECONDS
            elif time.monotonic() > deadline:
                return
            time.sleep(_LOOK_SECONDS)

    def _record(self) -> Sequence[Entry]:
        return self._log.entries()

    def _ask(self, method: str, path: str, body: Any = None) -> Any:
        status, answer = ask(method, f"{self._world.stack.host_url}/api/{path}", body)
        if not 200 <= status < 300:
            raise CommandError(f"the app answered {method} {path} with {status}: {answer}")
        return answer
