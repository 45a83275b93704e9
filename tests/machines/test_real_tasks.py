"""Machines with real tasks: valid, with every kind of task among them, and answered alike by the script and by the desk of the proof."""

import json
from typing import Any

import pytest

pytest.importorskip("jsonata", reason="the engine is optional")

from asl.reader.machines import read
from devstack.prove import desk
from devstack.prove.definition_cases import Case
from tests.machines.cases import cases
from tests.machines.drawing import draw
from tests.machines.real_tasks import (
    APPROVE,
    CHILD,
    HTTP,
    REFUSED,
    SQL,
    TOKEN,
    answer,
    tasks_of,
    with_real_tasks,
)
from tests.machines.tasks import Refused


def test_every_kind_of_task_is_drawn_and_what_fails_is_caught_by_its_new_name() -> None:
    found: set[str] = set()
    for seed in range(40):
        real = with_real_tasks(draw(seed).definition, seed)
        read(real)
        found |= {state["Resource"] for state in tasks_of(real)}

    assert found == {HTTP, TOKEN, SQL, APPROVE, CHILD}


def test_few_executions_have_every_kind_of_task() -> None:
    told = cases(12)
    text = json.dumps(told["definitions"])

    assert [each for each in (HTTP, TOKEN, SQL, APPROVE, CHILD) if f'"{each}"' not in text] == []
    assert len({each["id"] for each in told["executions"]}) == 12
    assert sum(sum(Case(**each).effects.values()) for each in told["executions"]) > 25
    assert {each["outcome"] for each in told["executions"]} == {"done", "failed"}


@pytest.mark.parametrize(
    ("body", "attempt"),
    [({"echo": {"n": 1}}, 0), ({"script": {"times": 1, "error": "Shop.Busy", "value": [1, None]}}, 1)],
)
def test_the_desk_says_what_the_script_says(body: dict[str, Any], attempt: int) -> None:
    asked = {"of": {"execution": "e", "state": "S", "attempt": attempt}, **body}

    assert desk.Desk().take("/tasks", asked, "key") == (200, answer(HTTP, {"RequestBody": asked})["ResponseBody"])


@pytest.mark.parametrize("error", ["Shop.Busy", "Shop.Closed"])
def test_the_desk_refuses_what_the_script_refuses(error: str) -> None:
    script = {"times": 1, "error": error, "value": 1}
    asked = {"of": {"execution": "e", "state": "S", "attempt": 0}, "script": script}
    status, said = desk.Desk().take("/tasks", asked, "key")

    with pytest.raises(Refused) as refused:
        answer(HTTP, {"RequestBody": asked})
    assert refused.value.error == f"States.Http.StatusCode.{status}"
    assert refused.value.cause == f"the API answered {status}: {said}"


def test_a_question_is_answered_with_what_the_script_says() -> None:
    at = desk.Desk()
    script = {"times": 9, "error": "Item.Bad", "value": None}
    of = {"execution": "e", "state": "S", "attempt": 0}

    at.take("/tasks", {"of": of, "echo": 7, "token": "t1"}, "k")
    at.take("/tasks", {"of": of, "script": script, "token": "t2"}, "k")
    at.take("/people", {"subject": "e|S|0", "answer_url": "http://x/api/tasks/t3/success"}, "k")

    assert [(each.token, each.verb, each.answer) for each in at.questions.values()] == [
        ("t1", "success", {"output": answer(TOKEN, {"RequestBody": {"of": of, "echo": 7}})}),
        ("t2", "failure", {"error": "Item.Bad", "cause": REFUSED}),
        ("t3", "success", {"output": answer(APPROVE, {"subject": "e|S|0"})}),
    ]
