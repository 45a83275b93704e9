"""A cursor of the in-process client, as pyodbc's: a request runs to its end when it is executed, and errors come in their turn."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from types import TracebackType
from typing import Any, Protocol

from mssql_standin.results import Column, Event
from mssql_standin.session import Session
from mssql_standin.sql_types import SqlType
from mssql_standin.testing.in_process import columns, errors
from mssql_standin.testing.in_process.errors import ErrorClasses
from mssql_standin.testing.in_process.parameters import bound, named
from mssql_standin.testing.in_process.results import Result

_SHAPES_KEPT = 1000
_EXECUTING, _FETCHING, _GOING_ON = "SQLExecDirectW", "SQLFetch", "SQLMoreResults"


Change = tuple[int, Callable[[Any], Any]]  # the place of a column, and what becomes of its values
Shape = tuple[tuple[columns.Description, ...], list[Change]]


class Owner(Protocol):
    """What a cursor needs of its connection."""

    classes: ErrorClasses
    converters: dict[int, Callable[[Any], Any]]
    shapes: dict[int, tuple[list[Column], Shape]]

    @property
    def autocommit(self) -> bool:
        """Whether every statement is a transaction of its own."""

    def perform(self, text: str, work: Callable[[Session], Iterable[Event]], function: str) -> list[Result]:
        """Run a request to its end."""

    def types_of_places(self, text: str) -> dict[str, SqlType]:
        """Return the types that the parameters' places ask for."""

    def check_open(self) -> None:
        """Raise ProgrammingError if it was closed."""

    def commit(self) -> None:
        """Commit the open transaction."""

    def rollback(self) -> None:
        """Roll the open transaction back."""


class Row(tuple[Any, ...]):
    """A row; its values are also attributes by the names of their columns, of equal names the last."""

    cursor_description: tuple[columns.Description, ...]

    def __getattr__(self, name: str) -> Any:
        for place in reversed(range(len(self.cursor_description))):
            if self.cursor_description[place][0] == name:
                return self[place]
        raise AttributeError(f"'Row' object has no attribute '{name}'")


