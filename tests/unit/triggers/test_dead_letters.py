"""The routes over dead letters and their replay: what they answer, and what they refuse."""

import asyncio
import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import azure.functions as func
import pytest

from relay.backoff import Backoff
from relay.config.values import RecoveryPolicy
from relay.dead_letters.replay import Replay
from relay.dead_letters.values import DeadLetter, Selection
from relay.dead_letters.work import ReplayState
from relay.delivery.sent import Sent
from relay.errors import ConfigError, DatabaseError
from tests.fake_tables import FakeReplays
from tests.fakes import FakeDurableClient, a_relay, an_outside
from triggers.http.answers import answered
from triggers.http.dead_letters import command_dead_letter, command_dead_letters, list_dead_letters, show_dead_letter
from triggers.http.replay import command_replay, show_replay
from triggers.http.requests import RelayRequest, Work

API = "https://shop/api/relays/orders"
INSTANCE = "replay-shop-orders"


def letter(number: int) -> DeadLetter:
    return DeadLetter(
        id=number,
        key=f"[{number}]",
        version=number + 100,
        status=422,
        error="the endpoint answered 422",
        attempts=1,
        first_failed_at="2026-01-02T03:04:05.000Z",
        last_failed_at="2026-01-02T03:04:05.000Z",
        problem='{"title": "no"}',
    )


@dataclass
class DeadLetters:
    """Dead letters by id."""

    ids: Sequence[int] = (1, 2, 3)
    error: Exception | None = None
    discarded: list[Selection] = field(default_factory=list)
    counted: list[Selection] = field(default_factory=list)

    def count(self, selection: Selection) -> tuple[int, int]:
        if self.error:
            raise self.error
        self.counted.append(selection)
        found = self._matching(selection)
        return len(found), max(found, default=0)

    def page(self, selection: Selection, limit: int) -> Sequence[DeadLetter]:
        return [letter(number) for number in self._matching(selection)[:limit]]

    def discard(self, selection: Selection) -> int:
        if self.error:
            raise self.error
        self.discarded.append(selection)
        return len(self._matching(selection))

    def _matching(self, selection: Selection) -> Sequence[int]:
        return [number for number in self.ids if selection.after < number <= selection.upto]


@dataclass
class Routes:
    """The routes of one relay, over fakes."""

    dead_letters: DeadLetters = field(default_factory=DeadLetters)
    client: FakeDurableClient = field(default_factory=FakeDurableClient)
    replays: FakeReplays = field(default_factory=FakeReplays)

    def ask(self, work: Work, url: str, body: Any = None, **route: str) -> tuple[int, Any]:
        """Return status and answer; every error has to be a problem that says what to do."""
        query = dict(part.split("=") for part in url.partition("?")[2].split("&") if part)
        content = body if isinstance(body, bytes) else b"" if body is None else json.dumps(body).encode()
        http = func.HttpRequest("POST", url, params=query, route_params=route, body=content)
        relay = a_relay(recovery=RecoveryPolicy(backoff=Backoff(first_interval_seconds=7)))
        outside = an_outside(relay, dead_letters=self.dead_letters, replays=self.replays)
        response = asyncio.run(answered(work(RelayRequest(http, outside, self.client))))
        found = json.loads(response.get_body())
        if response.status_code >= 400:
            assert response.mimetype == "application/problem+json"
            assert found["status"] == response.status_code
            assert found["title"]
            assert found["detail"]
        return response.status_code, found


def test_a_page_has_the_count_of_all_and_a_link_to_the_next() -> None:
    status, found = Routes().ask(list_dead_letters, f"{API}/dead-letters?limit=2&status=422&code=secret")

    assert (status, found["relay"], found["count"]) == (200, "orders", 3)
    assert [each["id"] for each in found["dead_letters"]] == [1, 2]
    assert found["next"] == f"{API}/dead-letters?status=422&after=2&limit=2", "without the function key"
    assert found["dead_letters"][0] == {
        "id": 1, "key": "[1]", "version": 101, "status": 422, "error": "the endpoint answered 422", "attempts": 1,
        "first_failed_at": "2026-01-02T03:04:05.000Z", "last_failed_at": "2026-01-02T03:04:05.000Z",
    }  # fmt: skip


