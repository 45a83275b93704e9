"""relay:mail and a database: one mail, sent once, with all that mailings have."""

from typing import Any

import pytest

from adapters.sql_server.migrations import migrate
from services.resources.perform import perform
from tests.contract.mailing_scene import ACCOUNT, Mailings, WorkerDies
from tests.sql_client import SqlServer
from tests.unit.services.resources.scene import a_task, an_outside
from workflows.mailing.answers import Answered
from workflows.resources.values import BAD_ARGUMENTS, TaskFailed, TaskLater

MAIL = {
    "from": "shop@example.com",
    "to": "a@example.com",
    "subject": "Order 7",
    "text": "Thanks, {{name}}",
    "fields": {"name": "A"},
}
NAME = f"task-{'k' * 32}"


@pytest.fixture
def mailings(server: SqlServer, app_server: SqlServer, unique: str) -> Mailings:
    migrate(server, unique)
    return Mailings(server, app_server, unique)


def send(mailings: Mailings, **differences: Any) -> Any:
    outside = an_outside(settings=mailings.outside.settings, mail=mailings.outside)
    return perform(a_task("relay:mail/main", {**MAIL, **differences}), outside).output


def failure(mailings: Mailings, **differences: Any) -> TaskFailed:
    with pytest.raises(TaskFailed) as caught:
        send(mailings, **differences)
    return caught.value


def test_a_mail_is_sent_once_however_often_it_is_asked_for(mailings: Mailings) -> None:
    assert send(mailings) == {"mailing": NAME, "state": "sent"}
    assert send(mailings) == {"mailing": NAME, "state": "sent"}

    [(_, body)] = mailings.api.posts
    assert body["personalizations"][0]["to"] == [{"email": "a@example.com", "name": "A"}]
    assert body["content"] == [{"type": "text/plain", "value": "Thanks, A"}]
    assert mailings.report(NAME)["state"] == "done"  # no orchestration need end it


def test_a_paused_account_is_asked_again_later(mailings: Mailings) -> None:
    mailings.api.answer = lambda _: Answered(429, {"retry-after": "600"})

    with pytest.raises(TaskLater) as first:
        send(mailings)
    with pytest.raises(TaskLater, match="account 'main' waits") as second:
        send(mailings)

    assert first.value.after_seconds > 0
    assert 0 < second.value.after_seconds <= 3600
    assert len(mailings.api.posts) == 1


def test_a_recipient_who_wants_none_gets_none(mailings: Mailings) -> None:
    mailings.outside.tables.ask("suppression/add", address="a@example.com", why="asked")

    assert failure(mailings).error == "relay.MailSuppressed"
    assert mailings.api.posts == []


def test_a_try_that_died_leaves_a_doubt_and_no_second_mail(mailings: Mailings) -> None:
    def dies(_: str) -> Any:
        raise WorkerDies

    mailings.api.answer = dies
    with pytest.raises(WorkerDies):
        send(mailings)

    assert failure_or_later(mailings) in {"relay.MailInDoubt", "later"}
    assert len(mailings.api.posts) == 1


def failure_or_later(mailings: Mailings) -> str:
    try:
        send(mailings)
    except TaskLater:
        return "later"  # its try may be under way still
    except TaskFailed as failed:
        return failed.error
    return "sent"


def test_a_mail_that_is_refused_for_good_fails(mailings: Mailings) -> None:
    mailings.api.answer = lambda _: Answered(400, {}, "no such sender")

    failed = failure(mailings)

    assert (failed.error, "400" in failed.cause) == ("relay.MailFailed", True)


@pytest.mark.parametrize(
    ("differences", "says"),
    [
        ({"to": "nobody"}, "recipients: number 1"),
        ({"text": "Dear {{nobody}}"}, "the field 'nobody' is missing"),
        ({"cc": "b@example.com"}, "cc: there is no such argument"),
        ({"account": "other"}, "account: it says 'other', and the resource 'main'"),
    ],
)
def test_arguments_that_cannot_be_used_are_told(mailings: Mailings, differences: dict[str, Any], says: str) -> None:
    failed = failure(mailings, **differences)

    assert failed.error == BAD_ARGUMENTS
    assert says in failed.cause


def test_an_account_that_is_not_configured_is_told(mailings: Mailings) -> None:
    outside = an_outside(mail=mailings.outside)

    with pytest.raises(TaskFailed, match=f"workflows.toml has {ACCOUNT.name}"):
        perform(a_task("relay:mail/none", MAIL), outside)
