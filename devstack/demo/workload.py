"""The demo's changes: 200 rows of two tables, in statements that anybody could have typed."""

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Step:
    """One statement; `sent` tells whether its changes concern the endpoint, `keys` which keys it changes."""

    title: str
    sql: str
    sent: bool
    stream: str
    keys: Sequence[str]  # canonical JSON, as devstack.demo.audit writes it


def _orders(numbers: range) -> list[str]:
    return [f'{{"order_id":{number}}}' for number in numbers]


def _customers(country: str, numbers: range) -> list[str]:
    return [f'{{"Country":"{country}","Number":{number}}}' for number in numbers]


def _insert_orders(numbers: range) -> str:
    rows = ", ".join(
        f"({n}, N'new', {n}.50, N'Street {n}, \"Göteborg\" 😀', '41111111{n:08d}', N'note {n}')" for n in numbers
    )
    return f"INSERT INTO dbo.Orders (OrderId, Status, Total, ShipTo, CardNumber, InternalNote) VALUES {rows}"


def _insert_customers(country: str, numbers: range) -> str:
    rows = ", ".join(
        f"('{country}', {n}, N'Customer {n}', '2026-01-{n % 28 + 1:02d}T08:00:00+02:00', {n}.0001)" for n in numbers
    )
    return f"INSERT INTO dbo.Customers (Country, Number, Name, Since, CreditLimit) VALUES {rows}"


ARRIVALS = [
    Step("120 orders are inserted", _insert_orders(range(1001, 1121)), True, "/orders", _orders(range(1001, 1121))),
    Step("60 customers in Sweden are inserted", _insert_customers("SE", range(101, 161)), True, "/customers", _customers("SE", range(101, 161))),
    Step("20 customers in Germany are inserted (the row condition keeps them back)", _insert_customers("DE", range(101, 121)), False, "/customers", _customers("DE", range(101, 121))),
]  # fmt: skip
CHANGES = [
    Step("40 orders are paid", "UPDATE dbo.Orders SET Status = N'paid', Total = Total + 0.25 WHERE OrderId BETWEEN 1001 AND 1040", True, "/orders", _orders(range(1001, 1041))),
    Step("40 orders get another internal note (nobody watches that column)", "UPDATE dbo.Orders SET InternalNote = N'called' WHERE OrderId BETWEEN 1041 AND 1080", False, "/orders", _orders(range(1041, 1081))),
    Step("20 orders are deleted", "DELETE FROM dbo.Orders WHERE OrderId BETWEEN 1101 AND 1120", True, "/orders", _orders(range(1101, 1121))),
    Step("30 customers get more credit", "UPDATE dbo.Customers SET CreditLimit = CreditLimit * 2 WHERE Country = 'SE' AND Number BETWEEN 101 AND 130", True, "/customers", _customers("SE", range(101, 131))),
    Step("10 customers are deleted", "DELETE FROM dbo.Customers WHERE Country = 'SE' AND Number BETWEEN 151 AND 160", True, "/customers", _customers("SE", range(151, 161))),
]  # fmt: skip

# What the endpoint should hold, straight from the tables: column names are those at the endpoint, values are JSON's.
EXPECTED = {
    "/orders": (
        ("order_id",),
        "SELECT OrderId AS order_id, Status, Total, ShipTo AS ship_to, '***' + RIGHT(CardNumber, 4) AS CardNumber FROM dbo.Orders",
    ),
    "/customers": (
        ("Country", "Number"),
        "SELECT Country, Number, Name, CONVERT(varchar(40), Since, 126) AS Since, CreditLimit FROM dbo.Customers "
        "WHERE Country IN ('SE', 'NO', 'DK', 'FI')",
    ),
}
