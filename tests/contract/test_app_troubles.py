"""What is wrong with an app beyond its relays, against a server: another's task hub, relays that have left relays.toml."""

import json
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import pytest

from adapters.sql_server.tables import SqlTables
from relay.changes.entry import EntryState
from services.locks import acquire, release
from tests.contract.execution_scene import Executions
from tests.contract.leases import APP
from tests.contract.mailing_scene import Mailings
from tests.contract.relay_scene import Scene
from tests.fakes import a_failure
from workflows.locks.values import Asker, Terms
from workflows.mailing.answers import Answered
from workflows.mailing.values import PAUSED_BY_PEOPLE, SAID_SO

Make = Callable[..., Scene]
Ask = Callable[..., Sequence[Sequence[Mapping[str, Any]]]]


@pytest.fixture
def made(scene: Make) -> Scene:
    return scene()


@pytest.fixture
def ask(made: Scene) -> Ask:
    return SqlTables(made.app_server, f"app-{made.relay.name}").ask


def test_anothers_hub_is_known_since_when(ask: Ask) -> None:
    [[first]] = ask("hub/anothers", owner="shop-relay")
    [[second]] = ask("hub/anothers", owner="shop-relay")
    [[third]] = ask("hub/anothers", owner="yet-another")

    assert first["since"] == second["since"] <= third["since"]
    assert ask("guard/app", relays="[]")[0] == [{"owner": "yet-another"}]


def test_a_hub_of_its_own_is_nothing_to_tell(ask: Ask) -> None:
    ask("hub/ours")
    assert ask("guard/app", relays="[]")[0] == []
    ask("hub/anothers", owner="shop-relay")

    ask("hub/ours")

    assert ask("guard/app", relays="[]")[0] == []


def test_a_relay_that_left_the_file_is_named_with_what_is_open(made: Scene) -> None:
    made.settle(
        failures=[
            a_failure("[1]", 7, EntryState.OPEN, 503, "down", ""),
            a_failure("[2]", 8, EntryState.OPEN, 503, "down", ""),
            a_failure("[3]", 9, EntryState.DEAD, 422, "no", ""),
        ]
    )
    ask = SqlTables(made.app_server, APP).ask

    def removed(*configured: str) -> list[tuple[str, int]]:
        return [(row["relay"], row["open"]) for row in ask("guard/app", relays=json.dumps(configured))[1]]

    assert (made.relay.name, 2) in removed("orders")
    assert made.relay.name not in dict(removed("orders", made.relay.name))


def test_dead_letters_alone_are_nothing_to_tell(made: Scene) -> None:
    made.settle(failures=[a_failure("[3]", 9, EntryState.DEAD, 422, "no", "")])

    found = SqlTables(made.app_server, APP).ask("guard/app", relays="[]")[1]

    assert made.relay.name not in {row["relay"] for row in found}


def test_locks_executions_and_mailings_are_seen_while_there_are_any(made: Scene) -> None:
    app = f"app-{made.relay.name}"
    tables = SqlTables(made.app_server, app)

    def in_use() -> Mapping[str, Any]:
        [found] = tables.ask("guard/app", relays="[]")[2]
        return found

    before = in_use()
    token = acquire(tables, made.relay.name, Asker(owner="job-7"), Terms()).result.token
    assert in_use()["locks"] == 1, "whoever holds it: jobs over HTTP too"
    release(tables, made.relay.name, token=token)
    assert in_use() == before, "others may hold locks of this database"

    assert before["executions"] == 0
    Executions(made).register("a")
    assert in_use()["executions"] == 1, "whoever started it: no workflow has to be the app's own"

    assert before["mailings"] == 0
    for state, seen in (("running", 1), ("querying", 1), ("paused", 0), ("done", 0)):
        made.server.run("DELETE FROM relay.Mailing WHERE App = ?", app)
        made.server.run(
            "INSERT INTO relay.Mailing (App, Mailing, Account, State, Reason, Content, Fingerprint, Slices, NextSlotAt, CreatedAt, EndsAt, DueAt) "
            "VALUES (?, N'spring', N'main', ?, N'', N'{}', REPLICATE('0', 64), 0, SYSUTCDATETIME(), SYSUTCDATETIME(), SYSUTCDATETIME(), SYSUTCDATETIME())",
            app,
            state,
        )
        assert in_use()["mailings"] == seen, state


def held_up(made: Scene, **configured: Sequence[str]) -> list[tuple[str, str, str]]:
    names = {"aggregates": ["sums"], "streams": ["clicks"], **configured}
    told = {key: json.dumps(value) for key, value in {**names, "by_people": PAUSED_BY_PEOPLE}.items()}
    [rows] = SqlTables(made.app_server, f"app-{made.relay.name}").ask("guard/held_up", limit=20, **told)
    return [(row["kind"], row["name"], row["reason"]) for row in rows]


def test_a_mailing_pauses_whose_account_is_refused_until_a_person_has_said_what_becomes_of_it(made: Scene) -> None:
    mailings = Mailings(made.server, made.app_server, f"app-{made.relay.name}")
    mailings.order("a")
    mailings.order("b", id="summer", paused=True)
    assert held_up(made) == [], "what a person has ordered so is no trouble"

    mailings.api.answer = lambda _: Answered(401, {}, "no such key")
    mailings.work()

    assert held_up(made) == [("mailing", "spring", "the provider answered 401: no such key")]
    for state in ("running", "paused"):
        mailings.outside.tables.ask("mailing/command", mailing="spring", state=state, reason=SAID_SO)
        assert held_up(made) == [], state


def test_an_aggregate_that_cannot_be_computed_is_told_and_none_that_has_left_the_file(made: Scene) -> None:
    tables = SqlTables(made.app_server, f"app-{made.relay.name}")
    made.server.run(
        "INSERT INTO relay.Aggregate (App, Aggregate, GroupBy, Fingerprint, Backfill, Slices, DueAt, Problem) "
        "VALUES (?, N'sums', N'[]', '', 0, 0, SYSUTCDATETIME(), N'')",
        f"app-{made.relay.name}",
    )
    assert held_up(made) == []

    tables.ask("aggregate/failed", aggregate="sums", problem="a sum has more than 38 digits")

    assert held_up(made) == [("aggregate", "sums", "a sum has more than 38 digits")]
    assert held_up(made, aggregates=[]) == []


def test_a_stream_whose_events_cannot_be_applied_is_told_once(made: Scene) -> None:
    tables = SqlTables(made.app_server, f"app-{made.relay.name}")
    for shard in range(3):
        made.server.run(
            "INSERT INTO relay.StreamShard (App, Stream, Shard, Definition, Time, Accepted, Applied, Duplicates, Late, Slices, DueAt, Problem) "
            "VALUES (?, N'clicks', ?, N'{}', SYSUTCDATETIME(), 0, 0, 0, 0, 0, SYSUTCDATETIME(), N'')",
            f"app-{made.relay.name}",
            shard,
        )
    assert held_up(made) == []

    for shard in (0, 2):
        tables.ask("stream/failed", stream="clicks", shard=shard, problem="the sum is too large")

    assert held_up(made) == [("aggregate", "clicks", "the sum is too large")]
    assert held_up(made, streams=[]) == []
