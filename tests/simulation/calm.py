"""When there is trouble in a plan, and when there is none: then bounds are short."""

from collections.abc import Collection

from tests.simulation.plan import Event, Plan

# What writers do is no trouble, and to the relays what is of a mailing or a lock.
_HARMLESS = {
    "set", "set_many", "delete", "rekey", "truncate", "untrack", "forget_after", "add_column", "widen_column",
    "order_mailing", "mailing_asked", "look_at_mailing", "resolve_doubts", "suppress", "unsubscribe", "mailer_weather",
    "lock_client", "lock_instance", "lock_forced",
    "start_by_hand", "post_event", "operate_execution", "recompute",
}  # fmt: skip
_AFTERWARDS_SECONDS = 600.0  # a crash may come so late; a host may need so long to come back


def is_calm(plan: Plan, start_seconds: float, end_seconds: float, but: Collection[str] = ()) -> bool:
    """Tell whether there was no trouble between two moments, and none just before; `but`: verbs that are none here."""
    return not any(
        event.verb not in _HARMLESS
        and event.verb not in but
        and event.seconds <= end_seconds
        and _ends_at(event) >= start_seconds
        for event in plan.events
    )


def _ends_at(event: Event) -> float:
    if event.verb == "clock_jumps":
        return float("inf")  # until its host ends
    lasts = event.arguments.get("lasts_seconds", event.arguments.get("down_seconds", 0.0))
    return event.seconds + float(lasts) + _AFTERWARDS_SECONDS
