"""The routes of locks: what they answer, and what they refuse with what to send."""

import asyncio
import json
from typing import Any

import azure.functions as func
import pytest

from tests.fake_tables import FakeTables
from tests.fakes import FakeDurableClient, an_app_outside
from triggers.http.answers import answered
from triggers.http.locks import LockRequest, act, ask_ticket
from workflows.locks.values import State

Answer = tuple[int, dict[str, Any], dict[str, str]]
HELD = {
    "state": "held",
    "token": 4712,
    "expires": "2026-01-02T03:04:05.000Z",
    "ticket": None,
    "position": 0,
    "offers": None,
    "permits": 1,
}
WAITS = {**HELD, "state": "waits", "token": None, "ticket": 12, "position": 3, "offers": 0}
HINTED = [{"instance": "nightly", "name": "ledger", "ticket": 13, "offers": 1, "execution": "2026-01-02T03:04:05Z"}]


class Locks(FakeTables):
    """Answers each statement as the test says, and keeps what it was told."""

    def __init__(self, *answer: Any) -> None:
        super().__init__()
        self.answer = list(answer)
        self.told: dict[str, Any] = {}

    def ask(self, statement: str, **values: Any) -> Any:
        self.asked.append(statement)
        self.told = values
        return self.answer


def send(tables: Locks, action: str, body: Any, client: FakeDurableClient | None = None, ticket: str = "") -> Answer:
    content = body if isinstance(body, bytes) else json.dumps(body).encode()
    http = func.HttpRequest(
        "POST", "https://shop/api/locks/ledger/x", route_params={"action": action, "ticket": ticket}, body=content
    )
    request = LockRequest(http, "ledger", an_app_outside(client or FakeDurableClient(), tables))
    response = asyncio.run(answered(ask_ticket(request) if ticket else act(request)))
    return response.status_code, json.loads(response.get_body()), dict(response.headers)


def test_a_free_lock_is_granted_with_token_and_lease() -> None:
    tables = Locks([HELD], [])

    status, body, _ = send(tables, "acquire", {"owner": "job-7"})

    assert (status, body) == (200, {"token": 4712, "expires": "2026-01-02T03:04:05.000Z"})
    assert {name: tables.told[name] for name in ("name", "owner", "purpose", "lease_seconds", "wait_seconds", "permits")} == {
        "name": "ledger", "owner": "job-7", "purpose": "", "lease_seconds": 60, "wait_seconds": 0, "permits": 1,
    }  # fmt: skip


def test_who_waits_is_told_his_place_and_where_to_ask() -> None:
    status, body, headers = send(Locks([WAITS], []), "acquire", {"owner": "job-7", "wait_seconds": 30})

    assert (status, body) == (202, {"ticket": 12, "position": 3})
    assert headers["Location"] == "https://shop/api/locks/ledger/tickets/12"
    assert headers["Retry-After"]


def test_a_ticket_is_asked_for_and_gets_what_is_offered() -> None:
    tables = Locks([HELD], [])

    status, body, _ = send(tables, "", b"", ticket="12")

    assert (status, body["token"], tables.told) == (200, 4712, {"name": "ledger", "ticket": 12})


@pytest.mark.parametrize(
    ("state", "status"), [(State.BUSY, 409), (State.PERMITS, 409), (State.FULL, 429), (State.GONE, 410)]
)
def test_what_cannot_be_had_is_a_problem_that_says_what_to_do(state: State, status: int) -> None:
    answered_status, body, headers = send(Locks([{**WAITS, "state": state.value}], []), "acquire", {"owner": "job-7"})

    assert (answered_status, body["status"]) == (status, status)
    assert body["detail"]
    assert headers.get("Retry-After") == ("30" if status == 429 else None)


def test_a_lost_lock_cannot_be_renewed_and_one_that_is_held_can() -> None:
    assert send(Locks([], []), "renew", {"token": 4712})[0] == 410
    status, body, _ = send(Locks([{"expires": "then"}], []), "renew", {"token": 4712, "lease_seconds": 9})
    assert (status, body) == (200, {"token": 4712, "expires": "then"})


