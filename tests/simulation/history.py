"""What was committed: every state of every row that a simulation's writers have written. Nothing of the app's is in it."""

import bisect
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from tests.simulation.tables import COLUMNS, Key, Row


@dataclass(frozen=True, slots=True)
class State:
    """A key's row after a transaction; None: it has none. `touched`: the columns that the statement set."""

    version: int
    seconds: float
    row: Row | None
    operation: str  # insert, update or delete
    touched: frozenset[str] = frozenset(COLUMNS)
    mark: str = ""


@dataclass
class History:
    """The states of the rows of a table, by key."""

    _states: dict[Key, list[State]] = field(default_factory=dict)

    def written(self) -> Iterator[Key]:
        """Yield every key that ever had a row."""
        yield from self._states

    def add(self, key: Key, state: State) -> None:
        """Note what was committed."""
        self._states.setdefault(key, []).append(state)

    def states(self, key: Key) -> Sequence[State]:
        """Return all states of a key, the oldest first."""
        return self._states.get(key, [])

    def row(self, key: Key) -> Row | None:
        """Return the row as it is now."""
        states = self.states(key)
        return states[-1].row if states else None

    def at(self, key: Key, version: int) -> State | None:
        """Return the state of a key at a version; None: it had none yet."""
        states = self.states(key)
        found = bisect.bisect_right([state.version for state in states], version)
        return states[found - 1] if found else None
