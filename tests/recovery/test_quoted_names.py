"""A table whose names all need quoting and whose key has three columns, through real processes that are killed."""

import json
from pathlib import Path
from typing import Any

import pytest

from tests.e2e.relay_stack import RelayStack, running
from tests.waiting import wait_until

pytestmark = pytest.mark.timeout(600)
TABLE = "[Sa]]les '26' .é].[Order \"Lines\" [x]] 表]"
SCHEMA_SQL = "IF SCHEMA_ID(N'Sa]les ''26'' .é') IS NULL EXEC (N'CREATE SCHEMA [Sa]]les ''26'' .é]')"
TABLE_SQL = (
    f"CREATE TABLE {TABLE} ([select] nvarchar(40) NOT NULL, [Nu]]mber 'é'] decimal(20, 4) NOT NULL, "
    '[K."id"] uniqueidentifier NOT NULL, [from where?] nvarchar(40) NULL, [Un]]seen] int NULL, '
    "PRIMARY KEY ([Nu]]mber 'é'], [select], [K.\"id\"]))"
)
RELAYS = f"""
[[relay]]
name = "odd"
table = '''{TABLE}'''
endpoint = "%API_URL%/odd"
watch = ["from where?"]
send = ["from where?"]
condition = [{{ column = "from where?", not_equals = "nowhere" }}]
breaker_seconds = 1
recovery = {{ first_interval_seconds = 1, coefficient = 1.2, max_interval_seconds = 2 }}
"""
TEXTS = ["a", "trailing ", 'it\'s "q"', "[x]", "2026-01-02T03:04:05.000Z", "😀", "", "表/\\", "null"]
PATIENCE_SECONDS = 330  # a message that a killed host had taken out is hidden for five minutes


def expected(numbers: range, value: str) -> dict[str, Any]:
    """Return what the endpoint must hold of each of these rows, by key."""
    return {json.dumps(key(number), sort_keys=True): {"from where?": value} for number in numbers}


def key(number: int) -> dict[str, Any]:
    text = TEXTS[number % len(TEXTS)]
    return {"select": text, "Nu]mber 'é'": number + 0.5, 'K."id"': f"6f9619ff-8b86-d011-b42d-{number:012x}"}


def insert(relay: RelayStack, numbers: range) -> None:
    for number in numbers:
        relay.sql(
            f"INSERT INTO {TABLE} VALUES (?, ?, ?, N'here', 0)",
            TEXTS[number % len(TEXTS)],
            f"{number}.5000",
            f"6f9619ff-8b86-d011-b42d-{number:012x}",
        )


def arrives(relay: RelayStack, rows: dict[str, Any]) -> None:
    wait_until(
        lambda: relay.endpoint_rows("odd") == rows,
        description=f"the endpoint holds {len(rows)} rows",
        patience_seconds=PATIENCE_SECONDS,
    )


def test_rows_with_odd_names_and_keys_all_arrive_though_host_and_server_are_killed_in_an_outage(tmp_path: Path) -> None:
    with running(tmp_path, tables=f"{SCHEMA_SQL}; {TABLE_SQL}", relays_text=RELAYS) as relay:
        insert(relay, range(9))
        arrives(relay, expected(range(9), "here"))

        relay.mode("500")
        insert(relay, range(9, 18))
        relay.sql(f"UPDATE {TABLE} SET [Un]]seen] = 1")
        wait_until(lambda: len(relay.ledger()) >= 9, description="what fails is in the ledger")
        for part in ("sql_server", "functions_host"):  # a trigger whose first connection fails would end for good
            relay.stack.kill(part)
            relay.stack.restart(part)
        relay.sql(f"UPDATE {TABLE} SET [from where?] = N'there' WHERE [Nu]]mber 'é'] < 9")
        relay.mode("ok")
        arrives(relay, {**expected(range(9), "there"), **expected(range(9, 18), "here")})

        relay.sql(f"DELETE FROM {TABLE}")
        wait_until(
            lambda: all(row is None for row in relay.endpoint_rows("odd").values()),
            description="every row is deleted at the endpoint",
            patience_seconds=PATIENCE_SECONDS,
        )
        wait_until(lambda: relay.ledger() == [], description="the ledger is empty")
        assert relay.control("summary")["conflicting"] == 0