def test_the_last_page_has_no_next_and_still_the_count_of_all() -> None:
    _, found = Routes().ask(list_dead_letters, f"{API}/dead-letters?after=1&limit=2")

    assert ([each["id"] for each in found["dead_letters"]], found["count"], found["next"]) == ([2, 3], 3, None)


def test_one_dead_letter_is_shown_with_the_endpoints_problem() -> None:
    status, found = Routes().ask(show_dead_letter, f"{API}/dead-letters/2", id="2")

    assert (status, found["id"], found["problem"]) == (200, 2, '{"title": "no"}')


def test_a_replay_is_started_once_for_what_is_there_at_this_moment() -> None:
    routes = Routes()

    status, found = routes.ask(command_dead_letters, f"{API}/dead-letters/replay", {"status": 422}, action="replay")

    assert (status, found) == (202, {"relay": "orders", "count": 3, "follow": f"{API}/replay"})
    [(name, instance_id, told)] = routes.client.started
    assert (name, instance_id) == ("replay", INSTANCE)
    begun = Replay.from_dict(json.loads(json.dumps(told["replay"])))
    assert begun.selection == Selection(status=422, upto=3)
    assert (begun.total, told["number"]) == (3, 1)
    assert routes.replays.order is not None, "it stands in SQL Server"
    assert routes.replays.order.replay.selection == begun.selection


def test_a_single_dead_letter_is_replayed_and_discarded_by_its_id() -> None:
    routes = Routes()

    status, found = routes.ask(command_dead_letter, f"{API}/dead-letters/2/replay", id="2", action="replay")
    assert (status, found["count"]) == (202, 1)
    assert routes.client.started[0][2]["replay"]["selection"] == Selection.one(2).to_dict()

    assert routes.ask(command_dead_letter, f"{API}/dead-letters/2/discard", {}, id="2", action="discard") == (
        200,
        {"relay": "orders", "discarded": 1},
    )
    assert routes.dead_letters.discarded == [Selection.one(2)]


@pytest.mark.parametrize("status", ["Running", "Pending", "ContinuedAsNew", "Suspended"])
def test_a_second_replay_is_a_conflict_with_the_link_to_the_first(status: str) -> None:
    routes = Routes(client=FakeDurableClient(replay_shop_orders=status))

    code, found = routes.ask(command_dead_letters, f"{API}/dead-letters/replay", {}, action="replay")

    assert (code, found["follow"]) == (409, f"{API}/replay")
    assert routes.client.started == []


@pytest.mark.parametrize("status", ["Completed", "Terminated", "Failed"])
def test_a_replay_that_has_ended_does_not_keep_another_from_starting(status: str) -> None:
    routes = Routes(client=FakeDurableClient(replay_shop_orders=status))

    assert routes.ask(command_dead_letters, f"{API}/dead-letters/replay", {}, action="replay")[0] == 202

    assert routes.client.purged == [INSTANCE], "what became of it is not taken for what became of the next one"


def test_of_two_orders_at_one_moment_one_is_the_conflict() -> None:
    class Faster(FakeReplays):
        def begin(self, selection: Selection, total: int) -> bool:
            assert super().begin(selection, total)  # somebody else's
            return super().begin(selection, total)

    code, found = Routes(replays=Faster()).ask(command_dead_letters, f"{API}/dead-letters/replay", {}, action="replay")

    assert (code, found["follow"]) == (409, f"{API}/replay")


def test_an_order_stands_though_its_worker_cannot_be_started() -> None:
    routes = Routes()

    async def refuses(*_: Any) -> str:
        raise ConnectionError("storage is away")

    routes.client.start_new = refuses  # type: ignore[assignment,method-assign]

    assert routes.ask(command_dead_letters, f"{API}/dead-letters/replay", {}, action="replay")[0] == 500

    assert routes.replays.order is not None
    assert routes.replays.order.state is ReplayState.RUNNING


