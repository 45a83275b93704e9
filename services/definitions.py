"""Definitions of workflows in SQL Server: put, decide on, read, and which one is to be started."""

import json
from collections.abc import Mapping
from typing import Any

from relay.errors import InputError
from relay.ports import Tables
from services.app_outside import AppOutside
from workflows.definitions.diagram.mermaid import mermaid
from workflows.definitions.diagram.parts import Ran
from workflows.definitions.diagram.svg import svg
from workflows.definitions.mistakes import told
from workflows.definitions.names import check_name
from workflows.definitions.reading import ReadDefinition, read_definition
from workflows.definitions.starting import definition_of, definition_to_start, no_such_definition
from workflows.definitions.trying import trial_of, try_out
from workflows.definitions.values import Definition, Rules, Status

SVG, MERMAID = "svg", "mermaid"
MOST_VERSIONS = 100  # that are listed


async def check_definition(text: str, rules: Rules, app: AppOutside) -> dict[str, Any]:
    """Return a definition's hash and warnings, and write nothing. Raises RefusedDefinition."""
    read = await _read(text, rules, app)
    return {"hash": read.hash, "warnings": told(read.warnings)}


async def put_definition(
    name: str, text: str, status: Status | None, by: str, rules: Rules, app: AppOutside
) -> tuple[dict[str, Any], bool]:
    """Write a definition down unless it is the newest version anyhow; return what it is, and whether it is new.

    Raises RefusedDefinition, InputError, DatabaseError.
    """
    check_name(name)
    if rules.needs_approval and status is Status.APPROVED:
        raise InputError(
            [
                f"status: {name} needs an approval, as workflows.toml says; put it as draft, "
                f"then POST /api/workflows/{name}/approve."
            ],
            status=403,
        )
    wanted = status or (Status.DRAFT if rules.needs_approval else Status.APPROVED)
    read = await _read(text, rules, app)
    [[row]] = await app.ask("workflow/put", name=name, hash=read.hash, definition=text, status=wanted.value, by=by)
    shown = {"name": name, "version": row["version"], "hash": read.hash, "status": row["status"]}
    return {**shown, "warnings": told(read.warnings)}, bool(row["created"])


async def approve_definition(name: str, version: int | None, by: str, app: AppOutside) -> dict[str, Any]:
    """Let a version be started, the newest if none is named. Raises InputError, DatabaseError."""
    [rows] = await app.ask("workflow/approve", name=name, version=version, by=by)
    if not rows:
        raise no_such_definition(name, version)
    if rows[0]["status"] == Status.RETIRED:
        raise InputError(
            [f"version: {rows[0]['version']} of {name} is retired for good; put its content again."], status=409
        )
    return {"name": name, **rows[0]}


async def retire_definition(name: str, version: int | None, by: str, app: AppOutside) -> dict[str, Any]:
    """Take a version out of use, or all. What runs goes on. Raises InputError, DatabaseError."""
    [rows] = await app.ask("workflow/retire", name=name, version=version, by=by)
    if not rows:
        raise no_such_definition(name, version)
    return {"name": name, "retired": [row["version"] for row in rows]}


async def list_definitions(after: str, limit: int, app: AppOutside) -> list[dict[str, Any]]:
    """Return some names along the alphabet, each with its newest version and the one that is started. Raises DatabaseError."""
    [rows] = await app.ask("workflow/list", after=after, limit=limit)
    return [_shown(row) for row in rows]


async def show_definition(name: str, version: int | None, app: AppOutside) -> dict[str, Any]:
    """Return a version with what it says, of the newest one the older ones too. Raises InputError, DatabaseError."""
    [rows] = await app.ask("workflow/one", name=name, version=version)
    if not rows:
        raise no_such_definition(name, version)
    shown = _shown(rows[0])
    if version is None:
        [versions] = await app.ask("workflow/versions", name=name, limit=MOST_VERSIONS)
        shown["versions"] = [_shown(row) for row in versions]
    return shown


async def stored_definition(name: str, version: int | None, app: AppOutside) -> Definition:
    """Return a version, the newest if none is named, whatever its status is. Raises InputError, DatabaseError."""
    [rows] = await app.ask("workflow/one", name=name, version=version)
    if not rows:
        raise no_such_definition(name, version)
    return definition_of(rows[0])


def definition_for_start(name: str, version: int | None, rules: Rules, tables: Tables) -> Definition:
    """Return the newest approved version, or the one that is named if it may be started. Raises InputError, DatabaseError."""
    [rows] = tables.ask("workflow/to_start", name=name, version=version)
    return definition_to_start(name, version, rows, rules)


async def try_state(name: str, body: Mapping[str, Any], version: int | None, app: AppOutside) -> dict[str, Any]:
    """Return what one state would do with an input; nothing is done. Raises RefusedDefinition, InputError, DatabaseError."""
    trial = trial_of(body)
    definition = await stored_definition(name, version, app)
    moment = app.clock.now()

    def tried() -> dict[str, Any]:
        return try_out(read_definition(definition.text).machine, name, trial, moment)

    return {"name": name, "version": definition.version, **await app.threads.run(tried)}


async def draw_definition(name: str, version: int | None, form: str, ran: Ran, app: AppOutside) -> str:
    """Return the picture of a version, the newest if none is named, as svg or mermaid. Raises RefusedDefinition, InputError, DatabaseError."""
    definition = await stored_definition(name, version, app)

    def drawn() -> str:
        machine = read_definition(definition.text).machine
        return mermaid(machine, ran) if form == MERMAID else svg(machine, f"{name}, version {definition.version}", ran)

    return await app.threads.run(drawn)


async def _read(text: str, rules: Rules, app: AppOutside) -> ReadDefinition:
    """Read a definition off the event loop: a large one takes its time."""
    return await app.threads.run(read_definition, text, rules.resources)


def _shown(row: Mapping[str, Any]) -> dict[str, Any]:
    """Return a row as JSON has it: moments in UTC, the definition as an object."""
    shown = {name: f"{value}Z" if name.endswith("_at") and value else value for name, value in row.items()}
    if "definition" in shown:
        shown["definition"] = json.loads(shown["definition"])
    return shown
