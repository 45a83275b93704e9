import re

import pytest

from functions_standin.sql_trigger.columns import Column
from functions_standin.sql_trigger.identifiers import TableName
from functions_standin.sql_trigger.statements import FOLDER, TableStatements
from mssql_standin.testing.microsoft_parser import syntax_errors, with_parameters

ID = Column("Id", "int", 4, 10, 0)
NAME = Column("Na]me", "nvarchar", 100, 0, 0)
AMOUNT = Column("Amount", "decimal", 9, 18, 2)
STATEMENTS = TableStatements(
    table=TableName("dbo", "Or'ders"),
    leases=TableName("az_func", "Le'ases"),
    columns=(AMOUNT, ID, NAME),
    keys=(ID, NAME),
    max_batch_size=7,
    lock_timeout_ms=1234,
    lease_ms=60_000,
)
NAMES = sorted(path.stem for path in FOLDER.glob("*.sql"))
WITHOUT_LOCK = {
    "columns", "compatibility_level", "isolation_level", "key_columns", "min_valid_version", "table_id",
}  # fmt: skip


def rendered(name: str) -> str:
    return STATEMENTS.text(name, earlier_leases=TableName("az_func", "Earlier"))


@pytest.mark.parametrize("name", NAMES)
def test_microsofts_parser_accepts_every_statement(name: str) -> None:
    assert not syntax_errors([with_parameters(rendered(name))])


@pytest.mark.parametrize("name", NAMES)
def test_no_placeholder_is_left_and_every_file_says_what_it_does(name: str) -> None:
    assert not re.search(r"\{\w+\}", rendered(name))
    assert (FOLDER / f"{name}.sql").read_text().startswith("-- ")


@pytest.mark.parametrize("name", sorted(set(NAMES) - WITHOUT_LOCK))
def test_every_batch_on_the_triggers_tables_takes_the_application_lock_first(name: str) -> None:
    code = [line for line in rendered(name).splitlines() if not line.startswith("--")]

    assert code[0] == "SET NOCOUNT ON;"
    assert "sp_getapplock @Resource = N'_az_func_Trigger', @LockMode = 'Exclusive', @LockTimeout = 1234" in code[2]


def test_names_are_quoted_and_keys_are_typed_as_the_trigger_declares_them() -> None:
    create = rendered("create_leases")

    assert "OBJECT_ID(N'[az_func].[Le''ases]', N'U')" in create
    assert "[Na]]me] nvarchar(100) NOT NULL" in create
    assert "PRIMARY KEY ([Id], [Na]]me])" in create
    assert "SELECT TOP (7) u.[Amount], c.[Id], c.[Na]]me], c.SYS_CHANGE_VERSION" in rendered("changes")


@pytest.mark.parametrize(
    ("column", "declared"),
    [
        (Column("c", "nvarchar", 100, 0, 0), "nvarchar(100)"),
        (Column("c", "varbinary", 8, 0, 0), "varbinary(8)"),
        (Column("c", "decimal", 9, 10, 3), "decimal(10, 3)"),
        (Column("c", "datetime2", 7, 23, 3), "datetime2"),
        (Column("c", "uniqueidentifier", 16, 0, 0), "uniqueidentifier"),
    ],
)
def test_lengths_are_bytes_and_scales_are_lost_in_the_leases_table(column: Column, declared: str) -> None:
    assert column.lease_type == declared
