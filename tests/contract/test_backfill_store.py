"""A backfill against a server: its row, its pages in the key's order, what it sends, what it leaves to others."""

import json
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

import pytest

from adapters.sql_server.backfill import SqlBackfills
from adapters.sql_server.table import RelayTable
from relay.backfill.values import Backfill, BackfillOrder, BackfillState, Reason
from relay.changes.conditions import Condition
from relay.delivery.messages import Message
from relay.delivery.outcomes import Delivered, Outcome, Rejected, RetryLater
from relay.errors import InputError
from services.backfill import send_pages
from tests.contract.leases import APP, leases_of
from tests.contract.relay_scene import Scene
from tests.fakes import FakeEndpoint, a_failure, an_outside

Make = Callable[..., Scene]


class Filling:
    """A scene with a backfill's store and an endpoint that takes what it is told to take."""

    def __init__(self, scene: Scene, answer: Callable[[Message], Outcome] = lambda _: Delivered(200)) -> None:
        self.scene = scene
        self.store = SqlBackfills(RelayTable(scene.app_server, APP, scene.relay))
        self.endpoint = FakeEndpoint(answer)
        self.outside = an_outside(
            scene.relay,
            recoveries=scene.store,
            changes=scene.source,
            endpoint=self.endpoint,
            backfills=self.store,
        )

    def send(self, **options: Any) -> dict[str, Any]:
        return send_pages(replace(self.outside, **options)).to_dict()

    def state(self) -> Backfill:
        found = self.store.state()
        assert found is not None
        return found

    def sent(self) -> list[dict[str, Any]]:
        return [json.loads(message.body) for message in self.endpoint.messages]

    def sent_keys(self) -> list[Sequence[Any]]:
        return [list(change["key"].values()) for change in self.sent()]


def rows(scene: Scene, *numbers: int) -> None:
    for number in numbers:
        scene.run("INSERT INTO {t} (Id, Name) VALUES (?, ?)", number, f"row {number}")


def test_every_row_is_sent_once_in_the_keys_order_and_then_it_is_over(scene: Make) -> None:
    filling = Filling(scene())
    rows(filling.scene, *range(7, 0, -1))
    assert filling.store.begin(BackfillOrder(page_rows=3))

    answer = filling.send()

    assert answer["over"]
    assert filling.sent_keys() == [[1], [2], [3], [4], [5], [6], [7]]
    assert filling.state().state is BackfillState.DONE
    assert answer["progress"]["delivered"] == answer["progress"]["total"] == answer["progress"]["done"] == 7


def test_a_row_is_sent_even_if_the_endpoint_wrote_it_last(scene: Make) -> None:
    filling = Filling(scene(ignore_contexts=(b"shop",)))
    filling.scene.run("WITH CHANGE_TRACKING_CONTEXT (0x73686F70) INSERT INTO {t} (Id, Name) VALUES (1, N'own')")
    filling.scene.lease()
    assert filling.scene.enrich(1)[0].echo
    filling.store.begin(BackfillOrder())

    filling.send()

    assert filling.sent_keys() == [[1]]


@pytest.mark.parametrize(
    ("columns", "values", "order"),
    [
        ("A int NOT NULL, B nvarchar(20) NOT NULL, PRIMARY KEY (A, B)", "(2, N'a'), (1, N'b'), (1, N'a'), (2, N'''')", [[1, "a"], [1, "b"], [2, "'"], [2, "a"]]),
        ("B varchar(10) NOT NULL, A int NOT NULL, C date NOT NULL, PRIMARY KEY (A, C, B)", "('x', 1, '2026-01-02'), ('y', 1, '2026-01-01'), ('a', 1, '2026-01-02')", [[1, "2026-01-01", "y"], [1, "2026-01-02", "a"], [1, "2026-01-02", "x"]]),
        ("A decimal(38, 10) NOT NULL PRIMARY KEY", "(1234567890123456789012345678.0123456789), (0.1)", None),
        ("A uniqueidentifier NOT NULL PRIMARY KEY", "('6f9619ff-8b86-d011-b42d-00c04fc964ff'), ('00000000-0000-0000-0000-000000000001')", None),
        ("A varbinary(8) NOT NULL PRIMARY KEY", "(0x00FF), (0x01), (0x)", None),
    ],
    ids=["number and text", "three columns in another order", "decimal", "guid", "binary"],
)  # fmt: skip
def test_pages_follow_any_key(scene: Make, columns: str, values: str, order: list[list[Any]] | None) -> None:
    filling = Filling(scene(columns=columns))
    filling.scene.run(f"INSERT INTO {{t}} VALUES {values}")
    filling.store.begin(BackfillOrder(page_rows=1))

    assert filling.send()["over"]

    assert len(filling.sent_keys()) == values.count("(")
    if order:
        assert filling.sent_keys() == order


