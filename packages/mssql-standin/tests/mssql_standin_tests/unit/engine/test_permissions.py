"""Permissions: each right that is left out makes a named thing fail, and what is not granted is not seen."""

import pytest

from mssql_standin.session import Database
from mssql_standin_tests.unit.engine.client import Client

LOGIN, PASSWORD = "app", "Local-Only-1"
OBJECT = "on the object 't', database 'TestDb', schema 'dbo'."

Right = tuple[str, str, int]


@pytest.fixture
def owner(client: Client) -> Client:
    """The administrator, with a table that is tracked, a schema with a table, and a user who may do nothing but connect."""
    client.run("ALTER DATABASE CURRENT SET CHANGE_TRACKING = ON")
    client.run("CREATE TABLE t (Id int NOT NULL PRIMARY KEY, V int NULL); ALTER TABLE t ENABLE CHANGE_TRACKING")
    client.run("CREATE SCHEMA s")
    client.run("CREATE TABLE s.u (Id int NOT NULL PRIMARY KEY)")
    client.run(
        f"INSERT t VALUES (1, 1); CREATE LOGIN {LOGIN} WITH PASSWORD = '{PASSWORD}'; CREATE USER {LOGIN} FOR LOGIN {LOGIN}"
    )
    return client


@pytest.fixture
def app(owner: Client, database: Database, ran: list[str]) -> Client:
    """The user, logged in."""
    del owner
    return Client(database, ran, LOGIN, database.enter(LOGIN, PASSWORD))


ROWS: list[Right] = [
    ("SELECT ON t", "SELECT V FROM t", 229),
    ("SELECT ON t", "IF EXISTS (SELECT 1 FROM t) PRINT 'x'", 229),
    ("SELECT ON t", "DECLARE @n int; SET @n = (SELECT COUNT(*) FROM t)", 229),
    ("INSERT ON t", "INSERT t VALUES (2, 2)", 229),
    ("UPDATE ON t", "UPDATE t SET V = 3", 229),
    ("UPDATE, SELECT ON t", "UPDATE t SET V = 3 WHERE Id = 1", 229),
    ("UPDATE, SELECT ON t", "UPDATE t SET V = V + 1", 229),
    ("DELETE ON t", "DELETE t", 229),
    ("DELETE, SELECT ON t", "DELETE t WHERE Id = 1", 229),
    ("INSERT, SELECT ON t", "INSERT t OUTPUT inserted.Id VALUES (2, 2)", 229),
    ("INSERT, UPDATE, SELECT ON t", "MERGE t USING (VALUES (1)) AS s (Id) ON t.Id = s.Id WHEN MATCHED THEN UPDATE SET V = 1 "
     "WHEN NOT MATCHED THEN INSERT VALUES (s.Id, 1);", 229),
    ("SELECT, VIEW CHANGE TRACKING ON t", "SELECT * FROM CHANGETABLE(CHANGES t, 0) AS c", 229),
    ("SELECT, VIEW CHANGE TRACKING ON t", "SELECT * FROM CHANGETABLE(VERSION t, (Id), (1)) AS c", 229),
    ("ALTER ON t", "TRUNCATE TABLE t", 1088),
    ("ALTER ON t", "ALTER TABLE t ADD W int NULL", 1088),
    ("ALTER ON t", "ALTER TABLE t DISABLE CHANGE_TRACKING", 1088),
    ("ALTER ON t", "CREATE INDEX i ON t (V)", 1088),
    ("CONTROL ON t", "DROP TABLE t", 3701),
    ("ALTER ON SCHEMA::dbo", "DROP TABLE t", 3701),
    ("CREATE TABLE", "CREATE TABLE s.v (Id int)", 262),
    ("CREATE SCHEMA", "CREATE SCHEMA mine", 262),
    ("CONTROL ON SCHEMA::s", "DROP TABLE s.u; DROP TABLE IF EXISTS s.none", 3701),
    ("ALTER", "ALTER DATABASE CURRENT SET CHANGE_TRACKING (AUTO_CLEANUP = OFF)", 5011),
    ("ALTER ANY USER", "CREATE USER somebody WITHOUT LOGIN", 15247),
    ("CREATE ROLE", "CREATE ROLE readers", 15247),
    ("CONTROL ON t", "GRANT SELECT ON t TO public", 15151),
    ("ALTER ON t", "EXEC sp_rename 't.V', 'W', 'COLUMN'", 15247),
    ("CONTROL", "EXEC sp_flush_CT_internal_table_on_demand", 15247),
]  # fmt: skip


