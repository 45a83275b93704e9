"""Makes a failing plan short enough for people: leaves out what the failure does not need."""

from collections.abc import Callable, Sequence

from tests.simulation.plan import Event, Plan


def shrunk(plan: Plan, fails: Callable[[Plan], bool], most_tries: int = 60) -> Plan:
    """Return a plan that still fails, with as few events as are found in so many tries."""
    events: Sequence[Event] = plan.events
    tries, size = 0, max(1, len(events) // 2)
    while tries < most_tries:
        start = 0
        while start < len(events) and tries < most_tries:
            fewer = [*events[:start], *events[start + size :]]
            tries += 1
            if fails(plan.with_events(fewer)):
                events = fewer
            else:
                start += size
        if size == 1:
            break
        size = max(1, size // 2)
    return plan.with_events(events)


def told(plan: Plan, violations: Sequence[str]) -> str:
    """Return the story of a failure: configuration, events, what was broken."""
    return "\n".join([
        f"seed {plan.seed}, {plan.hosts} hosts, {'somebody' if plan.goes_on else 'nobody'} writes when all is over",
        plan.toml,
        plan.workflows_toml,
        *map(str, plan.events),
        "broken:",
        *(f"  {each}" for each in violations[:10]),
    ])  # fmt: skip
