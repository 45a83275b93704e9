"""Random machines with real tasks and what has to come of them, as JSON for whoever runs them elsewhere and knows nothing of asl.

python -m tests.machines.cases --executions 24
"""

import argparse
import json
import sys
from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Any

from asl.interpret import Answer, answered_at_once
from asl.running.effects import RunTask
from asl.running.events import Raised, Returned
from tests.machines.drawing import draw
from tests.machines.expecting import run, told
from tests.machines.real_tasks import INNER, INNER_DEFINITION, answer, with_real_tasks
from tests.machines.tasks import Refused

FIRST_SEED = 1
EXECUTIONS_OF_EACH = 4  # if there are many
ENOUGH_DEFINITIONS = 30
FEWEST_EFFECTS = 2
MOST_ENTERED = 40  # states, so that an execution ends in some seconds; there are enough larger ones in process


def cases(executions: int) -> dict[str, Any]:
    """Return {"definitions": {name: definition}, "executions": [each with its input, and what has to come of it]}."""
    number = max(min(executions, ENOUGH_DEFINITIONS), executions // EXECUTIONS_OF_EACH)
    chosen = dict(zip(range(number), _machines(), strict=False))
    definitions = {f"seed-{seed}": definition for seed, definition, _ in chosen.values()}
    made = []
    for index in range(executions):
        seed, definition, data = chosen[index % number]
        made.append(case(f"proof-{index}", f"seed-{seed}", definition, data))
    return {"definitions": {INNER: INNER_DEFINITION, **definitions}, "executions": made}


def case(name: str, definition_name: str, definition: Mapping[str, Any], data: Any) -> dict[str, Any]:
    """Return one execution: how it ends, the order of its states, and how often something is done for each state and attempt.

    What is done within states that a failure has cut off is chance, and is left out.
    """
    asked: list[RunTask] = []

    def answered(task: RunTask) -> Answer:
        asked.append(task)
        return _at_once(task)

    result = told(run(definition, data, answered, name))
    fickle = {place.rpartition(":")[2].partition("/")[0] for place in result["cut_off"]}
    effects = Counter(
        f"{task.position.state} {task.attempt}"
        for task in asked
        if not fickle & {state for state, _ in task.position.way}
    )
    return {
        "id": name,
        "definition": definition_name,
        "input": data,
        **result,
        "effects": dict(sorted(effects.items())),
    }


def _machines() -> Iterator[tuple[int, dict[str, Any], Any]]:
    """Yield seed, definition and input of machines that do something and are small enough."""
    seed = FIRST_SEED
    while True:
        drawn = draw(seed)
        real = with_real_tasks(drawn.definition, seed)
        entered = run(real, drawn.data, _at_once).entered  # also what is chance, and takes its time all the same
        if (
            len(entered) <= MOST_ENTERED
            and sum(case("one", "one", real, drawn.data)["effects"].values()) >= FEWEST_EFFECTS
        ):
            yield seed, real, drawn.data
        seed += 1


def _at_once(task: RunTask) -> Answer:
    try:
        return answered_at_once(Returned(answer(task.resource, task.arguments)))
    except Refused as refused:
        return answered_at_once(Raised(refused.error, refused.cause))


def main() -> int:
    """Run as a program."""
    parser = argparse.ArgumentParser(prog="python -m tests.machines.cases", description=__doc__)
    parser.add_argument("--executions", type=int, required=True)
    json.dump(cases(parser.parse_args().executions), sys.stdout)
    return 0


if __name__ == "__main__":
    sys.exit(main())