@pytest.mark.parametrize(("right", "sql", "number"), ROWS)
def test_a_right_that_is_left_out_makes_the_statement_fail(
    owner: Client, app: Client, right: str, sql: str, number: int
) -> None:
    if right == "CREATE TABLE":
        owner.run(f"GRANT ALTER ON SCHEMA::s TO {LOGIN}")
    assert app.number(sql) == number

    owner.run(f"GRANT {right} TO {LOGIN}")

    app.run(sql)


@pytest.mark.parametrize("missing", ["INSERT", "UPDATE", "SELECT"])
def test_every_right_of_a_merge_is_needed(owner: Client, app: Client, missing: str) -> None:
    owner.run(f"GRANT INSERT, UPDATE, SELECT ON t TO {LOGIN}; REVOKE {missing} ON t FROM {LOGIN}")

    error = app.error(
        "MERGE t USING (VALUES (1)) AS s (Id) ON t.Id = s.Id WHEN MATCHED THEN UPDATE SET V = 1 "
        "WHEN NOT MATCHED THEN INSERT VALUES (s.Id, 1);"
    )

    assert error.text == f"The {missing} permission was denied {OBJECT}"


def test_the_changes_need_a_right_of_their_own_beside_select(owner: Client, app: Client) -> None:
    owner.run(f"GRANT SELECT ON t TO {LOGIN}")

    error = app.error("SELECT * FROM CHANGETABLE(CHANGES t, 0) AS c")

    assert (error.number, error.severity) == (229, 14)
    assert error.text == f"The VIEW CHANGE TRACKING permission was denied {OBJECT}"
    assert app.value("SELECT CHANGE_TRACKING_MIN_VALID_VERSION(OBJECT_ID('t'))") is None
    owner.run(f"GRANT VIEW CHANGE TRACKING ON t TO {LOGIN}")
    assert app.value("SELECT CHANGE_TRACKING_MIN_VALID_VERSION(OBJECT_ID('t'))") == 0


def test_to_create_a_table_needs_a_schema_that_one_may_alter(owner: Client, app: Client) -> None:
    owner.run(f"GRANT CREATE TABLE TO {LOGIN}")

    assert app.number("CREATE TABLE s.v (Id int)") == 2760
    assert app.number("SELECT 1 AS Id INTO s.v") == 2760

    owner.run(f"GRANT ALTER ON SCHEMA::s TO {LOGIN}")
    app.run("SELECT 1 AS Id INTO s.v")


def test_a_foreign_key_needs_references(owner: Client, app: Client) -> None:
    owner.run(f"GRANT CREATE TABLE TO {LOGIN}; GRANT ALTER ON SCHEMA::s TO {LOGIN}")

    assert (
        app.error("CREATE TABLE s.v (T int REFERENCES t (Id))").text == f"The REFERENCES permission was denied {OBJECT}"
    )

    owner.run(f"GRANT REFERENCES ON t TO {LOGIN}")
    app.run("CREATE TABLE s.v (T int REFERENCES t (Id))")


def test_who_creates_a_schema_owns_it_and_all_in_it(owner: Client, app: Client) -> None:
    owner.run(f"GRANT CREATE SCHEMA TO {LOGIN}; GRANT CREATE TABLE TO {LOGIN}")

    app.run("CREATE SCHEMA mine")
    app.run("CREATE TABLE mine.v (Id int)")
    app.run("INSERT mine.v VALUES (1); DROP TABLE mine.v")

    assert owner.number(f"DROP USER {LOGIN}") == 15138
    assert owner.value("SELECT USER_NAME(principal_id) FROM sys.schemas WHERE name = 'mine'") == LOGIN


def test_a_denial_is_stronger_than_any_grant(owner: Client, app: Client) -> None:
    owner.run(f"CREATE ROLE readers; ALTER ROLE readers ADD MEMBER {LOGIN}; GRANT SELECT ON SCHEMA::dbo TO {LOGIN}")
    app.run("SELECT V FROM t")

    owner.run("DENY SELECT ON t TO readers")

    assert app.number("SELECT V FROM t") == 229
    owner.run("REVOKE SELECT ON t FROM readers")
    app.run("SELECT V FROM t")


