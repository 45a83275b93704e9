"""The measurement of locks."""

import re

import pytest

from bench import locks


def test_a_lock_is_measured_beside_a_bare_round_trip_alone_and_beside_others(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert locks.main(["--short"]) == 0

    said = capsys.readouterr().out
    assert len(re.findall(r"acquire: p50 +[\d.]+ \([\d.]+x\), p99 +[\d.]+ \([\d.]+x\) +release: p50", said)) == 2
    assert re.findall(r"2 clients, +(\d+) names: +[\d.]+ grants/s", said) == ["1", "100"]
    assert "from the end of the lease to the grant" in said
