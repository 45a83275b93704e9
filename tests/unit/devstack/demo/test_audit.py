"""The independent count: a loss of any kind is found, and nothing else is called one."""

import json
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from devstack.demo.audit import LogReader, audit, canonical, main

TABLES = {"/orders": {canonical({"Id": n}): {"Id": n, "Total": Decimal(f"{n}.50")} for n in (1, 2)}}


def entry(number: int, version: int, **differences: Any) -> dict[str, Any]:
    row = {"Id": number, "Total": Decimal(f"{number}.5")}
    return {
        "stream": "/orders", "accepted": True, "id": f"{number}-{version}", "operation": "update",
        "version": version, "key": {"Id": number}, "data": row, **differences,
    }  # fmt: skip


COMPLETE = [entry(1, 5), entry(2, 6)]


def test_a_complete_log_has_no_loss() -> None:
    found = audit(TABLES, COMPLETE)

    assert (found.delivered, found.losses) == (2, [])


@pytest.mark.parametrize(
    ("log", "lost"),
    [
        pytest.param([entry(1, 5)], ['{"Id":2}'], id="a row never arrived"),
        pytest.param([entry(1, 5), entry(2, 6, accepted=False)], ['{"Id":2}'], id="a row was refused"),
        pytest.param([entry(1, 5), entry(2, 6, data={"Id": 2, "Total": Decimal("2.51")})], ['{"Id":2}'], id="a value differs"),
        pytest.param([*COMPLETE, entry(2, 7, data={"Id": 2, "Total": None})], ['{"Id":2}'], id="the newest state is another"),
        pytest.param([*COMPLETE, entry(3, 8)], ['{"Id":3}'], id="a deleted row lives on"),
        pytest.param([*COMPLETE, entry(1, 9, operation="delete", data=None)], ['{"Id":1}'], id="a living row was deleted"),
        pytest.param([], ['{"Id":1}', '{"Id":2}'], id="nothing arrived"),
    ],
)  # fmt: skip
def test_a_planted_loss_is_found_and_named(log: list[dict[str, Any]], lost: list[str]) -> None:
    assert [loss.key for loss in audit(TABLES, log).losses] == lost


def test_a_delete_that_arrived_is_no_loss() -> None:
    assert audit(TABLES, [*COMPLETE, entry(3, 7), entry(3, 8, operation="delete", data=None)]).losses == []


def test_the_same_id_again_is_a_duplicate_and_an_older_version_after_a_newer_one_is_reordered() -> None:
    found = audit(TABLES, [*COMPLETE, entry(1, 5), entry(2, 4, data={"Id": 2})])

    assert (found.delivered, found.duplicates, found.reordered, found.losses) == (3, 1, 1, [])


def test_numbers_are_compared_by_value_and_exactly() -> None:
    assert canonical(Decimal("1.50")) == canonical(Decimal("1.5"))
    assert canonical(5) == canonical(Decimal("5.000"))
    assert canonical(Decimal("12345678901234567890.1")) != canonical(Decimal("12345678901234567890.2"))
    assert canonical(1) != canonical("1")
    assert canonical(1) != canonical(True)


def test_a_torn_last_line_is_left_out_until_it_is_whole(tmp_path: Path) -> None:
    log = tmp_path / "received.jsonl"
    reader = LogReader(log)
    log.write_bytes(b'{"a": 1.50}\n{"a": 2')

    assert reader.entries() == [{"a": Decimal("1.50")}]

    with log.open("ab") as file:
        file.write(b'5}\n{"a": 3}\n{')

    assert reader.entries() == [{"a": Decimal("1.50")}, {"a": 25}, {"a": 3}]


@pytest.mark.parametrize(("versions", "status"), [((5, 6), 0), ((5,), 1)], ids=["complete", "a planted loss"])
def test_the_program_fails_if_anything_is_lost(
    versions: tuple[int, ...], status: int, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    log, tables = tmp_path / "log", tmp_path / "tables"
    lines = [{**entry(v - 4, v), "data": {"Id": v - 4}} for v in versions]
    log.write_text("".join(json.dumps(line) + "\n" for line in lines))
    tables.write_text('{"/orders": [{"key": {"Id": 1}, "data": {"Id": 1}}, {"key": {"Id": 2}, "data": {"Id": 2}}]}')

    assert main(["--log", str(log), "--tables", str(tables)]) == status

    assert f"lost={2 - len(versions)}" in capsys.readouterr().out
