"""Errors on demand: what they strike, when, and what they leave behind."""

import pytest

from mssql_standin.control import obey, order_to_fail
from mssql_standin.faults import CUT, ConnectionLostError, Fault, Faults
from mssql_standin.session import Database
from mssql_standin_tests.unit.engine.client import Client

INSERT = "INSERT t VALUES (1), (2)"
CLOSING = [10928, 10929, 40197, 40501, 40613]
PASSING = [49918, 49919, 49920]


@pytest.fixture
def faults(database: Database) -> Faults:
    database.faults = Faults()
    return database.faults


@pytest.fixture
def exposed(faults: Faults, client: Client) -> Client:
    """A session that faults may strike."""
    del faults
    client.run("CREATE TABLE t (Id int NOT NULL)")
    return client


def count(client: Client) -> int:
    found = client.value("SELECT COUNT(*) FROM t")
    assert isinstance(found, int)
    return found


@pytest.mark.parametrize("number", PASSING)
@pytest.mark.parametrize(("moment", "left"), [("before", 0), ("during", 0), ("after", 2)])
def test_an_error_before_or_during_a_change_undoes_it_and_one_after_it_does_not(
    faults: Faults, exposed: Client, number: int, moment: str, left: int
) -> None:
    faults.arm(Fault(number, moment))

    assert exposed.number(INSERT) == number

    assert (count(exposed), faults.struck) == (left, 1)


@pytest.mark.parametrize("number", [*CLOSING, CUT])
@pytest.mark.parametrize(("moment", "left"), [("before", 0), ("during", 0), ("after", 2)])
def test_an_error_of_a_lost_connection_goes_by_every_catch(
    database: Database, faults: Faults, exposed: Client, ran: list[str], number: int, moment: str, left: int
) -> None:
    faults.arm(Fault(number, moment, text=INSERT))

    with pytest.raises(ConnectionLostError) as lost:
        exposed.answer(f"BEGIN TRY; {INSERT}; END TRY BEGIN CATCH; PRINT 'caught'; END CATCH")
    exposed.session.close()

    assert (lost.value.message and lost.value.message.number) == (number or None)
    assert count(Client(database, ran)) == left


def test_an_error_during_a_statement_can_be_caught_if_the_connection_stays(faults: Faults, exposed: Client) -> None:
    faults.arm(Fault(49918, "during"))

    assert exposed.rows(f"BEGIN TRY; {INSERT}; END TRY BEGIN CATCH; SELECT ERROR_NUMBER(); END CATCH") == [(49918,)]


def test_a_deadlock_on_demand_rolls_the_transaction_back(faults: Faults, exposed: Client) -> None:
    exposed.run("BEGIN TRAN; " + INSERT)
    faults.arm(Fault(1205, "during"))

    answer = exposed.answer("DELETE t WHERE Id = 1; SELECT 'never'")

    assert [error.number for error in answer.errors] == [1205]
    assert f"(Process ID {exposed.session.session_id})" in answer.errors[0].text
    assert (answer.changes, answer.sets) == (["rollback"], [])
    assert count(exposed) == 0


def test_an_error_during_a_query_breaks_its_result_off(faults: Faults, exposed: Client) -> None:
    exposed.run(INSERT)
    faults.arm(Fault(49918, "during"))

    answer = exposed.answer("SELECT Id FROM t ORDER BY Id")

    assert (answer.sets, [error.number for error in answer.errors]) == ([[(1,)]], [49918])


def test_a_commit_by_request_can_be_lost_before_or_after_it_was_done(
    database: Database, faults: Faults, exposed: Client, ran: list[str]
) -> None:
    for moment, left in (("before", 0), ("after", 2)):
        writer = Client(database, ran)
        writer.run("BEGIN TRAN; " + INSERT)
        faults.arm(Fault(CUT, moment, text="commit"))
        with pytest.raises(ConnectionLostError):
            list(writer.session.commit())
        writer.session.close()
        assert count(exposed) == left


def test_a_fault_waits_for_its_text_lets_some_pass_and_strikes_as_often_as_it_was_told(
    faults: Faults, exposed: Client
) -> None:
    faults.arm(Fault(49918, text="insert T", skip=1, times=2))

    numbers = [
        [error.number for error in exposed.answer(sql).errors] for sql in ["SELECT 1", *["INSERT t VALUES (1)"] * 4]
    ]

    assert numbers == [[], [], [49918], [49918], []]


def test_a_fault_may_be_for_one_program_or_login(faults: Faults, exposed: Client) -> None:
    faults.arm(Fault(49918, program="other"))
    faults.arm(Fault(49918, login="nobody"))
    exposed.run(INSERT)

    faults.arm(Fault(49918, program="PYTEST", login="sa"))

    assert exposed.number(INSERT) == 49918


def test_orders_are_lines_of_json(faults: Faults, exposed: Client) -> None:
    assert obey(faults, order_to_fail(Fault(49918, times=-1))) == '{"struck": 0}'
    exposed.number(INSERT)
    exposed.number(INSERT)
    assert obey(faults, '{"clear": true}') == obey(faults, '{"count": true}') == '{"struck": 2}'

    exposed.run(INSERT)


@pytest.mark.parametrize(
    ("order", "reason"),
    [
        ('{"fail": {"number": 547}}', "error 547 cannot be had on demand"),
        ('{"fail": {"number": 1205, "moment": "never"}}', "'never' is none of login, before, during, after"),
        ('{"fail": {"number": 1205, "color": 1}}', "unexpected keyword argument 'color'"),
        ('{"explode": true}', "no such order"),
        ("explode", "Expecting value"),
    ],
)
def test_an_order_that_cannot_be_carried_out_says_why(order: str, reason: str) -> None:
    assert reason in obey(Faults(), order)
