"""The SQL trigger: what it hands over, in which batches, how often, and what it remembers."""

import json
import time
from typing import Any

from functions_standin_tests.conformance.probe import Probe, eventually
from functions_standin_tests.conformance.tables import NAME, Tables

INSERT, UPDATE, DELETE = 0, 1, 2
PATIENCE_SECONDS = 400.0  # five attempts, a minute apart, where leases last as long as on Azure


def handed(probe: Probe, *keys: int) -> list[dict[str, Any]]:
    """Return every change of these keys that a call was handed, in order."""
    return [change for call in probe.get("calls").json() for change in call if change["Item"]["Id"] in keys]


def arrive(probe: Probe, *keys: int, times: int = 1) -> list[dict[str, Any]]:
    """Wait until so many changes of these keys were handed over, then return them."""
    eventually(
        lambda: len(handed(probe, *keys)) >= times * len(keys),
        lambda: f"{times} change(s) each of the rows {keys[:5]} are handed over",
        PATIENCE_SECONDS,
    )
    return handed(probe, *keys)


def test_a_new_row_is_handed_over_with_all_its_values(probe: Probe, tables: Tables) -> None:
    [key] = tables.new_ids()
    tables.run(
        f"INSERT INTO {NAME} (Id, Name, Amount, At, Raw, Flag, Ratio, Big) "
        "VALUES (?, N'Zoë 😀', 19.90, '2026-01-02T03:04:05.1234567', 0x00FF, 1, 1e15, 12345678.5)",
        key,
    )

    assert arrive(probe, key) == [
        {
            "Operation": INSERT,
            "Item": {
                "Id": key,
                "Name": "Zoë 😀",
                "Amount": 19.9,
                "At": "2026-01-02T03:04:05.1234567",
                "Raw": "AP8=",
                "Flag": True,
                "Ratio": 1e15,
                "Big": 12345678.5,
            },
        }
    ]


def test_an_update_and_a_delete_follow_with_their_operations(probe: Probe, tables: Tables) -> None:
    [key] = tables.new_ids()
    tables.run(f"INSERT INTO {NAME} (Id, Name) VALUES (?, N'a')", key)
    arrive(probe, key)
    tables.run(f"UPDATE {NAME} SET Name = N'b' WHERE Id = ?", key)
    arrive(probe, key, times=2)
    tables.run(f"DELETE FROM {NAME} WHERE Id = ?", key)

    changes = arrive(probe, key, times=3)

    assert [change["Operation"] for change in changes] == [INSERT, UPDATE, DELETE]
    assert changes[1]["Item"]["Name"] == "b"
    assert {name for name, value in changes[2]["Item"].items() if value is not None} == {"Id"}


def test_a_large_transaction_comes_in_batches_of_a_hundred(probe: Probe, tables: Tables) -> None:
    keys = tables.new_ids(150)
    tables.run(f"INSERT INTO {NAME} (Id, Name) SELECT CAST(value AS int), N'many' FROM OPENJSON(?)", json.dumps(keys))
    arrive(probe, *keys)

    sizes = [
        len([change for change in call if change["Item"]["Id"] in set(keys)]) for call in probe.get("calls").json()
    ]
    assert [size for size in sizes if size] == [100, 50]


def test_a_row_that_always_fails_is_tried_five_times_and_then_left(probe: Probe, tables: Tables) -> None:
    [key] = tables.new_ids()
    tables.run(f"INSERT INTO {NAME} (Id, Name) VALUES (?, N'sick')", key)
    arrive(probe, key, times=5)

    eventually(lambda: tables.lease(key) == (5, True), lambda: f"five attempts are counted: {tables.lease(key)}")
    [well] = tables.new_ids()
    tables.run(f"INSERT INTO {NAME} (Id, Name) VALUES (?, N'well')", well)
    arrive(probe, well)
    assert len(handed(probe, key)) == 5
    assert [change["Operation"] for change in handed(probe, key)] == [INSERT] * 5

    # A later change of the same row counts anew.
    tables.run(f"UPDATE {NAME} SET Name = N'healed' WHERE Id = ?", key)
    assert arrive(probe, key, times=6)[-1]["Item"]["Name"] == "healed"


def test_it_keeps_its_place_and_its_leases_in_these_tables(probe: Probe, tables: Tables) -> None:
    [key] = tables.new_ids()
    tables.run(f"INSERT INTO {NAME} (Id, Name) VALUES (?, N'a')", key)
    arrive(probe, key)

    assert tables.columns("az_func", "GlobalState") == [
        ("UserFunctionID", "char", "NO"),
        ("UserTableID", "int", "NO"),
        ("LastSyncVersion", "bigint", "NO"),
        ("LastAccessTime", "datetime", "NO"),
    ]
    assert tables.columns("az_func", tables.leases.split(".")[1].strip("[]")) == [
        ("Id", "int", "NO"),
        ("_az_func_ChangeVersion", "bigint", "NO"),
        ("_az_func_AttemptCount", "int", "NO"),
        ("_az_func_LeaseExpirationTime", "datetime2", "YES"),
    ]


def test_a_decimal_beyond_96_bits_keeps_the_whole_table_waiting_until_it_is_gone(probe: Probe, tables: Tables) -> None:
    large, healthy = tables.new_ids(2)
    tables.run(f"INSERT INTO {NAME} (Id, Big) VALUES (?, 1234567890123456789012345678.0123456789)", large)
    tables.run(f"INSERT INTO {NAME} (Id, Name) VALUES (?, N'waits')", healthy)
    time.sleep(3)  # what must not come is given three polls to come

    tables.run(f"UPDATE {NAME} SET Big = 1 WHERE Id = ?", large)

    arrive(probe, large, healthy)
    [together] = [
        call for call in probe.get("calls").json() if {large, healthy} & {change["Item"]["Id"] for change in call}
    ]
    assert [(change["Item"]["Id"], change["Item"]["Big"]) for change in together] == [(healthy, None), (large, 1.0)]