def test_discarding_everything_has_to_be_said() -> None:
    routes = Routes()
    url = f"{API}/dead-letters/discard"

    assert routes.ask(command_dead_letters, url, {}, action="discard")[0] == 400
    assert routes.dead_letters.discarded == []

    assert routes.ask(command_dead_letters, url, {"all": True}, action="discard")[1]["discarded"] == 3


@pytest.mark.parametrize(
    ("work", "url", "body", "route", "status"),
    [
        (list_dead_letters, "/dead-letters?limit=0", None, {}, 400),
        (list_dead_letters, "/dead-letters?sort=id", None, {}, 400),
        (show_dead_letter, "/dead-letters/x", None, {"id": "x"}, 400),
        (show_dead_letter, "/dead-letters/9", None, {"id": "9"}, 404),
        (command_dead_letters, "/dead-letters/replay", None, {"action": "replay"}, 400),
        (command_dead_letters, "/dead-letters/replay", b"{", {"action": "replay"}, 400),
        (command_dead_letters, "/dead-letters/replay", b"\xff", {"action": "replay"}, 400),
        (command_dead_letters, "/dead-letters/replay", b"[" * 60_000, {"action": "replay"}, 400),
        (command_dead_letters, "/dead-letters/replay", b"[" * 100_000, {"action": "replay"}, 413),
        (command_dead_letters, "/dead-letters/replay", [], {"action": "replay"}, 400),
        (command_dead_letters, "/dead-letters/replay", {"all": True}, {"action": "replay"}, 400),
        (command_dead_letters, "/dead-letters/repaly", {}, {"action": "repaly"}, 404),
        (command_dead_letters, "/dead-letters/discard", None, {"action": "discard"}, 400),
        (command_dead_letter, "/dead-letters/9/replay", None, {"id": "9", "action": "replay"}, 404),
        (command_dead_letter, "/dead-letters/9/discard", None, {"id": "9", "action": "discard"}, 404),
        (command_dead_letter, "/dead-letters/1/retry", None, {"id": "1", "action": "retry"}, 404),
        (command_dead_letter, "/dead-letters/1/discard", {"status": 422}, {"id": "1", "action": "discard"}, 400),
        (command_replay, "/replay/stop", None, {"action": "stop"}, 404),
        (command_replay, "/replay/pause", None, {"action": "pause"}, 409),
        (show_replay, "/replay", None, {}, 404),
    ],
)
def test_what_cannot_be_done_gets_a_problem_and_does_nothing(
    work: Work, url: str, body: Any, route: dict[str, str], status: int
) -> None:
    routes = Routes()

    assert routes.ask(work, API + url, body, **route)[0] == status

    assert routes.client.started == []
    assert routes.dead_letters.discarded == []


def test_a_replay_of_nothing_is_a_conflict() -> None:
    routes = Routes(DeadLetters(ids=()))

    assert routes.ask(command_dead_letters, f"{API}/dead-letters/replay", {}, action="replay")[0] == 409
    assert routes.client.started == []


@pytest.mark.parametrize(
    ("error", "status"), [(DatabaseError("away"), 503), (ConfigError(["column Note is missing"]), 409)]
)
def test_trouble_with_the_database_is_a_problem_too(error: Exception, status: int) -> None:
    routes = Routes(DeadLetters(error=error))

    code, found = routes.ask(command_dead_letters, f"{API}/dead-letters/discard", {"all": True}, action="discard")

    assert code == status
    assert str(error) in found["detail"]


@pytest.mark.parametrize(
    ("action", "status", "done"),
    [
        ("pause", "Running", "suspended"),
        ("pause", "Suspended", None),
        ("resume", "Suspended", "resumed"),
        ("resume", "Running", "raised"),
        ("cancel", "Running", "terminated"),
        ("cancel", "Suspended", "terminated"),
    ],
)
def test_a_running_replay_is_paused_resumed_and_cancelled(action: str, status: str, done: str | None) -> None:
    client = FakeDurableClient(replay_shop_orders=status)

    code, found = Routes(client=client).ask(command_replay, f"{API}/replay/{action}", action=action)

    assert (code, found["replay"]) == (202, action)
    happened = {name for name in ("suspended", "resumed", "raised", "terminated") if getattr(client, name)}
    assert happened == ({done} if done else set())


