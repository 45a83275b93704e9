"""[[aggregate]] of workflows.toml: what is read, the two relays that it makes, and what is wrong, all at once."""

from dataclasses import replace
from pathlib import Path

import pytest

from adapters.environment import read_settings
from relay.changes.conditions import Condition
from relay.config.values import RESULTS, Mode
from relay.errors import ConfigError
from relay.guard.table import Column, Table
from workflows.aggregates.fit import group_in_key, problems, remembers_rows
from workflows.aggregates.values import Aggregate, Function, Measure
from workflows.config.file import parse_workflows

SETTINGS = {"API_URL": "https://api.example", "KEY": "Secret-2"}
SALES = """
[[aggregate]]
name = "sales"
table = "dbo.Orders"
group_by = ["Country"]
measures = { orders = "count", total = "sum:Total", customers = "distinct:Customer" }
condition = [{ column = "Status", equals = "paid" }]
settle_seconds = 30
endpoint = "%API_URL%/sales"
headers = { X-Api-Key = "%KEY%" }
recovery = { window_hours = 24 }
"""
ENVIRONMENT = {
    "WEBSITE_SITE_NAME": "shop",
    "SqlConnectionString": "Server=h;Database=d;User ID=u;Password=p",
    **SETTINGS,
}


def sales(text: str = SALES) -> Aggregate:
    [aggregate] = parse_workflows(text, SETTINGS).aggregates
    return aggregate


def problems_of(text: str) -> list[str]:
    with pytest.raises(ConfigError) as caught:
        parse_workflows(text, SETTINGS)
    return list(caught.value.problems)


def test_an_aggregate_is_read() -> None:
    found = sales()

    assert (found.name, str(found.table), found.group_by) == ("sales", "[dbo].[Orders]", ("Country",))
    assert found.measures == {
        "orders": Measure(Function.COUNT),
        "total": Measure(Function.SUM, "Total"),
        "customers": Measure(Function.DISTINCT, "Customer"),
    }
    assert (found.settle_seconds, found.moves, found.condition) == (
        30.0,
        True,
        (Condition("Status", "equals", "paid"),),
    )
    assert "Secret-2" not in repr(found)


def test_one_relay_tells_of_all_rows_and_another_delivers_the_results_of_this_app() -> None:
    rows, results = sales().relays("shop")

    assert (rows.name, rows.aggregate, rows.mode, rows.condition) == ("sales_rows", "sales", Mode.BATCH, ())
    assert rows.send == ("Country", "Total", "Customer", "Status")
    assert (results.name, results.table, results.endpoint) == ("sales", RESULTS, "https://api.example/sales")
    assert results.condition == (Condition("App", "equals", "shop"), Condition("Aggregate", "equals", "sales"))
    assert results.headers == {"X-Api-Key": "Secret-2"}
    assert {rows.recovery.window_hours, results.recovery.window_hours} == {24.0}


def test_the_app_has_both_relays_beside_its_own(tmp_path: Path) -> None:
    files = {"RELAYS_FILE": tmp_path / "relays.toml", "WORKFLOWS_FILE": tmp_path / "workflows.toml"}
    files["RELAYS_FILE"].write_text('[[relay]]\nname = "orders"\ntable = "dbo.Orders"\nendpoint = "https://h"\n')
    files["WORKFLOWS_FILE"].write_text(SALES)
    environment = {**ENVIRONMENT, **{name: str(path) for name, path in files.items()}}

    assert [relay.name for relay in read_settings(environment).relays] == ["orders", "sales_rows", "sales"]

    files["RELAYS_FILE"].write_text('[[relay]]\nname = "sales_rows"\ntable = "dbo.Orders"\nendpoint = "https://h"\n')
    with pytest.raises(ConfigError, match="aggregate 'sales': name: 'sales_rows' is the name of another relay"):
        read_settings(environment)


