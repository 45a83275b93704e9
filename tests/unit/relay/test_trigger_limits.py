from dataclasses import replace

import pytest

from relay.guard.problems import problems
from relay.guard.table import Column, Table
from relay.guard.trigger_limits import hints
from tests.fakes import a_relay

ID = Column("Id", "int", 4, 10, 0, 1, False)
PLACE = Column("Place", "geography", -1, 0, 0, 0, False, clr=True)
ANY = Column("Any", "sql_variant", 8016, 0, 0, 0, False)
AMOUNT = Column("Amount", "decimal", 17, 38, 10, 0, False)
MOMENT = Column("At", "datetime2", 8, 27, 7, 2, False)


def named(name: str) -> Column:
    return replace(ID, name=name, key_ordinal=0)


@pytest.mark.parametrize(
    ("column", "found"),
    [
        (PLACE, "'Place' is of the CLR type geography, and the SQL trigger refuses a table that has one anywhere"),
        (named("_az_func_ChangeVersion"), "keeps the name '_az_func_ChangeVersion' for itself and refuses the table"),
        (named("_az_func_AttemptCount"), "keeps the name '_az_func_AttemptCount' for itself"),
        (named("_az_func_LeaseExpirationTime"), "keeps the name '_az_func_LeaseExpirationTime' for itself"),
        (named("SYS_CHANGE_VERSION"), "fails at every poll of a table with a column 'SYS_CHANGE_VERSION'"),
        (named("ID"), "the columns 'Id' and 'ID' differ in capitals alone, and the SQL trigger does not tell such"),
        (named("SYS_CHANGE_OPERATION"), "fails at every poll of a table with a column 'SYS_CHANGE_OPERATION'"),
    ],
)
def test_what_the_trigger_cannot_watch_is_named_whatever_is_sent(column: Column, found: str) -> None:
    [problem] = problems(a_relay(send=("Id",)), Table([ID, column]), unsupported=frozenset({"sql_variant"}))

    assert found in problem
    assert "relay 'orders': table: " in problem


@pytest.mark.parametrize("name", ["_az_func_changeversion", "_AZ_FUNC_AttemptCount", "sys_change_version"])
def test_reserved_names_count_with_their_capitals_as_for_the_trigger(name: str) -> None:
    assert list(problems(a_relay(), Table([ID, named(name)]), unsupported=frozenset())) == []


def test_only_a_sql_variant_is_cured_by_not_sending_it() -> None:
    table = Table([ID, ANY])

    [problem] = problems(a_relay(), table, unsupported=frozenset({"sql_variant"}))

    assert "list the other columns in send" in problem
    assert list(problems(a_relay(send=("Id",)), table, unsupported=frozenset({"sql_variant"}))) == []


@pytest.mark.parametrize(
    ("columns", "batch_size", "found"),
    [
        ([ID, AMOUNT], 100, "'Amount' is decimal(38, 10), and the SQL trigger reads 96 bits"),
        ([ID, MOMENT], 100, "the key column 'At' is datetime2(7), and the SQL trigger does not renew"),
        (
            [ID, replace(MOMENT, scale=2)],
            100,
            "the key column 'At' is datetime2, and the SQL trigger does not renew the lease of a key before",
        ),
        ([ID, replace(MOMENT, type="date", scale=0)], 100, "of a key before the year 1753"),
        ([ID], 2_099, "cannot renew the leases of more than 2098 changes, and Sql_Trigger_MaxBatchSize is 2099"),
        ([ID, replace(ID, name="B", key_ordinal=2)], 1_050, "with 2 key column(s)"),
    ],
)
def test_limits_that_a_table_may_work_with_are_hints_and_no_problems(
    columns: list[Column], batch_size: int, found: str
) -> None:
    relay, table = a_relay(), Table(columns)

    [hint] = hints(relay, table, batch_size)

    assert found in hint
    assert list(problems(relay, table, unsupported=frozenset())) == []


@pytest.mark.parametrize(
    "columns",
    [
        [ID, replace(AMOUNT, precision=28)],
        [ID, replace(MOMENT, key_ordinal=0)],
        [ID, replace(MOMENT, type="datetime")],
    ],
)
def test_what_the_trigger_takes_needs_no_hint(columns: list[Column]) -> None:
    assert list(hints(a_relay(), Table(columns), 1_049)) == []
