import pytest

from relay.backoff import Backoff, interval_seconds


@pytest.mark.parametrize(
    ("step", "seconds"), [(0, 60), (1, 120), (2, 240), (10, 43_200), (100_000, 43_200)]
)  # fmt: skip
def test_intervals_grow_up_to_the_longest(step: int, seconds: float) -> None:
    assert interval_seconds(Backoff(jitter=0), step, 0.5) == seconds


def test_jitter_only_adds() -> None:
    assert interval_seconds(Backoff(), 0, 0.0) == 60
    assert interval_seconds(Backoff(), 0, 1.0) == pytest.approx(66)


def test_what_the_other_side_asked_for_is_honoured_in_full_beyond_the_longest_interval() -> None:
    assert interval_seconds(Backoff(jitter=0), 0, 0, asked_for_seconds=1_000_000) == 1_000_000
    assert interval_seconds(Backoff(jitter=0), 3, 0, asked_for_seconds=1) == 480
