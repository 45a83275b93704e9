"""The count at the end of `./dev demo workflows`: whatever is wrong is seen."""

import json
from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest

from devstack.demo.audit import canonical
from devstack.demo.workflow_count import Records, count
from devstack.workflows.shop import Asked, Shop

DE = canonical({"Country": "DE"})


def asked(what: str, order: int, key: str = "") -> Asked:
    return Asked(what, order, key or f"{what}-{order}", json.dumps({"OrderId": order}))


def a_write(number: int, token: int, status: int = 200) -> dict[str, Any]:
    return {"id": f"w-{number}", "status": status, "accepted": status == 200, "fencing_token": token}


def a_result(revision: int, credit: str) -> dict[str, Any]:
    return {
        "id": f"r-{revision}", "stream": "/credit", "key": {"Country": "DE"}, "version": revision,
        "operation": "update", "data": {"credit": Decimal(credit)}, "accepted": True,
    }  # fmt: skip


def records() -> Records:
    """One order shipped and one cancelled, two mails, three writes, a group; all as it must be."""
    shop = Shop(asked=[asked("charge", 1), asked("ship", 1), asked("ship", 1), asked("charge", 2), asked("release", 2)])
    return Records(
        orders=[1, 2],
        shop=shop,
        recipients=["a", "b"],
        mails=[
            {"to": "a", "accepted": True},
            {"to": "b", "accepted": False},
            {"to": "b", "accepted": True},
        ],
        writes=3,
        ledger=[a_write(1, 1), a_write(2, 2), a_write(3, 1, 409), a_write(3, 3)],
        groups={"/credit": {DE: {"credit": Decimal("2.50")}}},
        results=[a_result(1, "1"), a_result(2, "2.5")],
        wanted={("charges", "o1"), ("addresses", "p1")},
        called={("charges", "o1"), ("addresses", "p1")},
        called_twice=[],
    )


def and_asked(*more: Asked) -> Callable[[Records], Records]:
    return lambda was: replace(was, shop=Shop(asked=[*was.shop.asked, *more]))


WRONG: dict[str, tuple[Callable[[Records], Records], str]] = {
    "an order was not ended": (lambda was: replace(was, orders=[1, 2, 3]), "orders=3 shipped=1 cancelled=1"),
    "an order was shipped and cancelled": (and_asked(asked("release", 1)), "shipped=0 cancelled=1"),
    "an order was charged twice": (and_asked(asked("charge", 1, "another")), "charged_twice=1"),
    "a definition has left something undone": (
        lambda was: replace(was, called={("charges", "o1")}),
        "calls=2 uncalled=1 unwanted=0 called_twice=0",
    ),
    "a definition has done what nobody wanted": (
        lambda was: replace(was, called={*was.called, ("refunds", "o1")}),
        "uncalled=0 unwanted=1",
    ),
    "a definition has done something twice": (
        lambda was: replace(was, called_twice=[("charges", "o1")]),
        "called_twice=1",
    ),
    "somebody got no mail": (lambda was: replace(was, recipients=["a", "b", "c"]), "missing=1"),
    "somebody got two": (lambda was: replace(was, mails=[*was.mails, {"to": "a", "accepted": True}]), "doubled=1"),
    "a write is lost": (lambda was: replace(was, writes=4), "unwritten=1"),
    "an older holder was heard": (lambda was: replace(was, ledger=[*was.ledger, a_write(4, 2)]), "out_of_order=1"),
    "no older holder was refused": (
        lambda was: replace(was, ledger=[each for each in was.ledger if each["accepted"]]),
        "refused=0",
    ),
    "a group is not up to date": (lambda was: replace(was, results=[a_result(1, "1")]), "unequal=1"),
    "a group was never told": (lambda was: replace(was, results=[]), "unequal=1"),
}


def test_what_is_as_it_must_be_holds() -> None:
    found = count(records())

    assert found.holds
    assert found.line() == (
        "demo: orders=2 shipped=1 cancelled=1 charged_twice=0 mails=2 missing=0 doubled=0 "
        "lock_writes=3 unwritten=0 out_of_order=0 refused=1 groups=1 unequal=0 "
        "calls=2 uncalled=0 unwanted=0 called_twice=0"
    )


@pytest.mark.parametrize("what", WRONG)
def test_what_is_wrong_is_counted(what: str) -> None:
    spoil, told = WRONG[what]

    found = count(spoil(records()))

    assert not found.holds
    assert told in found.line()
