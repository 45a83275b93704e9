"""A definition's text -> what it says, or all its mistakes; what could be meant otherwise is a warning."""

import json
from dataclasses import dataclass
from typing import Any

from asl.checks.names import Resources
from asl.definition import Machine
from asl.reader.machines import read_text
from asl.reader.mistakes import DefinitionError, Mistake
from workflows.definitions.alike import alike_names
from workflows.definitions.mistakes import RefusedDefinition
from workflows.definitions.names import content_hash
from workflows.definitions.warnings import warnings_of


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadDefinition:
    """A definition that can be run."""

    machine: Machine
    content: dict[str, Any]
    hash: str
    warnings: tuple[Mistake, ...]


def read_definition(text: str, resources: Resources | None = None) -> ReadDefinition:
    """Read and check a definition; without resources no task is asked what it names. Raises RefusedDefinition with all mistakes."""
    try:
        machine = read_text(text, resources)
    except DefinitionError as error:
        raise RefusedDefinition(error) from None
    content: dict[str, Any] = json.loads(text)
    if alike := list(alike_names(content)):
        raise RefusedDefinition(DefinitionError(alike))
    return ReadDefinition(
        machine=machine, content=content, hash=content_hash(content), warnings=tuple(warnings_of(content))
    )