def test_a_row_that_was_never_tracked_outlives_what_the_endpoint_had_and_a_later_change_outlives_it(
    scene: Make,
) -> None:
    filling = Filling(scene())
    rows(filling.scene, 1)
    filling.scene.run("ALTER TABLE {t} DISABLE CHANGE_TRACKING")
    filling.scene.run("ALTER TABLE {t} ENABLE CHANGE_TRACKING WITH (TRACK_COLUMNS_UPDATED = ON)")
    filling.store.begin(BackfillOrder())
    base = filling.state().base_version
    filling.send()
    filling.scene.run("UPDATE {t} SET Name = N'newer' WHERE Id = 1")
    filling.scene.lease()

    [newer] = filling.scene.enrich(1)

    assert filling.sent()[0]["version"] == base
    assert newer.version > base


def test_a_row_of_a_page_that_comes_again_is_another_version_if_change_tracking_has_begun_anew_meanwhile(
    scene: Make,
) -> None:
    filling = Filling(scene())
    rows(filling.scene, 1)
    rows(filling.scene, 2)  # whose version is that of the beginning
    filling.store.begin(BackfillOrder(page_rows=1))
    begun = filling.store.state()
    assert begun
    filling.send()
    rows(filling.scene, 3)
    filling.scene.run("ALTER TABLE {t} DISABLE CHANGE_TRACKING")
    filling.scene.run("ALTER TABLE {t} ENABLE CHANGE_TRACKING WITH (TRACK_COLUMNS_UPDATED = ON)")
    filling.scene.run(  # its worker died before it wrote the page down
        "UPDATE relay.Backfill SET [Cursor] = N'', State = 'running' WHERE Relay = ?", filling.scene.relay.name
    )

    filling.send()

    first, again = [change for change in filling.sent() if change["key"]["Id"] == 1]
    assert first["version"] == begun.base_version
    assert again["version"] == begun.base_version + 1, "nobody knows what was written meanwhile"


def test_the_rows_of_the_table_are_counted_about_and_nobody_counts_those_that_meet_a_condition(scene: Make) -> None:
    filling = Filling(scene())
    rows(filling.scene, 1, 2, 3)

    filling.store.begin(BackfillOrder())
    all_rows = filling.state().progress()
    filling.store.command(BackfillState.CANCELLED)
    filling.store.begin(BackfillOrder(condition=[Condition("Id", "at_most", 2)]))
    some = filling.state().progress()

    assert (all_rows["total"], all_rows["total_is_approximate"]) == (3, True)
    assert some["total"] is None


def test_a_row_that_changes_after_the_beginning_is_sent_under_its_own_version(scene: Make) -> None:
    filling = Filling(scene())
    rows(filling.scene, 1, 2)
    filling.store.begin(BackfillOrder())
    filling.scene.run("UPDATE {t} SET Name = N'newer' WHERE Id = 2")
    filling.scene.lease()
    [own] = filling.scene.enrich(2)

    filling.send()

    assert [change["version"] for change in filling.sent()] == [filling.state().base_version, own.version]
    assert filling.sent()[1]["data"]["Name"] == "newer"


def test_a_page_that_comes_again_is_sent_under_the_same_keys(scene: Make) -> None:
    filling = Filling(scene())
    rows(filling.scene, 1, 2)
    filling.store.begin(BackfillOrder())
    at_first = filling.state()
    filling.send()
    filling.scene.server.run(
        "UPDATE relay.Backfill SET [Cursor] = N'', State = 'running'"
    )  # as if it had died before writing

    filling.send()

    first, second = filling.sent()[:2], filling.sent()[2:]
    assert [change["id"] for change in first] == [change["id"] for change in second]
    assert at_first.base_version == filling.state().base_version


