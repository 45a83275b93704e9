"""Notices, restarts and replays in SQL Server: what each statement of theirs does, once and twice."""

import json
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import pytest

from adapters.sql_server.tables import SqlTables
from relay.changes.entry import EntryState
from relay.notification.decisions import IN_VAIN
from relay.notification.notice import Telling
from relay.notification.words import Occasion
from tests.contract.leases import APP
from tests.contract.relay_scene import Scene
from tests.fakes import a_failure
from tests.unit.relay.test_notices import notice

Make = Callable[..., Scene]
Rows = Sequence[Mapping[str, Any]]


class Notices:
    """The notices of an app of its own."""

    def __init__(self, made: Scene) -> None:
        self.made = made
        self.app = f"app-{made.relay.name}"
        self.ask = SqlTables(made.app_server, self.app).ask

    def enter(self, notice_id: str, *channels: str) -> list[str]:
        [waiting] = self.ask("notification/enter", **Telling(notice(), notice_id, channels).values())
        return sorted(row["channel"] for row in waiting)

    def tried(self, notice_id: str, channel: str, tries: int, state: str, error: str = "", next_in_ms: int = 0) -> None:
        self.ask(
            "notification/tried",
            notice=notice_id,
            channel=channel,
            tries=tries,
            state=state,
            error=error,
            next_in_ms=next_in_ms,
        )

    def row(self, notice_id: str, channel: str) -> tuple[str, int, str]:
        [[row]] = self.ask("notification/look", notice=notice_id, channel=channel)
        return row["state"], row["tries"], row["error"]

    def due(self) -> list[tuple[str, str]]:
        [found] = self.ask("notification/due", limit=10)
        return [(row["notice"], row["channel"]) for row in found]

    def troubled(self) -> Rows:
        [found] = self.ask("notification/channels", tries=IN_VAIN)
        return found

    def let_time_pass(self, hours: int) -> None:
        for column in ("EnteredAt", "NextTryAt", "EndedAt"):
            self.made.server.run(
                f"UPDATE relay.Notice SET {column} = DATEADD(hour, -{hours}, {column}) WHERE App = ?", self.app
            )


@pytest.fixture
def notices(scene: Make) -> Notices:
    return Notices(scene())


def test_a_notice_waits_for_each_channel_and_is_entered_once(notices: Notices) -> None:
    assert notices.enter("n1", "people", "log") == ["log", "people"]
    assert notices.enter("n1", "people", "log") == ["log", "people"]

    [due] = notices.ask("notification/due", limit=10)
    assert sorted(row["channel"] for row in due) == ["log", "people"]
    assert json.loads(due[0]["facts"]) == notice().to_dict()
    assert (due[0]["tries"], due[0]["late_ms"] >= 0) == (0, True)


def test_who_took_it_waits_no_more(notices: Notices) -> None:
    notices.enter("n1", "people", "log")

    notices.tried("n1", "log", 1, "taken")

    assert notices.row("n1", "log") == ("taken", 1, "")
    assert notices.enter("n1", "people", "log") == ["people"]
    assert notices.due() == [("n1", "people")]


def test_a_try_that_is_told_twice_or_late_counts_once(notices: Notices) -> None:
    notices.enter("n1", "people")

    for _ in range(2):
        notices.tried("n1", "people", 1, "waiting", "down", next_in_ms=60_000)
    assert notices.row("n1", "people") == ("waiting", 1, "down")
    notices.tried("n1", "people", 2, "taken")
    notices.tried("n1", "people", 3, "waiting", "late")

    assert notices.row("n1", "people") == ("taken", 2, "")


def test_the_next_try_is_due_when_it_was_said(notices: Notices) -> None:
    notices.enter("n1", "people")
    notices.tried("n1", "people", 1, "waiting", "down", next_in_ms=5_400_000)

    assert notices.due() == []
    notices.let_time_pass(hours=2)
    assert notices.due() == [("n1", "people")]


def test_a_channel_is_in_trouble_from_its_first_lost_notice_until_it_takes_one(notices: Notices) -> None:
    for name in ("n1", "n2"):
        notices.enter(name, "people", "log")
        notices.tried(name, "people", 1, "refused", "400")
        notices.tried(name, "log", 1, "taken")
        [found] = notices.troubled()
        notices.let_time_pass(hours=1)
    assert (found["channel"], found["lost"], found["waiting"], found["error"]) == ("people", 2, 0, "400")
    [again] = notices.troubled()
    assert again["lost_since"] < found["lost_since"]

    notices.enter("n3", "people")
    [then] = notices.troubled()
    assert then["lost_since"] == again["lost_since"], "it is the same trouble"
    notices.tried("n3", "people", 1, "taken")

    assert notices.troubled() == []


