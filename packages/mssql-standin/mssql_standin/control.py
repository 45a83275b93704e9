"""Orders to a running stand-in from the program that started it: a line of JSON in, a line of JSON out."""

import json
from collections.abc import Iterable
from dataclasses import asdict
from typing import TextIO

from mssql_standin.faults import Fault, Faults


def obey_all(faults: Faults, orders: Iterable[str], answers: TextIO) -> None:
    """Carry out orders until there are no more."""
    for order in orders:
        answers.write(obey(faults, order) + "\n")
        answers.flush()


def obey(faults: Faults, order: str) -> str:
    """Carry out an order and return the answer, both one line of JSON.

    Orders: {"fail": {members of Fault}}, {"clear": true}, {"count": true}. Answers: {"struck": n} or {"error": text}.
    """
    try:
        match json.loads(order):
            case {"fail": dict(members)}:
                faults.arm(Fault(**members))
            case {"clear": True}:
                faults.clear()
            case {"count": True}:
                pass
            case _:
                return json.dumps({"error": f"no such order: {order.strip()}"})
    except (TypeError, ValueError) as error:
        return json.dumps({"error": str(error)})
    return json.dumps({"struck": faults.struck})


def order_to_fail(fault: Fault) -> str:
    """Return the order for an error to come."""
    return json.dumps({"fail": asdict(fault)})