def test_every_mistake_is_told_with_its_key() -> None:
    found = problems_of(
        '[[aggregate]]\nname = "sales"\ntable = "dbo.Orders"\nmeasures = { total = "sum", x = "median:Total" }\nmode = "batch"\n'
        'endpoint = "workflow:x"\nsettle_seconds = -1\nmoves = 1\ncondition = 5\nfoo = 1\n'
    )

    assert {problem.split(": ")[1] for problem in found} == {
        *("group_by", "measures.total", "measures.x", "mode", "endpoint", "settle_seconds", "moves", "condition"),
        "'foo' is no key of an aggregate; the keys are listed in workflows.toml's own comments",
    }
    assert all(problem.startswith("aggregate 'sales': ") for problem in found)


@pytest.mark.parametrize(
    ("change", "wrong"),
    [
        (("measures = {", "other = {"), "measures: it is missing"),
        (('name = "sales"', f'name = "{"s" * 36}"'), "is longer than 35 characters"),
        (('group_by = ["Country"]', 'group_by = ["Country", "country"]'), "group_by: a column is named twice"),
    ],
)
def test_a_mistake_says_what_to_do(change: tuple[str, str], wrong: str) -> None:
    assert any(wrong in problem for problem in problems_of(SALES.replace(*change)))


def test_another_definition_has_another_fingerprint_and_the_way_of_delivery_has_not() -> None:
    one = sales()
    others = [
        replace(one, measures={"orders": Measure(Function.COUNT)}),
        replace(one, condition=()),
        replace(one, moves=False),
        replace(one, group_by=("City",)),
    ]

    assert len({each.fingerprint for each in (one, *others)}) == 5
    assert sales(SALES.replace("30", "60").replace("/sales", "/others")).fingerprint == one.fingerprint


def column(name: str, kind: str, length: int = 10, key: int = 0) -> Column:
    return Column(name, kind, length, 18, 2, key, computed=False)


TABLE = Table(
    [
        column("Id", "int", key=1),
        column("Country", "nvarchar"),
        column("Total", "decimal"),
        column("Customer", "int"),
        column("Status", "varchar"),
        column("Paid", "bit"),
        column("Text", "nvarchar", -1),
        column("Xml", "xml"),
    ]
)


def test_what_fits_has_no_problems() -> None:
    assert list(problems(sales(), TABLE)) == []


@pytest.mark.parametrize(
    ("measure", "wrong"),
    [
        ("sum:Status", "'Status' is varchar, which is no number"),
        ("max:Paid", "'Paid' is bit, of which there is no least or greatest"),
        ("distinct:Xml", "'Xml' is xml, whose values SQL Server does not compare"),
    ],
)
def test_a_column_that_cannot_be_measured_so_is_told(measure: str, wrong: str) -> None:
    [problem] = problems(sales(SALES.replace("sum:Total", measure)), TABLE)

    assert problem == f"aggregate 'sales': measures.total: {wrong}; take another column"


@pytest.mark.parametrize(
    ("kind", "length", "told"),
    [
        ("nvarchar", -1, "nvarchar(max)"),
        ("varchar", 4001, "varchar(4001)"),
        ("varbinary", 2000, "varbinary(2000)"),
        ("xml", -1, "xml(max)"),
    ],
)
def test_a_column_by_which_nothing_can_be_grouped_is_told(kind: str, length: int, told: str) -> None:
    [problem] = problems(replace(sales(), group_by=("Country",)), a_table_with("Country", kind, length))

    assert (
        problem
        == f"aggregate 'sales': group_by: 'Country' is {told}, by which nothing can be grouped; take another column"
    )


@pytest.mark.parametrize(("kind", "length"), [("nvarchar", 4000), ("varchar", 4000), ("varbinary", 1999)])
def test_the_longest_groups_fit(kind: str, length: int) -> None:
    assert list(problems(replace(sales(), group_by=("Country",)), a_table_with("Country", kind, length))) == []


def a_table_with(name: str, kind: str, length: int) -> Table:
    """Return the table with another column of that name."""
    return Table([column(name, kind, length) if each.name == name else each for each in TABLE.columns])


def test_rows_are_remembered_unless_they_do_not_move_or_their_key_tells_the_group() -> None:
    by_key = replace(sales(), group_by=("Id",))

    assert (group_in_key(sales(), TABLE), remembers_rows(sales(), TABLE)) == (False, True)
    assert (group_in_key(by_key, TABLE), remembers_rows(by_key, TABLE)) == (True, False)
    assert not remembers_rows(replace(sales(), moves=False), TABLE)
