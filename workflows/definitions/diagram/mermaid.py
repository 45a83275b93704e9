"""A definition as a flowchart in Mermaid's language. Names stand in it as texts only: states are numbered."""

from collections.abc import Iterator

from asl.definition import Choice, Fail, Machine, State, Succeed, Wait
from workflows.definitions.diagram.parts import (
    Happened,
    Ran,
    Way,
    ends_machine,
    kind_of,
    machines_within,
    one_line,
    ways_of,
)

_CLASSES = {
    Happened.SUCCEEDED: "fill:#e3f4e6,stroke:#2f7d43",
    Happened.FAILED: "fill:#fbe4e4,stroke:#b3261e",
    Happened.RUNNING: "fill:#e3eefb,stroke:#1f5fa8",
    Happened.CAUGHT: "fill:#fdf1d8,stroke:#9a6700",
}
_NOTHING = Ran()


def mermaid(machine: Machine, ran: Ran = _NOTHING) -> str:
    """Return the flowchart of a definition, the same each time."""
    flowchart = _Flowchart(ran)
    lines = ["flowchart TD", *flowchart.lines_of(machine, "  ")]
    if ran.states:
        lines += [f"  classDef {happened} {style}" for happened, style in _CLASSES.items()]
        lines += [
            f"  class {number} {Happened(ran.states[name])}"
            for name, number in flowchart.numbers.items()
            if name in ran.states
        ]
    return "\n".join(lines) + "\n"


class _Flowchart:
    def __init__(self, ran: Ran) -> None:
        self._ran = ran
        self._machines = 0
        self.numbers: dict[str, str] = {}

    def lines_of(self, machine: Machine, indent: str) -> Iterator[str]:
        self._machines += 1
        begin, end = f"begin{self._machines}", f"finish{self._machines}"
        for name in machine.states:
            self.numbers[name] = f"s{len(self.numbers) + 1}"
        yield f"{indent}{begin}(( )) --> {self.numbers[machine.start_at]}"
        for name, state in machine.states.items():
            yield from self._lines_of_state(name, state, indent)
        for way in ways_of(machine):
            yield indent + self._arrow(way)
        for name, state in machine.states.items():
            if ends_machine(state):
                yield f"{indent}{self.numbers[name]} --> {end}((( )))"

    def _lines_of_state(self, name: str, state: State, indent: str) -> Iterator[str]:
        number = self.numbers[name]
        said = self._ran.said_of(name)
        label = f'"{_quoted(name)}<br/>{_quoted(kind_of(state))}{f"<br/>{said}" if said else ""}"'
        inner = machines_within(state)
        if not inner:
            yield f"{indent}{number}{_shaped(state, label)}"
            return
        yield f"{indent}subgraph {number}[{label}]"
        for branch, machine in enumerate(inner, start=1):
            yield f'{indent}  subgraph {number}b{branch}[" "]'
            yield from self.lines_of(machine, indent + "    ")
            yield f"{indent}  end"
        yield f"{indent}end"

    def _arrow(self, way: Way) -> str:
        line = "-.->" if way.is_caught else "-->"
        when = f'|"{_quoted(way.when)}"|' if way.when else ""
        return f"{self.numbers[way.source]} {line}{when} {self.numbers[way.target]}"


def _shaped(state: State, label: str) -> str:
    match state.work:
        case Choice():
            return f"{{{label}}}"
        case Wait():
            return f"([{label}])"
        case Succeed() | Fail():
            return f"([{label}])"
    return f"[{label}]"


def _quoted(text: str) -> str:
    """Return a text in which nothing means anything to Mermaid or HTML: all but letters, digits and few signs as its number."""
    return "".join(sign if sign.isalnum() or sign in " _.-," else f"#{ord(sign)};" for sign in one_line(text))
