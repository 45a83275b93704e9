"""Keys and rows with which something is wrong: none is taken for another one, none is taken for deleted, and none harms its neighbours."""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from decimal import Decimal
from typing import Any

import pytest

from adapters.sql_server.changes import SqlChanges
from adapters.sql_server.connection_string import OdbcConnection
from adapters.sql_server.dead_letters import SqlDeadLetters
from adapters.sql_server.table import RelayTable
from relay import exact_json
from relay.changes.change import Operation
from relay.changes.entry import EnteredKey
from relay.dead_letters.values import Selection
from relay.delivery.outcomes import Outcome, RetryLater
from relay.errors import PayloadError
from services.batch import relay_batch
from services.outside import Outside
from services.redeliver import redeliver, redeliver_dead
from tests.contract.leases import APP, leases_of
from tests.contract.relay_scene import Scene
from tests.fakes import FakeEndpoint, an_outside
from tests.sql_client import SqlServer

Make = Callable[..., Scene]
LONG_KEY = "K nvarchar(440) NOT NULL PRIMARY KEY, Name nvarchar(50) NULL"
ESCAPED = '"' * 440  # 880 characters with its escapes


@dataclass
class Relaying:
    """A scene whose changes go to an endpoint."""

    scene: Scene
    answer: Callable[[Any], Outcome] | None = None
    endpoint: FakeEndpoint = field(init=False)
    outside: Outside = field(init=False)

    def __post_init__(self) -> None:
        self.endpoint = FakeEndpoint(self.answer) if self.answer else FakeEndpoint()
        self.letters = SqlDeadLetters(RelayTable(self.scene.app_server, APP, self.scene.relay))
        self.outside = an_outside(
            self.scene.relay,
            changes=self.scene.source,
            recoveries=self.scene.store,
            dead_letters=self.letters,
            endpoint=self.endpoint,
        )

    def batch(self, *keys: Any, name: str = "K") -> Any:
        payload = [{"Operation": 1, "Item": {name: key}} for key in keys]
        return relay_batch(exact_json.dumps(payload), self.outside)

    def sent(self) -> list[Any]:
        return [exact_json.loads(message.body) for message in self.endpoint.messages]


@pytest.mark.parametrize(
    ("kind", "stored", "payload"),
    [
        ("decimal(20, 0)", "12345678901230000001", Decimal("1.234567890123E+19")),
        ("decimal(18, 0)", "100000000000000001", Decimal("1E+17")),
        ("money", "123456789012.5001", Decimal("123456789012.5")),
    ],
)
def test_a_key_that_a_double_rounds_to_few_digits_is_found(
    scene: Make, kind: str, stored: str, payload: Decimal
) -> None:
    made = scene(f"K {kind} NOT NULL PRIMARY KEY")
    made.run(f"INSERT INTO {{t}} VALUES ({stored})")
    made.lease()

    [change] = made.enrich(payload, name="K")

    assert (change.key, change.operation) == ({"K": Decimal(stored)}, Operation.INSERT)


def test_a_key_that_nobody_knows_is_looked_for_among_the_leases_and_is_never_a_delete(scene: Make) -> None:
    made = scene("K bigint NOT NULL PRIMARY KEY", watch=("K",))
    made.run("INSERT INTO {t} VALUES (1), (3)")
    made.lease()

    changes = made.enrich(1, 2, name="K")

    assert sorted(change.key["K"] for change in changes) == [1, 3]
    assert {change.operation for change in changes} == {Operation.INSERT}
    assert "[2]" not in [key for key, *_ in made.ledger()]


def test_a_batch_fails_if_its_keys_cannot_be_found(scene: Make) -> None:
    made = scene("K bigint NOT NULL PRIMARY KEY")
    made.run("INSERT INTO {t} VALUES (1)")
    made.lease()

    with pytest.raises(PayloadError, match=r"names 2 keys, and the table.* know 1 of them"):
        made.enrich(1, 2, name="K")


def test_a_batch_fails_if_a_key_was_altered_and_its_lease_has_run_out(scene: Make) -> None:
    made = scene("K decimal(20, 0) NOT NULL PRIMARY KEY")
    made.run("INSERT INTO {t} VALUES (12345678901230000001)")
    made.lease()
    made.server.run(
        f"UPDATE {leases_of(made.relay)} SET _az_func_LeaseExpirationTime = DATEADD(second, -1, SYSDATETIME())"
    )

    with pytest.raises(PayloadError, match="know 0 of them"):
        made.enrich(Decimal("1.234567890123E+19"), name="K")


def test_a_key_whose_change_is_forgotten_is_a_delete_as_long_as_its_lease_or_its_entry_knows_it(scene: Make) -> None:
    made = scene("K bigint NOT NULL PRIMARY KEY")
    made.run("INSERT INTO {t} VALUES (1), (2)")
    made.lease()
    versions = [change.version for change in made.enrich(1, 2, name="K")]
    made.run("TRUNCATE TABLE {t}")

    found = made.enrich(1, 2, name="K")
    assert [change.operation for change in found] == [Operation.DELETE] * 2
    assert all(change.version > max(versions) for change in found), "another version than the rows that were tried"


class Secured(SqlServer):
    """A login that row-level security shows no row with the number 1."""

    table = ""

    def execute(self, sql: str, parameters: Any) -> Any:
        """Run a batch over what the login may see."""
        for hint in (" WITH (HOLDLOCK)", ""):
            seen = f"(SELECT * FROM {self.table}{hint} WHERE Id <> 1) AS source"
            sql = sql.replace(f"{self.table} AS source{hint} ON", f"{seen} ON")
        return super().execute(sql.replace("INNER LOOP JOIN", "INNER JOIN"), parameters)