@pytest.mark.parametrize(
    ("status", "state"),
    [("Running", "delivering"), ("Suspended", "paused"), ("Terminated", "cancelled"), ("Failed", "failed")],
)
def test_following_a_replay_shows_its_counts_and_what_became_of_it(status: str, state: str) -> None:
    client = FakeDurableClient(replay_shop_orders=status)
    client.custom_status = {"state": "delivering", "total": 120, "done": 50}

    code, found = Routes(client=client).ask(show_replay, f"{API}/replay")

    assert (code, found) == (
        200, {"relay": "orders", "status": status, "state": state, "total": 120, "done": 50},
    )  # fmt: skip


def ordered(state: ReplayState = ReplayState.RUNNING, status: str = "") -> Routes:
    """A replay that stands in SQL Server, and its instance if it has one."""
    routes = Routes(client=FakeDurableClient(**({"replay_shop_orders": status} if status else {})))
    routes.replays.begin(Selection(upto=120), 120)
    routes.replays.command(state)
    return routes


@pytest.mark.parametrize(
    ("action", "state"),
    [("pause", ReplayState.PAUSED), ("resume", ReplayState.RUNNING), ("cancel", ReplayState.CANCELLED)],
)
@pytest.mark.parametrize("status", ["Running", "Failed", ""])
def test_an_operators_word_is_written_down_whatever_became_of_the_instance(
    action: str, state: ReplayState, status: str
) -> None:
    routes = ordered(status=status)

    assert routes.ask(command_replay, f"{API}/replay/{action}", action=action)[0] == 202

    assert routes.replays.order is not None
    assert routes.replays.order.state is state
    assert bool(routes.client.started) == (action == "resume" and status != "Running")


@pytest.mark.parametrize(
    ("state", "status", "shown"),
    [
        (ReplayState.RUNNING, "Running", "delivering"),
        (ReplayState.RUNNING, "Suspended", "paused"),
        (ReplayState.RUNNING, "Failed", "failed"),
        (ReplayState.RUNNING, "", "failed"),
        (ReplayState.PAUSED, "Suspended", "paused"),
        (ReplayState.CANCELLED, "Terminated", "cancelled"),
        (ReplayState.CANCELLED, "Running", "cancelled"),
        (ReplayState.DONE, "Running", "delivering"),
        (ReplayState.DONE, "Completed", "done"),
    ],
)
def test_what_is_shown_of_a_replay_is_what_stands_in_sql_server(state: ReplayState, status: str, shown: str) -> None:
    routes = ordered(state, status)
    routes.client.custom_status = {"state": "delivering", "total": 1, "done": 1}

    code, found = routes.ask(show_replay, f"{API}/replay")

    assert (code, found["state"], found["total"], found["done"]) == (200, shown, 120, 0)


@pytest.mark.parametrize("state", [ReplayState.RUNNING, ReplayState.PAUSED])
def test_a_replay_that_stands_and_has_lost_its_instance_is_a_conflict_too(state: ReplayState) -> None:
    assert ordered(state).ask(command_dead_letters, f"{API}/dead-letters/replay", {}, action="replay")[0] == 409


@pytest.mark.parametrize(
    ("status", "output", "shown", "another"),
    [("Running", None, "delivering", 409), ("Completed", {"state": "done", "done": 120}, "done", 202)],
)
def test_what_a_release_before_0_3_beside_this_one_did_for_an_order_is_shown(
    status: str, output: Any, shown: str, another: int
) -> None:
    routes = ordered(status=status)
    assert routes.replays.order is not None
    before = routes.replays.order
    there = before.replay.plus(range(1, 51), Sent(delivered=50))
    routes.client.inputs[INSTANCE], routes.client.custom_status = (
        {"replay": there.to_dict()},
        there.status("delivering"),
    )
    routes.client.output = output and {**there.status("done"), **output}

    found = routes.ask(show_replay, f"{API}/replay")[1]

    assert (found["state"], found["done"], found["delivered"]) == (shown, 120 if output else 50, 50)
    assert routes.replays.order == before, "who looks changes nothing"
    assert routes.ask(command_dead_letters, f"{API}/dead-letters/replay", {}, action="replay")[0] == another