@pytest.mark.parametrize(
    ("role", "may", "may_not"),
    [
        ("db_datareader", "SELECT V FROM t", "INSERT t VALUES (2, 2)"),
        ("db_datawriter", "INSERT t VALUES (2, 2)", "SELECT V FROM t"),
        ("db_ddladmin", "CREATE TABLE v (Id int)", "SELECT V FROM t"),
        ("db_owner", "ALTER DATABASE CURRENT SET COMPATIBILITY_LEVEL = 150", "CREATE LOGIN other WITH PASSWORD = 'x'"),
    ],
)
def test_a_fixed_role_gives_what_its_name_says(owner: Client, app: Client, role: str, may: str, may_not: str) -> None:
    assert app.value(f"SELECT IS_MEMBER('{role}')") == 0
    owner.run(f"ALTER ROLE {role} ADD MEMBER {LOGIN}")

    app.run(may)

    assert app.number(may_not) in {229, 15247}
    assert app.value(f"SELECT IS_MEMBER('{role}')") == 1
    assert owner.value(f"SELECT IS_ROLEMEMBER('{role}', '{LOGIN}')") == 1


def test_nobody_sees_what_he_has_no_right_on(owner: Client, app: Client) -> None:
    seen = "SELECT name FROM sys.tables UNION ALL SELECT TABLE_NAME FROM INFORMATION_SCHEMA.TABLES"
    assert app.rows(seen) == []
    assert app.rows("SELECT OBJECT_ID('t'), SCHEMA_ID('s'), COL_LENGTH('t', 'V')") == [(None, None, None)]
    assert app.rows("SELECT * FROM sys.columns") == app.rows("SELECT * FROM sys.change_tracking_tables") == []

    owner.run(f"GRANT SELECT ON t TO {LOGIN}; GRANT VIEW DEFINITION ON SCHEMA::s TO {LOGIN}")

    assert sorted(app.rows(seen)) == [("t",), ("t",), ("u",), ("u",)]
    assert app.value("SELECT SCHEMA_NAME(SCHEMA_ID('s'))") == "s"
    assert app.number("SELECT * FROM s.u") == 229


def test_a_table_that_does_not_exist_is_still_told_from_one_that_is_denied(app: Client) -> None:
    assert app.number("SELECT * FROM nowhere") == 208
    assert app.number("SELECT * FROM t") == 229


@pytest.mark.parametrize(
    ("securable", "kind", "permission", "granted", "expected"),
    [
        ("'t'", "'OBJECT'", "SELECT", "SELECT ON t", 1),
        ("'t'", "'OBJECT'", "UPDATE", "SELECT ON t", 0),
        ("'t'", "'OBJECT'", "ANY", "SELECT ON t", 1),
        ("'t'", "'OBJECT'", "SELECT", "CONTROL ON SCHEMA::dbo", 1),
        ("'s'", "'SCHEMA'", "ALTER", "ALTER ON SCHEMA::s", 1),
        ("DB_NAME()", "'DATABASE'", "CREATE TABLE", "CREATE TABLE", 1),
        ("NULL", "'DATABASE'", "CREATE SCHEMA", "CREATE TABLE", 0),
        ("NULL", "NULL", "VIEW SERVER STATE", "CONTROL", 0),
        ("'t'", "'OBJECT'", "FLY", "SELECT ON t", None),
    ],
)
def test_a_user_can_ask_what_he_may_do(
    owner: Client, app: Client, securable: str, kind: str, permission: str, granted: str, expected: int | None
) -> None:
    owner.run(f"GRANT {granted} TO {LOGIN}")

    assert app.value(f"SELECT HAS_PERMS_BY_NAME({securable}, {kind}, '{permission}')") == expected


def test_a_permission_with_grant_option_can_be_given_on(owner: Client, app: Client) -> None:
    owner.run(f"CREATE USER other WITHOUT LOGIN; GRANT SELECT ON t TO {LOGIN} WITH GRANT OPTION")

    app.run("GRANT SELECT ON t TO other")

    assert app.number("GRANT INSERT ON t TO other") == 15151
    owner.run("EXECUTE AS USER = 'other'; SELECT V FROM t; REVERT")


def test_the_administrator_can_act_as_somebody_else_and_go_back(owner: Client) -> None:
    names = "SELECT SUSER_SNAME(), USER_NAME(), ORIGINAL_LOGIN(), IS_SRVROLEMEMBER('sysadmin')"
    assert owner.rows(names) == [("sa", "dbo", "sa", 1)]

    owner.run(f"EXECUTE AS LOGIN = '{LOGIN}'")

    assert owner.rows(names) == [(LOGIN, LOGIN, "sa", 0)]
    assert owner.number("SELECT V FROM t") == 229
    assert owner.number("EXECUTE AS USER = 'dbo'") == 15517
    owner.run("REVERT; SELECT V FROM t")