@pytest.mark.parametrize("body", [{"token": 4712}, {"ticket": 12}])
def test_a_release_says_whether_there_was_anything_to_release(body: dict[str, int]) -> None:
    tables = Locks([{"given_back": 1}], [])

    assert send(tables, "release", body)[:2] == (200, {"released": True})
    assert tables.told == {"name": "ledger", "token": None, "ticket": None, "owners": None, **body}
    assert send(Locks([{"given_back": 0}], []), "release", body)[:2] == (200, {"released": False})


def test_a_forced_release_says_from_whom_it_was_taken_and_the_log_says_why(caplog: pytest.LogCaptureFixture) -> None:
    row = {"token": 4712, "owner": "job-7", "purpose": ""}

    status, body, _ = send(Locks([row], []), "force-release", {"reason": "its machine is gone"})

    assert (status, body) == (200, {"released": [row]})
    assert "its machine is gone" in caplog.text


def test_an_orchestration_is_told_of_its_offer_and_one_that_has_ended_is_no_error() -> None:
    client = FakeDurableClient()
    send(Locks([{"given_back": 1}], HINTED), "release", {"token": 4712}, client)
    assert client.raised == [("nightly", "lock-ledger-13-1")]

    class Gone(FakeDurableClient):
        async def raise_event(self, instance_id: str, name: str) -> None:
            raise RuntimeError(f"{instance_id} {name} is gone")

    assert send(Locks([{"given_back": 1}], HINTED), "release", {"token": 4712}, Gone())[0] == 200


@pytest.mark.parametrize(
    ("action", "body", "says"),
    [
        ("acquire", {}, "owner: it is missing; send a text on one line of 1 to 200 characters"),
        ("acquire", {"owner": ""}, "owner: '' cannot be used"),
        ("acquire", {"owner": " x"}, "owner: ' x' cannot be used"),
        ("acquire", {"owner": "a\nb"}, "owner: 'a\\nb' cannot be used"),
        ("acquire", {"owner": "x" * 201}, "owner: 'xxx"),
        ("acquire", {"owner": 7}, "owner: 7 cannot be used"),
        ("acquire", {"owner": "x", "purpose": None}, "purpose: None cannot be used; send a text on one line of 0 to 100"),
        ("acquire", {"owner": "x", "lease_seconds": 3601}, "lease_seconds: 3601 must be a whole number from 1 to 3600."),
        ("acquire", {"owner": "x", "lease_seconds": True}, "lease_seconds: True must be a whole number"),
        ("acquire", {"owner": "x", "wait_seconds": 1.5}, "wait_seconds: 1.5 must be a whole number from 0 to 86400."),
        ("acquire", {"owner": "x", "permits": 0}, "permits: 0 must be a whole number from 1 to 1000."),
        ("acquire", {"owner": "x", "lease": 5}, "'lease': there is no such key; take owner, purpose, lease_seconds"),
        ("acquire", {"permits": 0}, "owner: it is missing"),
        ("acquire", b"{", "The body is no JSON"),
        ("renew", {}, "token: it is missing; send a whole number from 1 to 9223372036854775807."),
        ("renew", {"token": "4712"}, "token: '4712' must be a whole number"),
        ("release", {}, "token: it is missing"),
        ("release", {"token": 1, "ticket": 2}, "Send token or ticket, not both."),
        ("force-release", {"reason": ""}, "reason: '' cannot be used"),
    ],
)  # fmt: skip
def test_a_wrong_body_gets_one_error_that_says_what_to_send(action: str, body: Any, says: str) -> None:
    tables = Locks()

    status, answer, _ = send(tables, action, body)

    assert (status, tables.asked) == (400, [])
    assert says in answer["detail"]


def test_several_mistakes_are_told_together() -> None:
    _, answer, _ = send(Locks(), "acquire", {"owner": "", "permits": 0, "leases": 1})

    assert all(key in answer["detail"] for key in ("owner:", "permits:", "'leases':"))


@pytest.mark.parametrize(("action", "ticket", "status"), [("steal", "", 404), ("", "x", 400), ("", "9" * 19, 400)])
def test_what_is_no_action_and_no_ticket_is_refused(action: str, ticket: str, status: int) -> None:
    assert send(Locks(), action, {}, ticket=ticket)[0] == status
