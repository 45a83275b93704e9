"""docs/proof.md: what was run at full size, each part with its newest figures; the parts that were not run stay as they are."""

import os
import platform
from datetime import UTC, datetime
from pathlib import Path

from devstack.prove.scenarios import SCENARIOS, Result

_HEAD = """# Proof

Written by `./dev prove`, `./dev prove simulation` and `./dev prove mutants`, each at its full size, on {machine}.
"""
_INTRODUCTIONS = {
    "Scenarios": """The whole stack runs: the app in the Functions host stand-in, the SQL Server stand-in, Azurite, an API that fails. A crash is a
SIGKILL of a process. What is lost is counted by a program that shares no code with the app, from the tables and from the
API's own log. Times that are fixed on Azure are shortened to a twentieth.

- **kills**: those that struck where they were aimed.
- **lost**: rows whose last state at the API is not the table's. **two keys**: versions of a row that came under two
  idempotency keys. **leaked**: changes that brought what condition, `send` or mask forbid. **stuck**: what was still
  unsettled after everything had arrived.
- **duplicates**: deliveries that came again under the same key. **reordered**: versions that came after a newer one.
- **to recover**: from the end of all trouble until every row was up to date at the API.

Of mailings **lost** are people who got no mail, **two keys** those who got two, **leaked** requests that came before the time for which
the account had asked, **duplicates** mails in doubt until account or person told, five at most for each kill and mailing; reports that did not add up count as **stuck**.

Of executions of random definitions **lost** is what is another than the interpreter says: an end, the order of states in a branch, a task that
was not done; **two keys** what was done as two tasks, written twice, asked under two tokens or answered twice; **leaked** tasks that came again
though nothing had died in between; **duplicates** those that came again because something had. The lost hub is away for as long as claims last.

| scenario | date | kills | changes | lost | two keys | leaked | stuck | duplicates | reordered | to recover |
| --- | --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: |
""",
    "Kill matrix": "",  # written by hand
    "Simulation": """The whole app in one process on a virtual clock: each seed is a configuration, writes, and trouble for up to weeks. An
oracle that shares no code with the app looks on: nothing lost, nothing that the filters forbid sent, nothing stuck, people told.

""",
    "Mutants": """Whether the simulation can fail: one fault at a time is put back into the app, and the first seed that finds it is told.

""",
}


def row(title: str, result: Result) -> str:
    """Return the scenario's line of the table."""
    verdict = result.verdict
    cells = (
        *(title, _today(), result.kills, result.changes),
        *(verdict.lost, verdict.two_ids, verdict.leaked, len(verdict.stuck)),
        *(verdict.duplicates, verdict.reordered, f"{verdict.seconds_to_recover:g} s"),
    )
    return f"| {' | '.join(map(str, cells))} |\n"


def write_row(path: Path, line: str) -> None:
    """Put a scenario's line into the report, in the place of its earlier one; the others stay."""
    found = sections(path).get("Scenarios", "")
    titles = {scenario.title for scenario in SCENARIOS.values()}
    lines = {
        _title(each): each + "\n" for each in found.splitlines() if each.startswith("| ") and _title(each) in titles
    }
    lines[_title(line)] = line
    _write(path, "Scenarios", "".join(lines[each.title] for each in SCENARIOS.values() if each.title in lines))


def write_section(path: Path, name: str, text: str) -> None:
    """Put a part's text into the report, with the date, in the place of its earlier one; the others stay."""
    _write(path, name, f"Run on {_today()}.\n\n{text}")


def sections(path: Path) -> dict[str, str]:
    """Return what stands under each heading; nothing if there is no report yet."""
    try:
        _, *parts = path.read_text(encoding="utf-8").split("\n## ")
    except OSError:
        return {}
    return {name.strip(): text.lstrip("\n") for name, _, text in (part.partition("\n") for part in parts)}


def _write(path: Path, name: str, text: str) -> None:
    found = sections(path) | {name: _INTRODUCTIONS[name] + text}
    path.parent.mkdir(exist_ok=True)
    parts = [f"\n## {each}\n\n{found[each].rstrip()}\n" for each in _INTRODUCTIONS if each in found]
    path.write_text(_HEAD.format(machine=machine()) + "".join(parts), encoding="utf-8")


def _today() -> str:
    return f"{datetime.now(UTC):%Y-%m-%d}"


def _title(line: str) -> str:
    return line.split("|")[1].strip()


def machine() -> str:
    """Return what it was run on."""
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
    except OSError:
        lines = []
    model = next(
        (line.partition(":")[2].strip() for line in lines if line.startswith("model name")),
        platform.processor() or platform.machine(),
    )
    return f"{os.cpu_count()} cores, {model}, {platform.system()}, Python {platform.python_version()}"
