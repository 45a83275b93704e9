"""Requests of all kinds as bytes: resets, transactions, what is refused, and how far. [MS-TDS] 2.2.1 and 2.2.6."""

import struct

import pytest

from mssql_standin.version import SERVER_VERSION
from mssql_standin_tests.recordings.tds_reply import decoded, prelogin
from mssql_standin_tests.unit.wire.tds_client import RESET, RESET_KEEPING_TRANSACTION, TdsClient, named

BEGIN, COMMIT, ROLLBACK, SAVE = 5, 7, 8, 9
BEGUN, COMMITTED, ROLLED_BACK, WAS_RESET = 8, 9, 10, 18
AND_BEGIN = b"\1"
INT_1 = b"\x26\x04\x04\1\0\0\0"


@pytest.fixture(autouse=True)
def table(client: TdsClient) -> None:
    client.batch("DROP TABLE IF EXISTS dbo.Wire; CREATE TABLE dbo.Wire (Id int NOT NULL PRIMARY KEY)")


def count(client: TdsClient) -> int | None:
    return client.batch("SELECT COUNT(*) FROM dbo.Wire").number


# --- greetings -------------------------------------------------------------------------------------------------------


def test_one_version_is_told_everywhere(client: TdsClient) -> None:
    major, minor, build, _ = map(int, SERVER_VERSION.split("."))
    version = struct.pack(">BBH", major, minor, build)

    [acknowledged] = [token for token in decoded(client.login.content) if token.kind == "login"]
    [[told]] = client.batch("SELECT CAST(SERVERPROPERTY('ProductVersion') AS varchar(20))").rows

    assert prelogin(client.greeting.content)[0] == version + b"\0\0"
    assert acknowledged["version"] == version
    assert told == SERVER_VERSION.encode()
    assert SERVER_VERSION.encode("utf-16-le") in (client.batch("SELECT @@VERSION").rows[0][0] or b"")


def test_the_sessions_id_is_in_the_header_of_every_packet_from_the_login_on(client: TdsClient) -> None:
    assert client.greeting.spid == 0
    assert client.login.spid == client.batch("SELECT CAST(@@SPID AS int)").number


# --- resets ----------------------------------------------------------------------------------------------------------


def test_a_reset_makes_the_session_new(client: TdsClient) -> None:
    client.batch("SET LOCK_TIMEOUT 77; CREATE TABLE #kept (a int); BEGIN TRANSACTION; INSERT INTO dbo.Wire VALUES (1)")

    reply = client.batch("SELECT COUNT(*) + @@TRANCOUNT FROM dbo.Wire", status=RESET)

    assert (reply.changes, reply.number) == ([WAS_RESET], 0)
    assert client.batch("SELECT @@LOCK_TIMEOUT").number == -1
    assert client.batch("SELECT OBJECT_ID('tempdb..#kept')").number is None


def test_a_reset_can_keep_the_transaction_and_its_locks(client: TdsClient, other_client: TdsClient) -> None:
    client.batch("SET LOCK_TIMEOUT 77; CREATE TABLE #kept (a int); BEGIN TRANSACTION; INSERT INTO dbo.Wire VALUES (1)")
    client.batch("EXEC sp_getapplock 'of the session', 'Exclusive', 'Session'; EXEC sp_getapplock 'of it', 'Exclusive'")

    reply = client.batch("SELECT COUNT(*) + @@TRANCOUNT FROM dbo.Wire", status=RESET_KEEPING_TRANSACTION)

    assert (reply.changes, reply.number) == ([WAS_RESET], 2)
    assert client.batch("SELECT @@LOCK_TIMEOUT").number == -1
    assert client.batch("SELECT OBJECT_ID('tempdb..#kept')").number is None
    assert other_client.batch("SET LOCK_TIMEOUT 0; INSERT INTO dbo.Wire VALUES (2)").error == 1222
    free = "SELECT APPLOCK_TEST('public', '{}', 'Exclusive', 'Session')"
    assert other_client.batch(free.format("of it")).number == 0
    assert other_client.batch(free.format("of the session")).number == 1
    client.batch("ROLLBACK")
    assert (count(client), other_client.batch(free.format("of it")).number) == (0, 1)
    assert client.batch("SELECT OBJECT_ID('tempdb..#kept')").number is None


def test_a_transaction_that_is_kept_keeps_its_isolation_level(client: TdsClient, other_client: TdsClient) -> None:
    client.transaction(BEGIN, b"\4" + named(""))  # serializable: stricter here than anything but another writer

    client.batch("SELECT COUNT(*) FROM dbo.Wire", status=RESET_KEEPING_TRANSACTION)

    assert other_client.batch("SET LOCK_TIMEOUT 0; INSERT INTO dbo.Wire VALUES (2)").error == 1222


# --- transactions ----------------------------------------------------------------------------------------------------