def test_acting_as_somebody_else_ends_with_the_text_that_began_it_and_with_the_session(owner: Client) -> None:
    assert owner.value(f"EXEC ('EXECUTE AS USER = ''{LOGIN}'''); SELECT USER_NAME()") == "dbo"

    owner.run(f"EXECUTE AS USER = '{LOGIN}'")
    owner.session.reset()

    assert owner.value("SELECT USER_NAME()") == "dbo"


def test_a_login_that_is_no_user_cannot_be_acted_as(owner: Client) -> None:
    owner.run("CREATE LOGIN stranger WITH PASSWORD = 'x'")

    assert owner.number("EXECUTE AS LOGIN = 'stranger'") == 916
    assert owner.number("EXECUTE AS LOGIN = 'nobody'") == 15406


def test_permissions_go_with_what_they_are_on(owner: Client, app: Client) -> None:
    owner.run(f"GRANT SELECT ON t TO {LOGIN}; DROP TABLE t; CREATE TABLE t (Id int)")

    assert app.number("SELECT * FROM t") == 229


def test_a_rollback_takes_back_what_was_granted(owner: Client, app: Client) -> None:
    owner.run(f"BEGIN TRAN; GRANT SELECT ON t TO {LOGIN}; ROLLBACK")

    assert app.number("SELECT V FROM t") == 229


def test_a_denied_statement_can_be_caught(app: Client) -> None:
    rows = app.rows(
        "BEGIN TRY; SELECT V FROM t; END TRY BEGIN CATCH; SELECT ERROR_NUMBER(), ERROR_SEVERITY(); END CATCH"
    )

    assert rows == [(229, 14)]


def test_temporary_tables_need_no_right(app: Client) -> None:
    assert app.rows("CREATE TABLE #x (Id int); INSERT #x VALUES (1); SELECT Id FROM #x") == [(1,)]


@pytest.mark.parametrize(
    ("sql", "number"),
    [
        ("CREATE LOGIN sa WITH PASSWORD = 'x'", 15025),
        (f"CREATE USER {LOGIN}", 15023),
        ("CREATE USER other FOR LOGIN nobody", 15007),
        (f"CREATE USER other FOR LOGIN {LOGIN}", 15063),
        ("CREATE USER other WITH PASSWORD = 'x'", 33233),
        ("DROP USER nobody", 15151),
        ("DROP USER dbo", 15150),
        ("DROP LOGIN nobody", 15151),
        ("DROP ROLE db_owner", 15150),
        ("ALTER ROLE nowhere ADD MEMBER app", 15151),
        ("ALTER ROLE db_owner ADD MEMBER nobody", 15151),
        ("ALTER ROLE db_owner ADD MEMBER dbo", 15405),
        ("GRANT SELECT ON nowhere TO app", 15151),
        ("GRANT SELECT ON t TO nobody", 15151),
        ("GRANT SELECT ON t TO db_owner", 4617),
        ("GRANT SELECT ON t TO dbo", 4624),
        ("GRANT CREATE TABLE ON t TO app", 4606),
        ("GRANT VIEW SERVER STATE TO app", 4621),
        ("CREATE USER other FROM EXTERNAL PROVIDER", 40000),
        ("CREATE USER other WITHOUT LOGIN WITH DEFAULT_SCHEMA = s", 40000),
        ("GRANT SELECT (V) ON t TO app", 40000),
    ],
)
def test_a_statement_about_principals_that_cannot_be_says_why(owner: Client, sql: str, number: int) -> None:
    assert owner.number(sql) == number


def test_the_catalog_shows_principals_members_and_permissions(owner: Client, app: Client) -> None:
    owner.run(
        f"ALTER ROLE db_datareader ADD MEMBER {LOGIN}; DENY INSERT ON t TO {LOGIN}; CREATE USER other WITHOUT LOGIN"
    )

    assert owner.rows(
        "SELECT r.name FROM sys.database_role_members AS m JOIN sys.database_principals AS r ON r.principal_id = m.role_principal_id "
        f"WHERE m.member_principal_id = USER_ID('{LOGIN}')"
    ) == [("db_datareader",)]
    assert owner.rows(
        "SELECT class_desc, permission_name, state_desc FROM sys.database_permissions "
        f"WHERE grantee_principal_id = DATABASE_PRINCIPAL_ID('{LOGIN}') ORDER BY 1"
    ) == [("DATABASE", "CONNECT", "GRANT"), ("OBJECT_OR_COLUMN", "INSERT", "DENY")]
    assert owner.rows(
        "SELECT l.name, l.type_desc, u.name FROM sys.server_principals AS l JOIN sys.database_principals AS u ON u.sid = l.sid "
        "WHERE l.name <> 'sa'"
    ) == [(LOGIN, "SQL_LOGIN", LOGIN)]
    assert app.rows("SELECT name FROM sys.database_principals WHERE principal_id BETWEEN 5 AND 16383") == [(LOGIN,)]