def test_a_page_of_which_nothing_gets_through_comes_again(scene: Make) -> None:
    is_down = True
    filling = Filling(scene(), lambda _: RetryLater(503, "busy", 7.0) if is_down else Delivered(200))
    rows(filling.scene, 1, 2, 3)
    filling.store.begin(BackfillOrder(page_rows=2))

    answer = filling.send()

    assert (answer["failed"], answer["asked_for_seconds"], answer["over"]) == ("busy", 7.0, False)
    assert filling.state().cursor == ""
    is_down = False
    asked = len(filling.endpoint.messages)
    assert (filling.send()["over"], len(filling.endpoint.messages)) == (False, asked), "it asked for time"
    filling.scene.store.let_through()
    assert filling.send()["over"]
    assert filling.state().delivered == 3
    assert filling.scene.ledger() == []


def test_what_fails_alone_is_left_to_the_recovery_and_what_is_refused_is_a_dead_letter(scene: Make) -> None:
    answers: dict[int, Outcome] = {2: RetryLater(500, "the endpoint answered 500"), 3: Rejected(422, "refused", "")}
    filling = Filling(scene(), lambda message: answers.get(json.loads(message.body)["key"]["Id"], Delivered(200)))
    rows(filling.scene, 1, 2, 3)
    filling.store.begin(BackfillOrder())

    answer = filling.send()

    assert answer["over"]
    assert {name: answer["progress"][name] for name in ("delivered", "failed", "rejected")} == {
        "delivered": 1, "failed": 1, "rejected": 1,
    }  # fmt: skip
    assert [(entry[0], entry[2]) for entry in filling.scene.ledger()] == [("[2]", "open"), ("[3]", "dead")]


def test_conditions_of_relay_and_order_keep_rows_back(scene: Make) -> None:
    filling = Filling(scene(condition=[Condition("Name", "not_equals", "row 1")]))
    rows(filling.scene, 1, 2, 3)
    filling.store.begin(BackfillOrder(condition=[Condition("Id", "at_most", 2)]))

    answer = filling.send()

    assert filling.sent_keys() == [[2]]
    assert answer["progress"]["filtered"] == 2


def test_rows_are_sent_although_no_watched_column_changed(scene: Make) -> None:
    filling = Filling(scene(watch=["Note"]))
    rows(filling.scene, 1)
    filling.scene.run("UPDATE {t} SET Name = N'x'")
    filling.scene.lease()
    filling.store.begin(BackfillOrder())

    filling.send()

    assert filling.sent_keys() == [[1]]
    assert filling.scene.ledger() == []


def test_one_at_a_time_and_it_can_be_paused_resumed_and_cancelled(scene: Make) -> None:
    filling = Filling(scene())
    rows(filling.scene, 1)
    assert not filling.store.command(BackfillState.CANCELLED)
    assert filling.store.begin(BackfillOrder())
    assert not filling.store.begin(BackfillOrder())

    assert filling.store.command(BackfillState.PAUSED)
    assert filling.send()["paused"]
    assert filling.store.command(BackfillState.RUNNING)
    assert filling.store.command(BackfillState.CANCELLED)
    assert filling.send()["over"]
    assert filling.sent() == []
    assert filling.store.begin(BackfillOrder())
    assert filling.state().number == 2


def test_it_owes_a_sign_of_life_from_its_beginning_on_and_says_until_when(scene: Make) -> None:
    filling = Filling(scene())
    filling.store.begin(BackfillOrder())
    assert 0 <= filling.state().late_seconds < 60

    filling.store.beat(filling.state().number, 7200.5)
    assert -7201 < filling.state().late_seconds < -7100
    filling.store.beat(filling.state().number + 1, 0.0)
    assert filling.state().late_seconds < -7100, "that was another one's"

    filling.store.command(BackfillState.PAUSED)
    filling.store.command(BackfillState.RUNNING)
    assert 0 <= filling.state().late_seconds < 60, "what goes on is due"


def test_one_that_an_older_release_has_begun_owes_none(scene: Make) -> None:
    filling = Filling(scene())
    filling.store.begin(BackfillOrder())
    filling.scene.run(
        "UPDATE relay.Backfill SET DueAt = NULL WHERE App = ? AND Relay = ?", APP, filling.scene.relay.name
    )

    assert filling.state().late_seconds == 0


def test_a_rate_asks_for_a_pause_after_each_page(scene: Make) -> None:
    filling = Filling(scene())
    rows(filling.scene, 1, 2, 3)
    filling.store.begin(BackfillOrder(page_rows=2, rows_per_second=4.0))

    answer = filling.send()

    assert answer["wait_seconds"] == 0.5
    assert answer["progress"]["done"] == 2


