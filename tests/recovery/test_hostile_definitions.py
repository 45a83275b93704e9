"""Hostile definitions on the stack: each fails by its name, the host answers all the while, and nobody sees a secret or a file."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

pytest.importorskip("jsonata", reason="the engine is optional")

from tests.recovery.attacker import ENDLESS, SECRET, Attacker, attack, attacked, health_asked
from tests.recovery.hostile import FAIL, SHOW

pytestmark = pytest.mark.timeout(540)


@pytest.fixture
def attacker(tmp_path: Path) -> Iterator[Attacker]:
    with attacked(tmp_path) as found:
        yield found


def test_hostile_definitions_fail_by_name_and_the_host_answers(
    attacker: Attacker, record_testsuite_property: Callable[[str, object], None]
) -> None:
    with health_asked(attacker.relay) as health:
        attack(attacker)

    assert {name: attacker.state(name) for name in ENDLESS} == dict.fromkeys(ENDLESS, "stopped")
    errors = {name: attacker.error(name) for name in FAIL}
    assert {name: error for name, error in errors.items() if error not in FAIL[name].errors} == {}
    assert {name: attacker.state(name) for name in SHOW} == dict.fromkeys(SHOW, "completed")
    assert [name for name in SHOW if attacker.error(name)] == []
    assert attacker.error("waiting-for-itself") == "States.TaskFailed"
    deepest = attacker.relay.sql("SELECT MAX([Depth]) FROM relay.ExecutionPosition")[0][0]
    assert deepest == 10
    assert {status for status, _ in health} == {200}
    record_testsuite_property("longest_answer_of_health_seconds", round(max(seconds for _, seconds in health), 2))
    logged = attacker.relay.stack.log_text("functions_host")
    for seen in (*attacker.answers, logged):
        assert SECRET not in seen
        assert "root:x:" not in seen
