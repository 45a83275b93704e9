from datetime import UTC, datetime, timedelta

from relay.delivery.breaker import Breaker, BreakerState, tripped

NOW = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)
LATER = NOW + timedelta(minutes=1)


def test_nothing_stored_is_a_closed_breaker() -> None:
    assert Breaker.from_dict(None).state(NOW) is BreakerState.CLOSED


def test_it_is_open_until_its_moment_and_half_open_after() -> None:
    breaker = tripped(Breaker(), LATER, "503")

    assert breaker.state(NOW) is BreakerState.OPEN
    assert breaker.seconds_left(NOW) == 60
    assert breaker.state(LATER) is BreakerState.HALF_OPEN


def test_a_further_failure_never_opens_it_for_less() -> None:
    breaker = tripped(Breaker(), LATER, "first")

    assert tripped(breaker, NOW, "second") is breaker


def test_it_survives_being_stored() -> None:
    breaker = tripped(Breaker(), LATER, "503")

    assert Breaker.from_dict(breaker.to_dict()) == breaker
