"""[[aggregate]] has kinds, each with a reader of its own."""

from collections.abc import Mapping
from typing import Any

from workflows.aggregates.reader import AggregateReader
from workflows.aggregates.results_reader import Kind
from workflows.aggregates.values import Aggregate
from workflows.streams.reader import StreamReader
from workflows.streams.values import Stream


def aggregate_reader(
    table: dict[str, Any], kind: str, number: int, settings: Mapping[str, str]
) -> AggregateReader | StreamReader:
    """Return who reads the table; of a kind that nobody knows the one who says so."""
    reader = StreamReader if table.get("kind") == Kind.EVENTS else AggregateReader
    return reader(table, kind, number, settings)


def aggregate_of(reader: AggregateReader | StreamReader) -> Aggregate | Stream | None:
    """Return what was read, None if it has problems."""
    return reader.stream() if isinstance(reader, StreamReader) else reader.aggregate()