def test_a_savepoint_takes_back_what_came_after_it_and_nothing_else(client: TdsClient) -> None:
    client.transaction(BEGIN, b"\0" + named("outer"))
    client.batch("INSERT INTO dbo.Wire VALUES (1)")

    assert client.transaction(SAVE, named("point")).changes == []
    client.batch("INSERT INTO dbo.Wire VALUES (2)")
    assert client.transaction(ROLLBACK, named("point") + b"\0").changes == []

    assert client.transaction(COMMIT, named("") + b"\0").changes == [COMMITTED]
    assert count(client) == 1


@pytest.mark.parametrize("name", ["outer", ""])
def test_a_rollback_to_the_transactions_name_takes_back_all(client: TdsClient, name: str) -> None:
    client.transaction(BEGIN, b"\0" + named("outer"))
    client.batch("INSERT INTO dbo.Wire VALUES (1)")
    client.transaction(SAVE, named("point"))

    assert client.transaction(ROLLBACK, named(name) + b"\0").changes == [ROLLED_BACK]

    assert (count(client), client.batch("SELECT @@TRANCOUNT").number) == (0, 0)


def test_a_rollback_to_an_unknown_name_is_an_error_and_the_transaction_stays(client: TdsClient) -> None:
    client.transaction(BEGIN, b"\0" + named("outer"))
    client.batch("INSERT INTO dbo.Wire VALUES (1)")

    assert client.transaction(ROLLBACK, named("nowhere") + b"\0").error == 6401

    assert client.batch("SELECT @@TRANCOUNT").number == 1
    client.transaction(COMMIT, named("") + b"\0")
    assert count(client) == 1


def test_a_name_given_by_a_statement_serves_a_statement_too(client: TdsClient) -> None:
    client.batch("BEGIN TRANSACTION Mine; INSERT INTO dbo.Wire VALUES (1); BEGIN TRANSACTION Inner_one")

    assert client.batch("ROLLBACK TRANSACTION Inner_one").error == 6401
    assert client.batch("ROLLBACK TRANSACTION mine").error == 6401  # names tell case apart
    assert client.batch("ROLLBACK TRANSACTION Mine").changes == [ROLLED_BACK]

    assert (count(client), client.batch("SELECT @@TRANCOUNT").number) == (0, 0)


@pytest.mark.parametrize(("request_number", "ended"), [(COMMIT, COMMITTED), (ROLLBACK, ROLLED_BACK)])
def test_the_next_transaction_begins_with_its_own_name_and_isolation(
    client: TdsClient, other_client: TdsClient, request_number: int, ended: int
) -> None:
    client.transaction(BEGIN, b"\2" + named("first"))

    reply = client.transaction(request_number, named("") + AND_BEGIN + b"\4" + named("second"))

    assert reply.changes == [ended, BEGUN]
    client.batch("SELECT * FROM dbo.Wire")
    assert other_client.batch("SET LOCK_TIMEOUT 0; INSERT INTO dbo.Wire VALUES (2)").error == 1222
    assert client.transaction(ROLLBACK, named("second") + b"\0").changes == [ROLLED_BACK]


def test_a_savepoint_needs_a_transaction(client: TdsClient) -> None:
    assert client.transaction(SAVE, named("point")).error == 628


# --- what is refused -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("request_number", [0, 1, 6, 4711])
def test_a_distributed_transaction_is_refused_and_the_connection_stays(client: TdsClient, request_number: int) -> None:
    assert client.transaction(request_number, b"\0\0").error == 40000
    assert client.batch("SELECT 6").number == 6


@pytest.mark.parametrize("kind", [2, 5, 8, 17])
def test_a_request_of_another_kind_is_refused_and_the_connection_stays(client: TdsClient, kind: int) -> None:
    assert client.ask(kind, b"whatever").error == 40000
    assert client.batch("SELECT 6").number == 6


@pytest.mark.parametrize(
    "value",
    [
        pytest.param(b"\x62\x06\0\0\0\x06\0\0\0\x38\0\x05\0\0\0", id="sql_variant"),
        pytest.param(b"\xf3\0\0\0\xff\xff\0\0", id="table-valued"),
        pytest.param(b"\xf0\0\0\0\xff\xff", id="CLR"),
        pytest.param(b"\xf1\x01\0\0\0\0\0", id="typed xml"),
    ],
)
def test_a_parameter_of_a_type_that_is_not_there_is_refused_before_anything_runs(
    client: TdsClient, value: bytes
) -> None:
    assert client.execute("INSERT INTO dbo.Wire VALUES (1)", [("@p int", INT_1), ("@q int", value)]).error == 40000
    assert count(client) == 0


@pytest.mark.parametrize("procedure", [1, 2, 7])
def test_a_server_cursor_is_refused_and_the_connection_stays(client: TdsClient, procedure: int) -> None:
    assert client.call(procedure, b"\0\0" + INT_1).error == 40000
    assert client.batch("SELECT 6").number == 6


def test_a_request_has_2100_parameters_at_most_those_of_sp_executesql_itself_among_them(client: TdsClient) -> None:
    parameters = [(f"@p{number} int", INT_1) for number in range(2099)]

    assert client.execute("SELECT @p0 + @p2097", parameters[:2098]).number == 2
    assert client.execute("SELECT @p0 + @p2098", parameters).error == 8003
    assert client.batch("SELECT 6").number == 6
