"""Which version of a definition an execution runs, or why none."""

from collections.abc import Mapping, Sequence
from typing import Any

from relay.errors import InputError
from workflows.definitions.values import Definition, Rules, Status


def definition_of(row: Mapping[str, Any]) -> Definition:
    """Return the definition that a row holds."""
    return Definition(
        name=row["name"], version=row["version"], hash=row["hash"], text=row["definition"], status=Status(row["status"])
    )


def definition_to_start(name: str, version: int | None, rows: Sequence[Mapping[str, Any]], rules: Rules) -> Definition:
    """Return the definition that was found for a start; raise InputError with the remedy if it may not be started."""
    if not rows:
        raise no_such_definition(name, version)
    found = definition_of(rows[0])
    if found.status is Status.APPROVED:
        return found
    if version is None:
        why = "none of its versions is approved"
    elif found.status is Status.RETIRED:
        why = f"version {version} is retired"
    elif rules.needs_approval:
        why = f"version {version} is a draft, and workflows.toml asks for an approval"
    else:
        return found
    remedy = f"approve one with POST /api/workflows/{name}/approve, or put it anew"
    raise InputError([f"workflow: {name} cannot be started: {why}; {remedy}."], status=409)


def no_such_definition(name: str, version: int | None) -> InputError:
    """Return the error of a name or a version that nobody has put."""
    which = (
        f"There is no workflow {name[:80]!r}" if version is None else f"Workflow {name[:80]} has no version {version}"
    )
    return InputError([f"{which}; GET /api/workflows shows what there is."], status=404)
