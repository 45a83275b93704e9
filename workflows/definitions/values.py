"""Definitions of workflows, as they stand in SQL Server, and what workflows.toml says of them."""

from dataclasses import dataclass
from enum import StrEnum

from asl.checks.names import Resources


class Status(StrEnum):
    """Whether a version of a definition may be started."""

    DRAFT = "draft"  # not before somebody approves it
    APPROVED = "approved"
    RETIRED = "retired"  # not any more; what runs goes on


@dataclass(frozen=True, slots=True, kw_only=True)
class Definition:
    """One version of a workflow. Its text never changes, only its status does."""

    name: str
    version: int
    hash: str
    text: str
    status: Status


@dataclass(frozen=True, slots=True, kw_only=True)
class Rules:
    """What holds for the definitions of one name."""

    needs_approval: bool = False
    resources: Resources | None = None  # that its tasks may name; None: any