def test_a_role_may_be_a_member_of_a_role_but_not_of_itself(owner: Client, app: Client) -> None:
    owner.run("CREATE ROLE inner_role; CREATE ROLE outer_role; ALTER ROLE outer_role ADD MEMBER inner_role")
    owner.run(f"ALTER ROLE inner_role ADD MEMBER {LOGIN}; GRANT SELECT ON t TO outer_role")

    app.run("SELECT V FROM t")

    assert owner.number("ALTER ROLE inner_role ADD MEMBER outer_role") == 15413
    assert owner.number("DROP ROLE inner_role") == 15144


TRIGGER_RIGHTS = ("CREATE SCHEMA", "CREATE TABLE", "SELECT ON t", "VIEW CHANGE TRACKING ON t")
# What a SQL trigger says at its start and at each poll: the table's columns and changes, and tables of its own.
TRIGGER_START = (
    "SELECT compatibility_level FROM sys.databases WHERE name = DB_NAME()",
    "IF OBJECT_ID('dbo.t', 'U') IS NULL THROW 50001, 'Could not find table', 1",
    "IF NOT EXISTS (SELECT 1 FROM sys.columns WHERE object_id = OBJECT_ID('dbo.t')) THROW 50002, 'no columns', 1",
    "IF CHANGE_TRACKING_MIN_VALID_VERSION(OBJECT_ID('dbo.t')) IS NULL THROW 50003, 'Could not find change tracking', 1",
    "IF SCHEMA_ID('az_func') IS NULL EXEC ('CREATE SCHEMA az_func')",
    "IF OBJECT_ID('az_func.Leases', 'U') IS NULL CREATE TABLE az_func.Leases (Id int NOT NULL PRIMARY KEY, n int NOT NULL)",
    "DECLARE @r int; BEGIN TRAN; EXEC @r = sp_getapplock 'x', 'Exclusive'; "
    "SELECT c.Id, t.V FROM CHANGETABLE(CHANGES dbo.t, 0) AS c LEFT JOIN dbo.t AS t ON t.Id = c.Id "
    "LEFT JOIN az_func.Leases AS l ON l.Id = c.Id; "
    "MERGE az_func.Leases AS l USING (VALUES (1)) AS s (Id) ON l.Id = s.Id WHEN MATCHED THEN UPDATE SET n = l.n + 1 "
    "WHEN NOT MATCHED THEN INSERT VALUES (s.Id, 1); DELETE az_func.Leases WHERE n > 5; COMMIT",
)


@pytest.mark.parametrize(
    ("left_out", "number"),
    [
        (None, None),
        ("CREATE SCHEMA", 262),
        ("CREATE TABLE", 262),
        ("SELECT ON t", 229),
        ("VIEW CHANGE TRACKING ON t", 50003),
    ],
)
def test_a_sql_trigger_needs_the_rights_that_its_documentation_names_and_no_other(
    owner: Client, app: Client, left_out: str | None, number: int | None
) -> None:
    for right in TRIGGER_RIGHTS:
        if right != left_out:
            owner.run(f"GRANT {right} TO {LOGIN}")

    failed = next((answer.errors[0].number for sql in TRIGGER_START if (answer := app.answer(sql)).errors), None)

    assert failed == number


def test_a_schema_that_somebody_else_made_has_to_be_opened_for_the_next_sql_trigger(owner: Client, app: Client) -> None:
    owner.run("CREATE SCHEMA az_func")
    owner.run("CREATE TABLE az_func.Leases (Id int NOT NULL PRIMARY KEY, n int NOT NULL)")
    for right in TRIGGER_RIGHTS:
        owner.run(f"GRANT {right} TO {LOGIN}")
    assert app.answer("IF SCHEMA_ID('az_func') IS NULL EXEC ('CREATE SCHEMA az_func')").errors[0].number == 2714

    owner.run(f"GRANT SELECT, INSERT, UPDATE, DELETE ON SCHEMA::az_func TO {LOGIN}")

    for sql in TRIGGER_START:
        app.run(sql)
