"""Whatever happens to a mailing, in whichever order: its report adds up at every look, and nobody gets a mail twice or none unnoticed."""

import json
import random
from collections import Counter

import pytest

from adapters.sql_server.connection import SqlServer as AppSqlServer
from adapters.sql_server.connection_string import OdbcConnection
from adapters.sql_server.migrations import migrate
from tests.contract.mailing_scene import ACCEPTED, Mailings
from tests.sql_client import SqlServer
from workflows.mailing.answers import Answer, Answered, Silent

KEYS = [f"k{number}" for number in range(12)]
REFUSALS: list[Answer] = [
    Answered(429, {"retry-after": "30"}), Answered(429, {}), Answered(503, {}), Answered(422, {}), Silent(False, ""),
]  # fmt: skip
DOUBTS: list[Answer] = [Silent(True, "no answer"), Answered(504, {})]


class Chance:
    """Things that happen to a mailing of a dozen, drawn from a seed."""

    def __init__(self, mailings: Mailings, seed: int) -> None:
        self.mailings = mailings
        self.random = random.Random(seed)
        self.accepted: Counter[str] = Counter()
        mailings.api.answer = self.answer

    def answer(self, name: str) -> Answer:
        """Take the mail or not, and tell so or not."""
        drawn = self.random.random()
        if drawn < 0.2:
            return self.random.choice(REFUSALS)
        if drawn < 0.35:
            self.accepted[name] += self.random.random() < 0.5
            return self.random.choice(DOUBTS)
        self.accepted[name] += 1
        return ACCEPTED

    def happen(self) -> None:
        """Let something happen."""
        mailings, key = self.mailings, self.random.choice(KEYS)
        match self.random.randrange(8):
            case 0:
                mailings.let_time_pass(self.random.choice([5, 45, 600]))
            case 1 if mailings.state(key) == "waiting":
                self.die(key)
            case 2:
                self.event(key)
            case 3:
                mailings.work()
            case _:
                mailings.send(key)

    def die(self, key: str) -> None:
        came = self.mailings.api.answer
        accepted = self.random.random() < 0.5
        try:
            self.mailings.die_in_send(key, accepted=accepted)
        except AssertionError:
            self.mailings.api.answer = came  # it was not begun: a pause, or the window
        else:
            self.accepted[self.mailings.name_of(key)] += accepted

    def event(self, key: str) -> None:
        """Let the provider tell what it knows of a mail."""
        name = self.mailings.name_of(key)
        if self.accepted[name]:
            told = [{"mail": name, "says": "sent", "reason": ""}]
            self.mailings.outside.tables.ask("mailing/events", account="main", events=json.dumps(told))

    def resolve_everything(self) -> None:
        """Let time pass until nothing waits; and somebody who asks the provider settle what is in doubt."""
        while any(state in self.mailings.counts() for state in ("waiting", "in_doubt")):
            self.mailings.let_time_pass(3700)
            self.mailings.work()
            for key in KEYS:
                sent = int(self.accepted[self.mailings.name_of(key)] > 0)
                self.mailings.outside.first("mailing/resolve", mailing="spring", key=key, sent=sent, reason="people")


@pytest.mark.parametrize("seed", range(8))
def test_counts_add_up_and_nobody_gets_a_mail_twice(
    server: SqlServer, odbc: OdbcConnection, unique: str, seed: int
) -> None:
    migrate(server, unique)
    app_server = AppSqlServer(odbc)
    mailings = Mailings(server, app_server, unique)  # type: ignore[arg-type]
    mailings.order(*KEYS, window={"hours": 2000})
    chance = Chance(mailings, seed)

    for _ in range(40):
        chance.happen()
        assert sum(mailings.counts().values()) == len(KEYS)
    chance.resolve_everything()

    counts = mailings.counts()
    assert set(counts) <= {"sent", "failed"}
    assert max(chance.accepted.values(), default=1) == 1, "nobody gets it twice"
    failed = [key for key in KEYS if mailings.state(key) == "failed"]
    assert sum(chance.accepted.values()) == counts.get("sent", 0) == len(KEYS) - len(failed)
    app_server.close()
