"""Functions that definitions run: registered once each, and plain."""

from typing import Any

import pytest

from activities import task


@pytest.fixture(autouse=True)
def _nothing_registered(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(task, "_bodies", {})


def test_a_function_is_registered_by_its_name() -> None:
    @task.task("charge")
    def charge(arguments: Any, _: Any) -> Any:
        return arguments

    assert task.bodies() == {"charge": charge}


def test_a_name_is_taken_once() -> None:
    task.task("charge")(lambda *_: 1)

    with pytest.raises(ValueError, match="task 'charge' is registered twice"):
        task.task("charge")(lambda *_: 2)


def test_a_coroutine_function_is_refused() -> None:
    async def charge(*_: Any) -> Any:
        return 1

    with pytest.raises(TypeError, match="write it as a plain one"):
        task.task("charge")(charge)
