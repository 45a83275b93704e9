"""The end of a recovery: the good news is entered with it, for those who wait to hear it."""

import pytest

from relay.notification.notice import Notice, Telling
from relay.notification.words import Occasion
from relay.recovery.situation import Round, Situation
from services.close_recovery import close_recovery
from tests.fakes import FakeDurableClient, an_app_outside, an_outside

SETTINGS = an_app_outside(FakeDurableClient()).settings
SINCE = "2026-01-02T03:04:05.000Z"


class Recoveries:
    """One that may be closed."""

    def __init__(self, situation: Situation) -> None:
        self.situation = situation
        self.closed_with: list[Telling | None] = []

    def peek(self) -> Situation:
        return self.situation

    def close(self, telling: Telling | None = None) -> bool:
        self.closed_with.append(telling)
        return True


@pytest.mark.parametrize("told", [("long_outage",), ("endpoint_fault", "dead_letters")])
def test_who_was_told_of_trouble_hears_that_it_is_over(told: tuple[str, ...]) -> None:
    store = Recoveries(Situation(since=SINCE, rounds=12, told=told))

    assert close_recovery(an_outside(recoveries=store), SETTINGS)

    [telling] = store.closed_with
    assert telling is not None
    assert (telling.notice.occasion, list(telling.channels)) == (Occasion.RECOVERED, ["log"])
    then = store.situation.news("orders", Occasion.RECOVERED, Round())
    assert telling.id == Notice.of(then, "shop", "").instance_id(), "as the orchestration announces it: it is told once"


def test_who_was_told_of_nothing_hears_nothing() -> None:
    store = Recoveries(Situation(since=SINCE, rounds=1, told=("dead_letters",)))

    assert close_recovery(an_outside(recoveries=store), SETTINGS)

    assert store.closed_with == [None]