class Cursor:
    """Executes statements and goes through their results; by Connection.cursor."""

    def __init__(self, connection: Owner) -> None:
        """Begin without a result."""
        self.connection = connection
        self.arraysize = 1
        self.fast_executemany = False  # changes nothing here: every row of parameters is a request
        self.description: tuple[columns.Description, ...] | None = None
        self.rowcount = -1
        self.messages: list[tuple[str, str]] = []
        self._results: list[Result] = []
        self._result = Result()
        self._changes: list[Change] = []
        self._place = 0
        self._is_open = True

    def execute(self, sql: str, *parameters: Any) -> "Cursor":
        """Run a batch to its end; its ? take the parameters, given one by one or as one sequence."""
        self._check_open()
        values = parameters[0] if len(parameters) == 1 and isinstance(parameters[0], list | tuple) else parameters
        classes = self.connection.classes
        self._results, self.description, self.rowcount, self.messages = [], None, -1, []
        if not sql:
            text = "[unixODBC][Driver Manager]Invalid string or buffer length (0)"
            raise errors.of_state(classes, "HY090", text, _EXECUTING)
        text, count = named(sql)
        sent = bound(classes, count, values, lambda: self._types(text)) if count or values else None
        self._results = self.connection.perform(sql, lambda session: session.batch(text, sent), _EXECUTING)
        self._enter(_EXECUTING)
        return self

    def _types(self, text: str) -> dict[str, SqlType]:
        return self.connection.types_of_places(text)

    def executemany(self, sql: str, rows: Sequence[Sequence[Any]]) -> None:
        """Run a statement for each row of parameters."""
        for row in rows:
            self.execute(sql, tuple(row))

    def nextset(self) -> bool:
        """Go to the next result; return False if there is none. Raises the error that comes next instead."""
        self._check_open()
        if self._result.columns is not None and self._result.error is not None:
            raise self._failed(_GOING_ON)
        if not self._results:
            self._show(Result())
            return False
        self._enter(_GOING_ON)
        return True

    def _enter(self, function: str) -> None:
        self._show(self._results.pop(0))
        if self._result.columns is None and self._result.error is not None:
            raise self._failed(function)

    def _show(self, result: Result) -> None:
        self._result = result
        self._place = 0
        self.rowcount, self.messages = result.count, result.messages
        self.description, self._changes = (None, []) if result.columns is None else self._shape(result.columns)

    def _failed(self, function: str) -> Exception:
        message = self._result.error
        assert message is not None  # noqa: S101 - asked by the callers
        self._results = []
        if function == _FETCHING:  # what the columns were stays known
            self._result = Result(self._result.columns)
        else:
            self._show(Result())
        return errors.of_message(self.connection.classes, message, function)

    def _shape(self, described: list[Column]) -> Shape:
        """Return what a cursor says of columns and does to their values; a statement's plan always gives the same list."""
        kept = self.connection.shapes.get(id(described))
        if kept is None or kept[0] is not described:
            shape = tuple(map(columns.description, described)), self._changes_of(described)
            if len(self.connection.shapes) >= _SHAPES_KEPT:
                self.connection.shapes.clear()
            self.connection.shapes[id(described)] = described, shape
            return shape
        return kept[1]

    def _changes_of(self, described: list[Column]) -> list[Change]:
        changes: list[Change] = []
        for place, column in enumerate(described):
            number = columns.odbc_type(column.type)
            converter = self.connection.converters.get(number)
            if converter is not None:
                changes.append((place, _converting(columns.bytes_of(column.type), converter)))
            elif number == columns.WITHOUT_A_VALUE:
                changes.append((place, self._refusing(place, number)))
            elif (function := columns.value_of(column.type)) is not None:
                changes.append((place, function))
        return changes

    def _refusing(self, place: int, number: int) -> Callable[[Any], Any]:
        def refuse(value: Any) -> Any:
            del value
            text = f"ODBC SQL type {number} is not yet supported.  column-index={place}  type={number}"
            raise self.connection.classes.ProgrammingError(text, "HY106")

        return refuse

    def _row(self, values: tuple[Any, ...]) -> Row:
        if self._changes:
            made = list(values)
            for place, function in self._changes:
                if made[place] is not None:
                    made[place] = function(made[place])
            values = tuple(made)
        row = Row(values)
        row.cursor_description = self.description or ()
        return row

    # --- rows ------------------------------------------------------------------------------------------------

    def fetchone(self) -> Row | None:
        """Return the next row, None after the last."""
        found = self.fetchmany(1)
        return found[0] if found else None

    def fetchval(self) -> Any:
        """Return the first value of the next row, None after the last."""
        row = self.fetchone()
        return None if row is None else row[0]

    def fetchmany(self, size: int | None = None) -> list[Row]:
        """Return at most so many of the next rows."""
        return self._fetched(self.arraysize if size is None else size)

    def fetchall(self) -> list[Row]:
        """Return all rows that are left."""
        return self._fetched(None)

    def __iter__(self) -> Iterator[Row]:
        while (row := self.fetchone()) is not None:
            yield row

    def _fetched(self, size: int | None) -> list[Row]:
        self._check_open()
        classes = self.connection.classes
        if self._result.columns is None:
            raise classes.ProgrammingError("No results.  Previous SQL was not a query.")
        rows = self._result.rows
        end = len(rows) if size is None else self._place + size
        found = [self._row(values) for values in rows[self._place : end]]
        self._place += len(found)
        if self._result.error is not None and (size is None or len(found) < size):
            raise self._failed(_FETCHING)
        return found

    # --- its end ---------------------------------------------------------------------------------------------

    def _check_open(self) -> None:
        if not self._is_open:
            raise self.connection.classes.ProgrammingError("Attempt to use a closed cursor.")
        self.connection.check_open()

    def commit(self) -> None:
        """Commit the connection's transaction."""
        self.connection.commit()

    def rollback(self) -> None:
        """Roll the connection's transaction back."""
        self.connection.rollback()

    def close(self) -> None:
        """Forget all results."""
        self._check_open()
        self._is_open = False
        self._results, self._result = [], Result()

    def __enter__(self) -> "Cursor":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Commit, unless something was raised or the connection commits by itself."""
        del error, trace
        if kind is None and not self.connection.autocommit:
            self.connection.commit()


def _converting(to_bytes: Callable[[Any], bytes], converter: Callable[[Any], Any]) -> Callable[[Any], Any]:
    return lambda value: converter(to_bytes(value))
