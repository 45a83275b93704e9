"""Definitions where the engine of JSONata is not installed."""

import pytest

from asl import jsonata
from tests.unit.asl.running import mistakes_of, one, output_of, passing


def test_a_state_in_jsonata_is_refused_once_with_the_advice(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(jsonata, "is_available", lambda: False)
    definition = one({"Type": "Pass", "QueryLanguage": "JSONata", "Output": ["{% 1 %}", "{% 2 %}"]})

    assert mistakes_of(definition) == {"/States/First": "the state is in JSONata"}
    assert output_of(passing(Result=1)) == 1