def test_a_row_that_the_login_may_not_see_is_a_dead_letter_and_no_delete(scene: Make, odbc: OdbcConnection) -> None:
    made = scene()
    made.run("INSERT INTO {t} (Id) VALUES (1), (2), (3)")
    made.run("DELETE FROM {t} WHERE Id = 3")
    made.lease()
    secured = Secured(odbc)
    secured.table = str(made.relay.table)
    made.source = SqlChanges(RelayTable(secured, APP, made.relay))
    relaying = Relaying(made)

    relaying.batch(1, 2, 3, name="Id")

    assert [(sent["key"]["Id"], sent["operation"]) for sent in relaying.sent()] == [(2, "insert"), (3, "delete")]
    [letter] = relaying.letters.page(Selection(), 9)
    assert (letter.key, letter.status) == ("[1]", None)
    assert "the login of SqlConnectionString sees none: row-level security?" in letter.error
    secured.close()


def test_a_key_that_is_too_long_for_the_ledger_is_a_dead_letter_and_its_neighbours_arrive(scene: Make) -> None:
    relaying = Relaying(scene(LONG_KEY))
    relaying.scene.run("INSERT INTO {t} (K) VALUES (N'plain'), (?), (N'plain too')", ESCAPED)
    relaying.scene.lease()

    relaying.batch("plain", ESCAPED, "plain too")

    assert [sent["key"]["K"] for sent in relaying.sent()] == ["plain", "plain too"]
    [letter] = relaying.letters.page(Selection(), 9)
    assert letter.key.startswith('["\\"\\"')
    assert "is longer than the 700 characters that the failure ledger holds" in letter.error
    assert relaying.scene.store.take_stock().open == 0


def test_long_keys_that_begin_alike_are_told_apart(scene: Make) -> None:
    relaying = Relaying(scene(LONG_KEY))
    other = ESCAPED[:-1] + "x"
    relaying.scene.run("INSERT INTO {t} (K) VALUES (?), (?)", ESCAPED, other)
    relaying.scene.lease()

    relaying.batch(ESCAPED, other)

    assert len(relaying.letters.page(Selection(), 9)) == 2


def test_a_key_that_fits_with_its_escapes_is_kept_whole(scene: Make) -> None:
    relaying = Relaying(scene(LONG_KEY), lambda _: RetryLater(503, "down"))
    key = '"' * 348  # 700 characters with escapes, quotes and brackets
    relaying.scene.run("INSERT INTO {t} (K) VALUES (?)", key)
    relaying.scene.lease()
    relaying.batch(key)

    [(key_text, _, state, *_)] = relaying.scene.ledger()

    assert (len(key_text), state) == (700, "open")
    assert relaying.scene.store.parse_key(EnteredKey(key_text, 1)) == [key]


def test_what_an_earlier_try_left_of_a_long_key_ends_as_a_dead_letter_and_can_be_discarded(scene: Make) -> None:
    relaying = Relaying(scene(LONG_KEY))
    relaying.scene.run("INSERT INTO {t} (K) VALUES (?)", ESCAPED)
    relaying.scene.lease(attempt=5)
    relaying.scene.store.take_stock()
    relaying.scene.server.run(f"DELETE FROM {leases_of(relaying.scene.relay)}")

    sent = redeliver(relaying.scene.store.list_ids(9), relaying.outside)

    [letter] = relaying.letters.page(Selection(), 9)
    assert (sent.rejected, relaying.sent(), relaying.scene.store.take_stock().open) == (1, [], 0)
    again = redeliver_dead([letter.id], relaying.outside)
    assert (again.rejected, relaying.letters.discard(Selection.one(letter.id))) == (1, 1)


def test_a_text_cut_within_a_character_leaves_as_the_server_holds_it(scene: Make) -> None:
    relaying = Relaying(scene("K nvarchar(20) NOT NULL PRIMARY KEY, Name nvarchar(50) NULL, Huge nvarchar(max) NULL"))
    relaying.scene.run(
        "INSERT INTO {t} VALUES (N'good', N'😀', N'x'), (N'k' + NCHAR(0xD83D), LEFT(N'a😀b', 2), REPLICATE(NCHAR(0xDE00), 9000))"
    )
    relaying.scene.lease()

    relaying.batch("good", "k\ud83d")

    bodies = {
        sent["key"]["K"]: message.body
        for sent, message in zip(relaying.sent(), relaying.endpoint.messages, strict=True)
    }
    assert '"Name":"😀"'.encode() in bodies["good"]
    assert rb'"key":{"K":"k\ud83d"},"data":{"K":"k\ud83d","Name":"a\ud83d","Huge":"\ude00\ude00' in bodies["k\ud83d"]
    assert relaying.scene.ledger() == []


def test_a_key_cut_within_a_character_is_tried_again_as_any_other(scene: Make) -> None:
    relaying = Relaying(scene("K nvarchar(20) NOT NULL PRIMARY KEY"), lambda _: RetryLater(503, "down"))
    relaying.scene.run("INSERT INTO {t} VALUES (N'k' + NCHAR(0xD83D)), (N'k' + NCHAR(0xD83E))")
    relaying.scene.lease()
    keys = [f"k{chr(half)}" for half in (0xD83D, 0xD83E)]
    relaying.batch(*keys)
    relaying.scene.server.run(f"DELETE FROM {leases_of(relaying.scene.relay)}")
    relaying.endpoint = FakeEndpoint()
    relaying.outside = replace(relaying.outside, endpoint=relaying.endpoint)
    relaying.scene.let_time_pass(3600)

    sent = redeliver(relaying.scene.store.list_ids(9), relaying.outside)

    assert (sent.delivered, sorted(each["key"]["K"] for each in relaying.sent())) == (2, keys)
    assert relaying.scene.ledger() == []
