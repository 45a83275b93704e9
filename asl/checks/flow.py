"""Whether the states of a machine lead to each other, and to an end."""

from asl.checks.walking import Found, targets_of
from asl.reader.mistakes import Mistakes, below


def check_flow(found: Found, mistakes: Mistakes) -> None:
    """Note targets that are not there, states that nothing leads to, and a machine that never ends."""
    names = found.machine.get("States")
    if not isinstance(names, dict) or not names:
        return
    start = found.machine.get("StartAt")
    known = f"name one of {', '.join(list(names)[:10])}"
    if isinstance(start, str) and start not in names:
        mistakes.add(below(found.pointer, "StartAt"), f"there is no state {start!r} in this machine", known)
    for name, state in found.states.items():
        for place, target in targets_of(state):
            if target not in names:
                pointer = below(found.pointer, "States", name, *place)
                mistakes.add(pointer, f"there is no state {target!r} in this machine", known)
    if isinstance(start, str) and start in names:
        reached = _reached(found, start)
        for name in found.states:
            if name not in reached:
                pointer = below(found.pointer, "States", name)
                mistakes.add(
                    pointer, "nothing leads to this state", "name it in a Next, a Default or StartAt, or leave it out"
                )
    if not any(_ends(state) for state in found.states.values()):
        mistakes.add(
            below(found.pointer, "States"),
            "no state ends this machine",
            'write "End": true in one, or a Succeed or Fail state',
        )


def _reached(found: Found, start: str) -> frozenset[str]:
    reached = {start}
    waiting = [start]
    while waiting:
        for _, target in targets_of(found.states.get(waiting.pop(), {})):
            if target not in reached:
                reached.add(target)
                waiting.append(target)
    return frozenset(reached)


def _ends(state: dict[str, object]) -> bool:
    return state.get("End") is True or state.get("Type") in ("Succeed", "Fail")