def test_after_a_gap_rows_that_the_trigger_still_knows_and_that_are_gone_are_deleted_at_the_endpoint(
    scene: Make,
) -> None:
    filling = Filling(scene())
    rows(filling.scene, 1, 2)
    filling.scene.lease()
    filling.scene.run("DELETE FROM {t} WHERE Id = 2")
    filling.store.begin(BackfillOrder(reason=Reason.GAP))

    assert filling.send()["over"]

    assert [(change["key"]["Id"], change["operation"]) for change in filling.sent()][-1] == (2, "delete")
    filling.scene.server.run(f"DELETE FROM {leases_of(filling.scene.relay)}")


def test_forgotten_deletions_come_page_by_page_as_rows_do(scene: Make) -> None:
    filling = Filling(scene())
    rows(filling.scene, *range(1, 12))
    filling.scene.lease()
    filling.scene.run("DELETE FROM {t} WHERE Id > 4")
    filling.store.begin(BackfillOrder(reason=Reason.GAP, page_rows=3))

    ended = filling.send()

    gone = [change["key"]["Id"] for change in filling.sent() if change["operation"] == "delete"]
    assert gone == [*range(5, 12)], "each once, in the order of the key"
    assert (ended["over"], ended["progress"]["done"], filling.state().delivered) == (True, 4, 11)
    filling.scene.server.run(f"DELETE FROM {leases_of(filling.scene.relay)}")


@pytest.mark.parametrize(
    ("tests", "problems"),
    [
        ([Condition("Nt", "equals", "x")], ["condition: {t} has no column 'Nt'; it has Id, Name, Note"]),
        ([Condition("Id", "equals", "1")], ["condition.Id.equals: '1' is a text, and 'Id' is int; write a number"]),
        ([Condition("Id", "at_least", 2**31)], ["condition.Id.at_least: 2147483648 is out of the range of int"]),
        ([Condition("Name", "in", ("x" * 51,))], ["condition.Name.in: 'xxx", "has 51 characters"]),
        ([Condition("Name", "equals", "\ud83d")], ["condition.Name.equals: '\\ud83d' holds half of a character"]),
        ([Condition("Nt", "equals", "x"), Condition("Id", "equals", "1")], ["no column 'Nt'", "'1' is a text"]),
    ],
)
def test_an_order_that_does_not_fit_the_table_is_refused_before_anything_begins(
    scene: Make, tests: list[Condition], problems: list[str]
) -> None:
    filling = Filling(scene())

    with pytest.raises(InputError) as raised:
        filling.store.begin(BackfillOrder(condition=tests))

    for problem in problems:
        assert problem.replace("{t}", str(filling.scene.relay.table)) in str(raised.value)
    assert filling.store.state() is None


def test_an_order_may_test_a_column_that_is_not_sent(scene: Make) -> None:
    filling = Filling(scene(send=["Id", "Name"]))
    rows(filling.scene, 1, 2)
    filling.scene.run("UPDATE {t} SET Note = N'yes' WHERE Id = 2")
    filling.store.begin(BackfillOrder(condition=[Condition("Note", "equals", "YES")]))

    filling.send()

    assert [change["data"] for change in filling.sent()] == [{"Id": 2, "Name": "row 2"}]


def test_rows_that_an_order_leaves_out_leave_no_trace_in_the_ledger(scene: Make) -> None:
    """Else the recovery would send them later, without the order's condition."""
    filling = Filling(scene(watch=["Name"], condition=(Condition("Note", "is_null", True),)))
    rows(filling.scene, *range(1, 7))
    filling.scene.run("UPDATE {t} SET Note = N'secret' WHERE Id = 6")
    filling.store.begin(BackfillOrder(page_rows=4, condition=[Condition("Name", "in", ("row 1", "row 6"))]))

    ended = filling.send()

    assert filling.sent_keys() == [[1]]
    assert (ended["progress"]["done"], ended["progress"]["filtered"]) == (6, 5)
    assert filling.scene.ledger() == []


def test_an_entry_of_a_row_that_an_order_leaves_out_stays(scene: Make) -> None:
    filling = Filling(scene())
    rows(filling.scene, 1, 2)
    filling.scene.settle(failures=[a_failure("[2]", 2)])
    filling.store.begin(BackfillOrder(condition=[Condition("Id", "equals", 1)]))

    filling.send()

    assert [(key, state) for key, _, state, *_ in filling.scene.ledger()] == [("[2]", "open")]