def test_a_channel_that_keeps_a_notice_waiting_in_vain_is_in_trouble_too(notices: Notices) -> None:
    notices.enter("n1", "people")
    for tries in range(1, IN_VAIN):
        notices.tried("n1", "people", tries, "waiting", "down", next_in_ms=1000)
        assert notices.troubled() == []

    notices.tried("n1", "people", IN_VAIN, "waiting", "down", next_in_ms=1000)

    [found] = notices.troubled()
    assert (found["channel"], found["lost"], found["waiting"], found["lost_since"]) == ("people", 0, 1, None)


def test_what_ended_days_ago_is_found_and_forgotten_and_what_waits_never(notices: Notices) -> None:
    notices.enter("n1", "people", "log")
    notices.tried("n1", "people", 1, "taken")
    notices.ask("work/restarted", instance="n1:people", mark="0", restarts=1, error="x")
    assert notices.ask("notification/old", days=7, limit=10) == [[]]
    notices.let_time_pass(hours=24 * 8)

    assert notices.ask("notification/old", days=7, limit=10) == [[{"notice": "n1", "channel": "people"}]]
    for channel in ("people", "log"):
        notices.ask("notification/forget", notice="n1", channel=channel, instance=f"n1:{channel}")

    assert notices.due() == [("n1", "log")]
    assert notices.ask("notification/look", notice="n1", channel="people") == [[]]
    assert notices.ask("work/restarts", instance="n1:people", mark="0") == [[]]


def test_dead_letters_are_told_of_together_with_their_notice_and_once(scene: Make) -> None:
    made = scene()
    ask = SqlTables(made.app_server, APP).ask
    made.settle(failures=[a_failure(f"[{number}]", 7, EntryState.DEAD, 422, "no", "") for number in (1, 2)])
    [untold] = ask("notification/untold", relay=made.relay.name)
    ids = json.dumps([row["id"] for row in untold])
    telling = Telling(notice(occasion=Occasion.DEAD_LETTERS), f"dead-{made.relay.name}", ["log"])
    made.settle(failures=[a_failure("[3]", 8, EntryState.DEAD, 422, "no", "")])  # between the look and the telling

    for _ in range(2):  # every activity may run twice
        ask("notification/enter_dead_letters", relay=made.relay.name, ids=ids, **telling.values())

    assert len(untold) == 2
    [still_untold] = ask("notification/untold", relay=made.relay.name)
    assert len(still_untold) == 1, "what was not looked at is not told of"
    assert made.store.take_stock().untold_dead == 1
    assert [row["channel"] for row in ask("notification/due", limit=1000)[0] if row["notice"] == telling.id] == ["log"]


def test_the_good_news_is_entered_with_the_end_of_the_recovery(scene: Make) -> None:
    made = scene()
    telling = Telling(notice(occasion=Occasion.RECOVERED), f"well-{made.relay.name}", ["log"])
    look = SqlTables(made.app_server, APP).ask

    assert made.store.close(telling), "there is no recovery that could end"
    assert look("notification/look", notice=telling.id, channel="log") == [[]]
    made.settle(failures=[a_failure("[1]", 7, EntryState.OPEN, 503, "down", "")])
    made.store.take_stock()
    assert not made.store.close(telling)
    assert look("notification/look", notice=telling.id, channel="log") == [[]]
    made.run("DELETE FROM relay.Ledger WHERE App = ? AND Relay = ?", APP, made.relay.name)

    assert made.store.close(telling)
    assert made.store.close(telling)

    [[row]] = look("notification/look", notice=telling.id, channel="log")
    assert row["state"] == "waiting"


def test_restarts_are_counted_at_a_mark(notices: Notices) -> None:
    asked = {"instance": "recovery-x", "mark": "1 0"}
    assert notices.ask("work/restarts", **asked) == [[]]

    notices.ask("work/restarted", **asked, restarts=1, error="python exited")
    [[first]] = notices.ask("work/restarts", **asked)
    notices.ask("work/restarted", **asked, restarts=2, error="again")
    [[second]] = notices.ask("work/restarts", **asked)

    assert (first["restarts"], first["error"], second["restarts"], second["error"]) == (1, "python exited", 2, "again")
    assert first["since"] == second["since"]
    assert 0 <= second["ago_ms"] < 60_000
    assert notices.ask("work/restarts", instance="recovery-x", mark="1 1") == [[]], "it has come further"
    notices.ask("work/restarted", instance="recovery-x", mark="1 1", restarts=1, error="x")
    [[third]] = notices.ask("work/restarts", instance="recovery-x", mark="1 1")
    assert (third["restarts"], third["since"] >= second["since"]) == (1, True)
