"""A definition as values: a machine, its states and what each of them does."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TypeAlias

from asl.choices.values import Condition
from asl.expressions import Language, Query, Template
from asl.paths.values import Path


@dataclass(frozen=True, slots=True, kw_only=True)
class Retrier:
    """Which errors are tried again, after how long and how often."""

    errors: tuple[str, ...]
    interval_seconds: int = 1
    max_attempts: int = 3
    backoff_rate: float = 2.0
    max_delay_seconds: int | None = None
    has_full_jitter: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Catcher:
    """Which errors lead on to another state, and what that gets. A result path of None leaves the error out."""

    errors: tuple[str, ...]
    next: str
    result_path: Path | None
    output: Template | None
    assign: Template | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """One way out of a Choice state."""

    condition: Condition | Query
    next: str
    output: Template | None
    assign: Template | None


@dataclass(frozen=True, slots=True)
class Pass:
    """Goes on with its input, or with a result that stands there."""

    result: Template | None


@dataclass(frozen=True, slots=True)
class Task:
    """Has a resource do something."""

    resource: str
    timeout: Template | None
    heartbeat: Template | None


@dataclass(frozen=True, slots=True)
class Choice:
    """Goes on where the first rule that holds says."""

    rules: tuple[Rule, ...]
    default: str | None


@dataclass(frozen=True, slots=True)
class Wait:
    """Waits so many seconds, or until a point in time."""

    seconds: Template | None
    timestamp: Template | None


@dataclass(frozen=True, slots=True)
class Succeed:
    """Ends the machine well."""


@dataclass(frozen=True, slots=True)
class Fail:
    """Ends the machine with an error."""

    error: Template | None
    cause: Template | None


@dataclass(frozen=True, slots=True)
class Parallel:
    """Runs several machines beside each other."""

    branches: tuple["Machine", ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Batcher:
    """Several items for one run of the processor."""

    input: Template | None
    max_items: Template | None
    max_bytes: Template | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Map:
    """Runs one machine for each of many items."""

    processor: "Machine"
    is_distributed: bool
    items: Template | None
    selector: Template | None
    batcher: Batcher | None
    max_concurrency: Template | None
    tolerated_count: Template | None
    tolerated_percentage: Template | None
    reader_resource: str | None
    reader_arguments: Template | None
    reader_most: Template | None  # how many of the items that it reads
    writer_resource: str | None
    label: str | None


Work: TypeAlias = Pass | Task | Choice | Wait | Succeed | Fail | Parallel | Map


@dataclass(frozen=True, slots=True, kw_only=True)
class State:
    """A state. Paths are JSONPath's: None for a path says null, which yields {} or leaves the result out."""

    name: str
    language: Language
    work: Work
    next: str | None  # None: it ends the machine, or its rules say where to go
    input_path: Path | None
    output_path: Path | None
    result_path: Path | None
    arguments: Template | None  # Parameters or Arguments
    result_selector: Template | None
    output: Template | None
    assign: Template | None
    retriers: tuple[Retrier, ...]
    catchers: tuple[Catcher, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Machine:
    """States and the one with which it begins: a whole definition, a branch or a processor of items."""

    start_at: str
    states: Mapping[str, State]
    timeout_seconds: int | None
    comment: str | None
