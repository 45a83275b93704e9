"""The mail account of the demo API: what it keeps, and each way to fail."""

import http.client
import json
import signal
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from devstack.demo_api.mails import MailAnswer, MailMode
from tests.unit.devstack.demo_api.test_demo_api import Api


@pytest.fixture
def api(tmp_path: Path) -> Iterator[Api]:
    api = Api(tmp_path)
    yield api
    api.stop()


def send(api: Api, mail: str = "m1", key: str = "") -> int:
    person = {"to": [{"email": f"{mail}@example.com"}], "custom_args": {"mail": mail}}
    body = {"personalizations": [person]}
    return (api.ask("POST", "/mail/send", body, Idempotency_Key=key) if key else api.ask("POST", "/mail/send", body))[0]


def mode(api: Api, name: str, **parameters: float) -> None:
    assert api.ask("PUT", "/control/mail", {"mode": name, **parameters})[0] == 200


def mails(api: Api) -> list[tuple[Any, ...]]:
    return [(each["mail"], each["status"], each["accepted"]) for each in api.ask("GET", "/control/mails")[1]]


def test_it_keeps_every_request_over_a_kill(api: Api) -> None:
    assert send(api) == 202
    api.stop(signal.SIGKILL)
    api.start()

    assert mails(api) == [("m1", 202, True)]
    assert api.ask("GET", "/mail/messages/m1")[0] == 200
    assert api.ask("GET", "/mail/messages/m2")[0] == 404
    assert api.ask("POST", "/control/reset")[0] == 200
    assert mails(api) == []


def test_a_repeated_mail_is_accepted_twice_unless_it_has_a_key(api: Api) -> None:
    assert [send(api), send(api), send(api, key="m1")] == [202] * 3

    assert [accepted for _, _, accepted in mails(api)] == [True, True, False]


def test_it_fails_as_it_is_told(api: Api) -> None:
    mode(api, "status", status=401)
    assert send(api) == 401
    for name in ("cut", "accept-then-cut"):
        mode(api, name)
        with pytest.raises((ConnectionError, http.client.HTTPException)):
            send(api, name)

    assert mails(api) == [("m1", 401, False), ("cut", None, False), ("accept-then-cut", None, True)]
    assert api.ask("PUT", "/control/mail", {"mode": "other"})[0] == 400
    assert api.ask("PUT", "/control/mail", {"mode": "ok", "limit": 1})[0] == 400
    assert api.ask("POST", "/mail/send", {})[0] == 400


def test_a_rate_lets_so_many_through_and_says_when_the_next_may_come() -> None:
    account = MailMode("rate", limit=2, seconds=10)

    answers = [account.decide(now) for now in (100.5, 101, 102, 110.5)]

    assert [answer.status for answer in answers] == [202, 202, 429, 202]
    assert [answer.headers["X-RateLimit-Remaining"] for answer in answers] == ["1", "0", "0", "1"]
    assert answers[2].headers["X-RateLimit-Reset"] == "111"
    assert "X-RateLimit-Remaining" not in MailMode("quota").decide(1.0).headers
    assert MailMode("429").decide(1.0) == MailAnswer(429, accept=False)
    assert MailMode("slow", delay_seconds=3).decide(1.0).delay_seconds == 3
    assert json.dumps(MailMode("quota").parameters) == '{"limit": 100, "seconds": 86400}'
