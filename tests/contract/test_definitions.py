"""Definitions of workflows in SQL Server: versions, approvals, what is started, and two who put at once."""

import asyncio
import json
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from functools import partial
from typing import Any

import pytest

from adapters.sql_server.connection import SqlServer as SqlClient
from adapters.sql_server.connection_string import OdbcConnection
from adapters.sql_server.migrations import migrate
from adapters.sql_server.tables import SqlTables
from relay.errors import InputError
from services import definitions
from services.app_outside import AppOutside
from tests.fakes import FakeDurableClient, an_app_outside
from tests.sql_client import SqlServer
from workflows.definitions.mistakes import RefusedDefinition
from workflows.definitions.values import Rules, Status

ANYBODY, APPROVAL = Rules(), Rules(needs_approval=True)


def saying(result: Any) -> str:
    return json.dumps({"StartAt": "A", "States": {"A": {"Type": "Pass", "Result": result, "End": True}}})


class Definitions:
    """The definitions of an app of its own."""

    def __init__(self, server: SqlServer, app: str) -> None:
        self.name = app
        self.tables = SqlTables(server, app)
        self.app: AppOutside = replace(an_app_outside(FakeDurableClient()), tables=self.tables)

    def put(
        self, text: str, *, name: str = "order", status: Status | None = None, by: str = "anna", rules: Rules = ANYBODY
    ) -> tuple[int, str, bool]:
        told, is_new = asyncio.run(definitions.put_definition(name, text, status, by, rules, self.app))
        return told["version"], told["status"], is_new

    def approve(self, version: int | None = None, by: str = "ben") -> dict[str, Any]:
        return asyncio.run(definitions.approve_definition("order", version, by, self.app))

    def retire(self, version: int | None = None) -> dict[str, Any]:
        return asyncio.run(definitions.retire_definition("order", version, "ben", self.app))

    def show(self, version: int | None = None, name: str = "order") -> dict[str, Any]:
        return asyncio.run(definitions.show_definition(name, version, self.app))

    def started(self, version: int | None = None, rules: Rules = ANYBODY) -> int:
        return definitions.definition_for_start("order", version, rules, self.tables).version


@pytest.fixture
def kept(app_server: SqlServer, server: SqlServer, unique: str) -> Definitions:
    migrate(server, unique)
    return Definitions(app_server, unique)


def test_the_same_content_is_the_same_version_and_other_content_the_next(kept: Definitions) -> None:
    assert kept.put(saying(1)) == (1, "approved", True)
    assert kept.put(json.dumps(json.loads(saying(1)), indent=4)) == (1, "approved", False)
    assert kept.put(saying(2)) == (2, "approved", True)
    assert kept.put(saying(1)) == (3, "approved", True)  # the way back is a version of its own: it is the newest
    assert kept.started() == 3
    assert kept.put(saying(1), name="Order") == (1, "approved", True)  # another name


def test_a_definition_is_kept_as_it_was_sent(kept: Definitions) -> None:
    kept.put(saying("é😀 \\ud83d \u2028 'x'; -- ?"))

    shown = kept.show()
    assert shown["definition"] == json.loads(saying("é😀 \\ud83d \u2028 'x'; -- ?"))
    assert (shown["version"], shown["status"], shown["entered_by"], shown["decided_by"]) == (
        1,
        "approved",
        "anna",
        "anna",
    )
    assert shown["entered_at"].endswith("Z")
    assert definitions.definition_for_start("order", None, ANYBODY, kept.tables).hash == shown["hash"]


def test_a_definition_with_mistakes_is_not_kept(kept: Definitions) -> None:
    with pytest.raises(RefusedDefinition):
        kept.put('{"StartAt": "A"}')
    with pytest.raises(InputError, match="There is no workflow 'order'"):
        kept.show()


def test_what_needs_approval_is_a_draft_until_somebody_approves_it_who_is_written_down(kept: Definitions) -> None:
    assert kept.put(saying(1), rules=APPROVAL) == (1, "draft", True)
    with pytest.raises(InputError, match="needs an approval"):
        kept.put(saying(1), status=Status.APPROVED, rules=APPROVAL)
    for version in (None, 1):
        with pytest.raises(InputError, match="cannot be started"):
            kept.started(version, APPROVAL)

    approved = kept.approve()

    assert (approved["version"], approved["status"], approved["decided_by"]) == (1, "approved", "ben")
    assert kept.approve(1, by="cleo")["decided_by"] == "ben"  # it was his decision
    assert kept.started(None, APPROVAL) == 1


def test_a_newer_draft_takes_no_approved_versions_place(kept: Definitions) -> None:
    kept.put(saying(1))
    kept.put(saying(2), status=Status.DRAFT)

    assert (kept.started(), kept.started(2)) == (1, 2)
    assert kept.put(saying(2), status=Status.APPROVED) == (2, "approved", False)
    assert kept.started() == 2


def test_an_approval_is_for_the_version_that_is_named(kept: Definitions) -> None:
    kept.put(saying(1), status=Status.DRAFT)
    kept.put(saying(2), status=Status.DRAFT)

    kept.approve(1)

    assert [each["status"] for each in kept.show()["versions"]] == ["draft", "approved"]
    with pytest.raises(InputError, match="no version 7"):
        kept.approve(7)


def test_what_is_retired_is_neither_started_nor_approved_and_its_content_gets_a_new_version(kept: Definitions) -> None:
    kept.put(saying(1))
    kept.put(saying(2))

    assert kept.retire(2) == {"name": "order", "retired": [2]}
    assert kept.started() == 1
    with pytest.raises(InputError, match="version 2 is retired"):
        kept.started(2)
    with pytest.raises(InputError, match="retired for good"):
        kept.approve(2)
    assert kept.put(saying(2)) == (3, "approved", True)

    assert kept.retire() == {"name": "order", "retired": [1, 2, 3]}
    with pytest.raises(InputError, match="none of its versions is approved"):
        kept.started()


def test_names_are_listed_along_the_alphabet_with_the_version_that_is_started(kept: Definitions) -> None:
    kept.put(saying(1), name="b")
    kept.put(saying(2), name="b", status=Status.DRAFT)
    kept.put(saying(1), name="a", status=Status.DRAFT)

    listed = asyncio.run(definitions.list_definitions("", 10, kept.app))
    rest = asyncio.run(definitions.list_definitions("a", 10, kept.app))

    assert [(each["name"], each["version"], each["status"], each["started_version"]) for each in listed] == [
        ("a", 1, "draft", None), ("b", 2, "draft", 1),
    ]  # fmt: skip
    assert [each["name"] for each in rest] == ["b"]


def test_who_put_at_once_get_versions_of_their_own_and_the_same_content_one(
    kept: Definitions, odbc: OdbcConnection
) -> None:
    client = SqlClient(odbc, at_once=4)
    kept.app = replace(kept.app, tables=SqlTables(client, kept.name))
    with ThreadPoolExecutor(4) as threads:
        for number in range(20):
            name = f"n{number}"
            other = list(threads.map(partial(kept.put, name=name), map(saying, range(4))))
            same = list(threads.map(partial(kept.put, name=name), [saying("same")] * 4))

            assert sorted(version for version, _, _ in other) == [1, 2, 3, 4]
            assert sorted(same) == sorted([(5, "approved", True), *[(5, "approved", False)] * 3])
    client.close()
