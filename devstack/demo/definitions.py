"""The part of `./dev demo workflows` that is about workflows as data: what is put, started and asked, and what must come of it."""

from collections.abc import Callable, Iterable, Iterator
from typing import Any

from devstack.workflows.definitions import NAMES, TABLES, definition_of
from devstack.workflows.offices import FAR, Done, Offices

EXPENSES, ORDERS, FAR_ORDERS, PRODUCTS, FORMS = 4, 4, 2, 8, 3
_DAY = "2026-02-28"
_DONE = ("reservations", "charges")
_UNDONE = ("refunds", "releases")
Call = tuple[str, str]  # what, and of whom


class Definitions:
    """The five definitions of docs/workflows, and what is started of each."""

    def __init__(self, offices: Offices, run: Callable[[str], None], ask: Callable[[str, str, Any], Any]) -> None:
        """Do nothing yet. `run` runs a statement, `ask` asks the app."""
        self._offices = offices
        self._run = run
        self._ask = ask
        self.wanted: frozenset[Call] = frozenset()

    def begin(self) -> int:
        """Put the definitions, start them; return how many executions there are."""
        rows = ", ".join(f"(N'p{number}', N'Tea', {number}.50, '{_DAY} 08:00:00')" for number in range(PRODUCTS))
        self._run(TABLES.read_text(encoding="utf-8"))
        self._run(f"INSERT INTO dbo.Product (Sku, Name, Price, ChangedAt) VALUES {rows}")
        for name in NAMES:
            self._ask("PUT", f"workflows/{name}", definition_of(name))
        started = dict(_executions())
        for execution, (name, data) in started.items():
            self._ask("POST", f"workflows/{name}/executions", {"id": execution, "input": data})
        self.wanted = frozenset(_calls())
        return len(started)

    def are_under_way(self) -> bool:
        """Tell whether directors and people are asked: the rest is in the middle then."""
        return bool(self._offices.asked("directors")) and len(self._offices.asked("forms")) == FORMS


def calls_of(done: Iterable[Done], kept: Iterable[str]) -> frozenset[Call]:
    """Return what was done: by the offices, and the addresses that were kept."""
    return frozenset([*((each.what, each.subject) for each in done), *(("addresses", person) for person in kept)])


def _executions() -> Iterator[tuple[str, tuple[str, dict[str, Any]]]]:
    for number in range(EXPENSES):
        expense = {"id": f"e{number}", "person": "Ada", "amount": 10 + number, "reason": "train"}
        yield f"expense-{number}", ("approval", expense)
    for order in _orders():
        yield f"order-{order}", ("saga", {"order": order, "sku": "tea", "pieces": 1, "amount": 2.5})
    yield "import-1", ("nightly-import", {"day": _DAY})
    yield "report-1", ("poll-until-done", {"report": "sales"})
    for number in range(FORMS):
        yield f"form-{number}", ("form", {"person": f"p{number}"})


def _orders() -> list[str]:
    return [*(f"o{number}" for number in range(ORDERS)), *(f"{FAR}{number}" for number in range(FAR_ORDERS))]


def _calls() -> Iterator[Call]:
    """Yield everything that has to be done, each once, and nothing else."""
    yield from (("expenses", f"e{number}") for number in range(EXPENSES))
    for order in _orders():
        yield from ((what, order) for what in (*_DONE, *(_UNDONE if order.startswith(FAR) else ("shipments",))))
    yield from (("products", f"p{number}") for number in range(PRODUCTS))
    yield "jobs", "sales"
    yield from (("addresses", f"p{number}") for number in range(FORMS))
