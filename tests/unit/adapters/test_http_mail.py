"""Mails to their providers over scripted wires: what is sent, what is known of it if no answer comes, and what is asked later."""

from dataclasses import replace
from typing import Any

import pytest

from adapters.http.mail import HttpMail
from adapters.http.trouble import NO_CONNECTION_IN_TIME, Trouble
from tests.unit.adapters.wires import Script, ScriptedDial, ScriptedWire, SteppingClock
from workflows.mailing.account import AccountKind, MailAccount
from workflows.mailing.answers import Answered, Silent

MAIL = "f" * 32
ACCOUNT = MailAccount(
    name="main", kind=AccountKind.SENDGRID, url="http://mail.example/v3/mail/send", secret="sixteen-characters",
    headers={"Authorization": "Bearer geheim-123"}, timeout_seconds=5,
)  # fmt: skip
ACCEPTED = b"HTTP/1.1 202 Accepted\r\nX-Message-Id: m\r\nX-RateLimit-Remaining: 0\r\nContent-Length: 0\r\n\r\n"


def over(clock: SteppingClock, *wires: ScriptedWire | Exception) -> HttpMail:
    return HttpMail(clock, ScriptedDial(*wires))


def posted(script: Script, account: MailAccount = ACCOUNT, **options: Any) -> tuple[Any, bytes]:
    clock = SteppingClock()
    wire = ScriptedWire(clock, script, **options)
    answer = over(clock, wire).post(account, {"to": "a@example.com"}, MAIL)
    assert wire.closed, "every mail has a connection of its own"
    return answer, wire.sent


def test_an_answer_comes_with_its_headers() -> None:
    answer, sent = posted([1.0, ACCEPTED])

    assert isinstance(answer, Answered)
    assert (answer.status, answer.headers["x-message-id"], answer.headers["x-ratelimit-remaining"]) == (202, "m", "0")
    assert sent.startswith(b"POST /v3/mail/send HTTP/1.1\r\nHost: mail.example\r\n")
    assert sent.endswith(b'\r\n\r\n{"to":"a@example.com"}')
    assert b"Authorization: Bearer geheim-123\r\n" in sent
    assert b"Idempotency-Key" not in sent


def test_a_provider_that_knows_repeats_gets_the_mails_name_in_its_own_header() -> None:
    _, sent = posted([1.0, ACCEPTED], replace(ACCOUNT, idempotency_header="X-Request-Id"))

    assert f"\r\nX-Request-Id: {MAIL}\r\n".encode() in sent


def test_a_refusal_is_told_without_secrets() -> None:
    answer, _ = posted([1.0, b"HTTP/1.1 401 No\r\nContent-Length: 28\r\n\r\nnot you: geheim-123, my user"])

    assert (answer.status, answer.text) == (401, "not you: ***, my user")


@pytest.mark.parametrize(
    "script", [[], [1.0, b""], [1.0, b"HTTP/1.1 1"], [1.0, OSError()], [1.0, b"HTTP/1.1 100 Continue\r\n\r\n"]]
)
def test_without_an_answer_the_mail_may_have_been_sent(script: Script) -> None:
    answer, _ = posted(script)

    assert isinstance(answer, Silent)
    assert answer.sent


def test_without_a_connection_nothing_was_sent() -> None:
    clock = SteppingClock()
    assert over(clock, Trouble(NO_CONNECTION_IN_TIME)).post(ACCOUNT, {}, MAIL) == Silent(False, NO_CONNECTION_IN_TIME)
    wrong = over(clock).post(replace(ACCOUNT, url="http://[half"), {}, MAIL)
    assert isinstance(wrong, Silent)
    assert not wrong.sent


@pytest.mark.parametrize(
    ("answer", "has"),
    [
        (b"HTTP/1.1 404 No\r\nContent-Length: 0\r\n\r\n", False),
        (b"HTTP/1.1 200 OK\r\nContent-Length: 32\r\n\r\n" + MAIL.encode(), True),
        (b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n[]", False),
        (b"HTTP/1.1 503 Later\r\nContent-Length: 0\r\n\r\n", None),
        (b"", None),
    ],
)
def test_a_provider_can_be_asked_whether_it_has_a_mail(answer: bytes, has: bool | None) -> None:
    clock = SteppingClock()
    wire = ScriptedWire(clock, [1.0, answer])
    account = replace(ACCOUNT, look_up_url="http://mail.example/messages/{{mail}}")

    assert over(clock, wire).has(account, MAIL) is has
    assert wire.sent.startswith(f"GET /messages/{MAIL} HTTP/1.1\r\n".encode())
    assert over(clock).has(ACCOUNT, MAIL) is None, "there is nowhere to ask"
