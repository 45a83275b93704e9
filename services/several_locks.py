"""Takes, renews and gives back the locks of an orchestration: several by one activity, which may run twice."""

from collections.abc import Mapping

from relay.ports import Tables
from services.locks import Done, acquire, release, renew
from workflows.locks.names import hint
from workflows.locks.order import Grant, Order
from workflows.locks.values import Hint, State


def acquire_all(tables: Tables, order: Order) -> Done[Grant]:
    """Take the locks in the order of their names, up to the first that is not to be had. What is held already gets a new lease.

    Raises DatabaseError.
    """
    tokens: dict[str, int] = {}
    hints: list[Hint] = []
    for name in sorted(order.names):
        done = acquire(tables, name, order.asker, order.terms)
        hints.extend(done.hints)
        standing = done.result
        if standing.state is not State.HELD:
            event = hint(name, standing.ticket, standing.offers + 1) if standing.ticket else ""
            grant = Grant(tokens=tokens, lacks=name, ticket=standing.ticket, event=event, reason=standing.state.value)
            return Done(grant, hints)
        tokens[name] = standing.token
    return Done(Grant(tokens=tokens), hints)


def renew_all(tables: Tables, tokens: Mapping[str, int]) -> Done[list[str]]:
    """Let the leases begin anew; return the names of the locks that are lost. Raises DatabaseError."""
    done = {name: renew(tables, name, token) for name, token in tokens.items()}
    lost = [name for name, each in done.items() if each.result is None]
    return Done(lost, [hint for each in done.values() for hint in each.hints])


def release_all(tables: Tables, tokens: Mapping[str, int], tickets: Mapping[str, int]) -> Done[int]:
    """Give back what tokens hold, and leave the lines; return how many were given back. Raises DatabaseError."""
    done = [release(tables, name, token=token) for name, token in tokens.items()]
    done += [release(tables, name, ticket=ticket) for name, ticket in tickets.items()]
    return Done(sum(each.result for each in done), [hint for each in done for hint in each.hints])
