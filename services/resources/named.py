"""What a task works with, named by its resource or by its arguments, and whether its definition may."""

from collections.abc import Collection, Mapping
from dataclasses import replace
from typing import Any

from relay.shown import shown
from services.resources.outside import ResourceOutside
from workflows.resources.names import Resource
from workflows.resources.permissions import is_allowed
from workflows.resources.values import PERMISSIONS, Task, TaskFailed, bad_arguments


def object_of(task: Task, known: Collection[str] = ()) -> Mapping[str, Any]:
    """Return the arguments, an object; with `known`, of no other keys. Raises TaskFailed."""
    arguments = {} if task.arguments is None else task.arguments
    if not isinstance(arguments, Mapping):
        raise bad_arguments("Arguments", f"{shown(arguments)} must be an object")
    if known and (unknown := [key for key in arguments if key not in known]):
        raise bad_arguments(str(unknown[0]), f"there is no such argument; take of {', '.join(known)}")
    return arguments


def text_of(arguments: Mapping[str, Any], key: str, *, most: int = 10_000, default: str | None = None) -> str:
    """Return a text of the arguments, not empty unless there is a default. Raises TaskFailed."""
    value = arguments.get(key, default)
    if not isinstance(value, str) or len(value) > most or (default is None and not value):
        said = "it is missing" if key not in arguments else f"{shown(value)} cannot be used"
        raise bad_arguments(key, f"{said}; write a text of at most {most} characters")
    return value


def named(resource: Resource, told: Any, key: str, task: Task, outside: ResourceOutside) -> Resource:
    """Return the resource with its name, from where it stands; raise TaskFailed if there is none, or the definition may not use it."""
    if told is not None and not isinstance(told, str):
        raise bad_arguments(key, f"{shown(told)} must be a name")
    if told and resource.name and told != resource.name:
        raise bad_arguments(key, f"it says {shown(told)}, and the resource {resource.name!r}; leave one of them out")
    full = replace(resource, name=resource.name or told or "")
    if not full.name:
        raise bad_arguments(key, f"it is missing; write the name there, or as {resource}/NAME")
    permit(full, task, outside)
    return full


def permit(resource: Resource, task: Task, outside: ResourceOutside) -> None:
    """Raise TaskFailed if the definition may not use the resource."""
    if not is_allowed(task.definition, resource, outside.workflows.definitions):
        raise TaskFailed(
            PERMISSIONS,
            f"definition {task.definition!r} may not use {resource}; write it into allow of its [[definition]] in workflows.toml",
        )
