"""Without jsonata-python: an expression is refused with what to do, and nothing else is missed."""

import pytest

from asl import jsonata
from tests.unit.asl.jsonata.asking import ask


@pytest.fixture(autouse=True)
def _without(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(jsonata, "find_spec", lambda _: None)


def test_an_expression_is_refused_with_the_remedy() -> None:
    mistake = jsonata.check("1 + 1")

    assert not jsonata.is_available()
    assert mistake is not None
    assert "jsonata-python in requirements.txt" in mistake
    with pytest.raises(jsonata.QueryError, match="QueryLanguage JSONPath"):
        ask("1 + 1")
