"""The executions of random definitions that are to be run, and what has to come of them: told by a process that has the interpreter."""

import json
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from devstack.command.errors import CommandError
from devstack.demo.stage import ROOT

_TOLD_BY = "tests.machines.cases"


@dataclass(frozen=True, slots=True)
class Found:
    """How an execution has ended, and the order of states in it and in each of its branches and items."""

    state: str
    result: Any
    entered: Mapping[str, Sequence[str]]


@dataclass(frozen=True, slots=True)
class Case:
    """One execution. `effects` is how often something is done for each state and attempt."""

    id: str
    definition: str
    input: Any
    outcome: str
    output: Any
    error: str | None
    cause: str | None
    entered: Mapping[str, Sequence[str]]
    cut_off: Sequence[str]
    effects: Mapping[str, int]

    def differences(self, found: Found) -> list[str]:
        """Return in what an execution is another than the interpreter says."""
        wanted = (
            ("completed", {"output": self.output})
            if self.outcome == "done"
            else ("failed", {"error": self.error, "cause": self.cause})
        )
        wrong = [] if (found.state, found.result) == wanted else [f"it ended as {found.state}: {found.result!s:.300}"]
        chance = tuple(f"{place}/" for place in self.cut_off)
        order = {name: list(each) for name, each in found.entered.items() if each and not name.startswith(chance)}
        for name in sorted(self.entered.keys() | order.keys()):
            if self.entered.get(name, []) != order.get(name, []):
                wrong.append(f"{name or 'the whole'} entered {order.get(name)}, not {self.entered.get(name)}")
        return wrong


@dataclass(frozen=True, slots=True)
class Cases:
    """Definitions by name, and executions of them."""

    definitions: Mapping[str, Any]
    executions: Sequence[Case]


def cases(executions: int) -> Cases:
    """Have so many drawn. Raises CommandError."""
    command = [sys.executable, "-m", _TOLD_BY, "--executions", str(executions)]
    told = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    if told.returncode:
        raise CommandError(f"{_TOLD_BY} could not tell what has to come of the machines: {told.stderr[-1000:]}")
    drawn = json.loads(told.stdout)
    return Cases(drawn["definitions"], [Case(**each) for each in drawn["executions"]])


def tasks_of(machine: Mapping[str, Any]) -> Iterator[str]:
    """Yield the names of the Task states of a definition."""
    for name, state in machine["States"].items():
        if state["Type"] == "Task":
            yield name
        for inner in (*state.get("Branches", ()), *([state["ItemProcessor"]] if "ItemProcessor" in state else ())):
            yield from tasks_of(inner)
