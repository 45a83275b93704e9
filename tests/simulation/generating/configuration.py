"""Which relays a seed has, and how they are configured."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from tests.simulation.generating.chance import Chance
from tests.simulation.generating.theme import Theme
from tests.simulation.plan import RelayPlan
from tests.simulation.tables import COLUMNS, KEY_KINDS, Table

MINUTE, HOUR, DAY = 60.0, 3600.0, 86_400.0
CONDITIONS: Sequence[Sequence[Mapping[str, Any]]] = (
    [{"column": "Region", "in": ["SE", "NO"]}],
    [{"column": "Region", "not_equals": "XX"}],
    [{"column": "Total", "at_least": 50}],
    [{"column": "Note", "is_null": True}],
    [{"column": "Region", "equals": "SE"}, {"column": "Total", "at_most": 90}],
)


def relays_of(chance: Chance, theme: Theme) -> Sequence[RelayPlan]:
    """Draw the relays of a seed, mostly one, and their tables."""
    tables = [
        Table(name, chance.choice(list(KEY_KINDS))) for name in ("Orders", "Parcels")[: chance.choice((1, 1, 1, 1, 2))]
    ]
    count = chance.choice((1,) * 12 + (2, 2, 3))
    return [
        RelayPlan(f"r{n}", table, options_of(chance, table, theme), _recovery(chance, theme))
        for n, table in enumerate(chance.choice(tables) for _ in range(count))
    ]


def steady_seconds(relay: RelayPlan) -> float:
    """Return how far apart the rounds of a long outage are at last."""
    first = float(relay.recovery["first_interval_seconds"])
    return first if relay.recovery["coefficient"] == 1 else relay.max_interval_seconds


def options_of(chance: Chance, table: Table, theme: Theme) -> Mapping[str, Any]:
    """Draw what else a relay's configuration says."""
    makers: Mapping[str, Callable[[], Any]] = {
        "watch": lambda: sorted(chance.some(COLUMNS, 2)),
        "ignore_contexts": lambda: ["shop"],
        "condition": lambda: chance.choice(CONDITIONS),
        "mode": lambda: "batch",
        "send": lambda: [*table.keys.columns, *sorted(chance.sample(COLUMNS, 3))],
        "mask": lambda: {"Secret": chance.choice(("redact", "last4", "sha256"))},
        "breaker_seconds": lambda: chance.choice((0, 10, 600)),
        "delivered_statuses": lambda: chance.choice(([409], [404, 410])),
        "rejecting_statuses": lambda: chance.choice(([400, 422], [422, 404])),
        "backfill_after_gap": lambda: False,
        "epoch": lambda: chance.randrange(1, 9),
        "read_timeout_seconds": lambda: chance.choice((1, 10)),
        "batch_deadline_seconds": lambda: chance.choice((2, 30)),
        "max_concurrency": lambda: chance.choice((1, 2)),
    }
    weighed = [*makers, "watch", "condition", "condition"]
    names = dict.fromkeys(chance.choices(weighed, k=chance.choice((0, 1, 2, 3, 5))))
    match theme:
        case Theme.SICK:
            names["breaker_seconds"] = None
        case Theme.BACKFILLS:
            names[chance.choice(("watch", "ignore_contexts"))] = None
    options = {name: makers[name]() for name in sorted(names)}
    if theme is Theme.SLOW:  # whoever does not answer is waited for
        options = {name: value for name, value in options.items() if "deadline" not in name and "timeout" not in name}
    if theme is Theme.PAUSES:
        options["batch_deadline_seconds"] = 2  # one request that hangs takes all of it
    if "mask" in options and "Secret" not in options.get("send", COLUMNS):
        del options["mask"]
    if 404 in options.get("delivered_statuses", ()) and 404 in options.get("rejecting_statuses", ()):
        options["rejecting_statuses"] = [422]  # a status means one thing
    return options


def _recovery(chance: Chance, theme: Theme) -> Mapping[str, Any]:
    found = {
        "first_interval_seconds": chance.choice((20, 60, 60, 300)),
        "coefficient": chance.choice((1, 2, 2, 5)),
        "max_interval_seconds": chance.choice((300, 1800, 7200, 43_200)),
        "window_hours": chance.choice((0.25, 0.25, 2, 24, 168)),
        "notify_after_rounds": chance.choice((1, 3, 10)),
        "dead_letters_every_minutes": chance.choice((0, 60, 600)),
    }
    if theme is Theme.SLOW:  # an outage of hours in which nobody gives up, of not too many rounds
        found |= {"coefficient": 2, "max_interval_seconds": chance.choice((1800, 7200)), "window_hours": 168}
    return found
