"""What a reply says beside rows: which command ended, of what severity a message is. [MS-TDS] 2.2.7.6, 2.2.7.10, 2.2.7.13."""

import pytest

from mssql_standin_tests.unit.wire.tds_client import TdsClient

SELECT, SELECT_INTO, INSERT, DELETE, UPDATE, MERGE = 0xC1, 0xC2, 0xC3, 0xC4, 0xC5, 0x117
CREATE_TABLE, DROP_TABLE, ALTER_TABLE, CREATE_INDEX, DROP_INDEX, EXECUTE = 0xC6, 0xC7, 0xD8, 0xC8, 0xC9, 0xE0


@pytest.fixture(autouse=True)
def table(client: TdsClient) -> None:
    client.batch("CREATE TABLE #counted (Id int NOT NULL PRIMARY KEY, V int NULL); INSERT INTO #counted VALUES (1, 1)")


@pytest.mark.parametrize(
    ("sql", "commands"),
    [
        ("SELECT 1", [SELECT]),
        ("SELECT Id INTO #made FROM #counted", [SELECT_INTO]),
        ("INSERT INTO #counted VALUES (2, 2); DELETE FROM #counted WHERE Id = 2", [INSERT, DELETE]),
        ("UPDATE #counted SET V = 1 OUTPUT inserted.V", [UPDATE]),
        ("MERGE #counted AS t USING (VALUES (1)) AS s (Id) ON s.Id = t.Id WHEN MATCHED THEN DELETE;", [MERGE]),
        ("CREATE TABLE #new (a int); DROP TABLE #new", [CREATE_TABLE, DROP_TABLE]),
        ("CREATE TABLE dbo.New_one (a int); ALTER TABLE dbo.New_one ADD b int; DROP TABLE dbo.New_one", [CREATE_TABLE, ALTER_TABLE, DROP_TABLE]),
        ("EXEC sp_releaseapplock 'nothing', 'Session'", [EXECUTE]),
        ("SET LOCK_TIMEOUT 5", [0]),
        ("PRINT 'x'", [0]),
        ("SELECT 1 / 0", [SELECT]),
        ("INSERT INTO #counted VALUES (1, 1)", [INSERT]),
    ],
)  # fmt: skip
def test_a_done_token_says_which_command_ended(client: TdsClient, sql: str, commands: list[int]) -> None:
    assert client.batch(sql).commands == commands


def test_a_procedures_end_is_that_of_an_execute(client: TdsClient) -> None:
    reply = client.execute("SELECT @p; UPDATE #counted SET V = @p", [("@p int", b"\x26\x04\x04\1\0\0\0")])

    assert reply.commands == [SELECT, UPDATE, EXECUTE]


@pytest.mark.parametrize(("severity", "told"), [(0, 0), (1, 1), (9, 9), (10, 0)])
def test_a_message_of_severity_10_is_told_as_one_of_0(client: TdsClient, severity: int, told: int) -> None:
    [message] = [t for t in client.batch(f"RAISERROR('x', {severity}, 3)") if t.kind == "information"]

    assert (message["severity"], message["number"], message["state"]) == (told, 50000, 3)


def test_the_end_of_a_failed_change_is_told_with_state_0(client: TdsClient) -> None:
    [message] = [token for token in client.batch("INSERT INTO #counted VALUES (1, 1)") if token.kind == "information"]

    assert (message["number"], message["state"], message["severity"], message["line"]) == (3621, 0, 0, 1)
