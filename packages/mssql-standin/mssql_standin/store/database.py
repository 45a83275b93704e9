"""What all sessions of a database share: definitions, locks, identity values, parsed batches and plans."""

import itertools
from collections import OrderedDict
from dataclasses import replace
from functools import lru_cache
from typing import Any

from mssql_standin.outside import SYSTEM, Mutex, Outside
from mssql_standin.parser.statements import parse_batch
from mssql_standin.parser.syntax import Batch, Declare, DeclareTable, walk
from mssql_standin.sql_types import SqlType
from mssql_standin.store.catalog import Catalog, from_json, to_json
from mssql_standin.store.file import FileConnection, FileLock, Storage
from mssql_standin.store.locks import LockTable
from mssql_standin.store.sqlite_functions import Functions, volatile_functions
from mssql_standin.store.views.view import OpenSession
from mssql_standin.values.collation import DEFAULT, canonical, set_database_default
from mssql_standin.values.temporal import UNIX_EPOCH_TICKS, round_datetime

_CACHED_BATCHES = 2000
_FIRST_SESSION_ID = 51


class SharedBatch:
    """A parsed batch, with plans that databases of this process have made for it and others may take over."""

    def __init__(self, batch: Batch) -> None:
        """Start without plans."""
        self.batch = batch
        self.plans: dict[tuple[Any, ...], Any] = {}
        self._signatures: dict[tuple[tuple[str, SqlType], ...], int] = {}
        self._numbers = itertools.count()

    def signature(self, types: dict[str, SqlType]) -> int:
        """Return a number for the types of all variables: shorter than they are in the circumstances of every plan."""
        return self._signatures.setdefault(tuple(types.items()), next(self._numbers))


class ParsedBatch:
    """A batch in a database: the plans of its statements, by statement and circumstances."""

    def __init__(self, shared: SharedBatch) -> None:
        """Start without plans."""
        self.shared = shared
        self.batch = shared.batch
        self.plans: dict[tuple[Any, ...], Any] = {}
        self.compiled: set[tuple[Any, ...]] = set()  # the circumstances in which all of it was found to compile
        self.variables: dict[str, SqlType] = {}  # that statements declare, in order
        self.table_variables: list[DeclareTable] = []
        for node in walk(self.batch.statements):
            if isinstance(node, Declare):
                self.variables[node.name] = node.type
            elif isinstance(node, DeclareTable):
                self.table_variables.append(node)


@lru_cache(_CACHED_BATCHES)
def _shared(sql: str, names: frozenset[str]) -> SharedBatch:
    """Parse; what is parsed has nothing of a database, so that many of one process share it."""
    return SharedBatch(parse_batch(sql, set(names)))


class SharedStore:
    """The file and what belongs to all sessions; safe for threads."""

    def __init__(
        self,
        storage: Storage,
        name: str,
        collation: str = DEFAULT,
        administrator: str = "sa",
        outside: Outside = SYSTEM,
    ) -> None:
        """Open or create the file. Raises RuntimeError if another process has it open or it is another database's."""
        storage.path.parent.mkdir(parents=True, exist_ok=True)
        self.outside = outside
        self._storage = storage
        self._volatile = volatile_functions(outside)
        self._file_lock = FileLock(storage.path)
        self._keeper: FileConnection | None = None
        try:
            self._keeper = self.connect({})
            self._keeper.create_schema()
            loaded = self._load(name, canonical(collation))
            self.catalog = replace(loaded, security=replace(loaded.security, administrator=administrator))
            set_database_default(self.catalog.collation)
        except BaseException:
            self.close()
            raise
        self.locks = LockTable(outside)
        self.last_identities: dict[int, int] = {}  # object id: last value handed out, committed or not
        self.last_cleanup = float("-inf")  # by the monotonic clock
        self.commits = 0  # how many transactions have changed rows
        self._changed_at: dict[int, int] = {}  # object id: the number of the last of them that changed the table's rows
        self.publishing = Mutex()  # held while committed definitions are not shown yet
        self.open_sessions: dict[int, OpenSession] = {}
        self._lock = Mutex()
        self._session_ids = itertools.count(_FIRST_SESSION_ID)
        self._descriptors = itertools.count(0x0100000001)
        self._batches: OrderedDict[tuple[str, frozenset[str]], ParsedBatch] = OrderedDict()

    def _load(self, name: str, collation: str) -> Catalog:
        assert self._keeper is not None  # noqa: S101 - set by the caller
        rows = self._keeper.rows("SELECT document FROM main.catalog")
        if rows:
            catalog = from_json(rows[0][0])
            if catalog.database.lower() != name.lower():
                raise RuntimeError(f"{self._storage.path} holds the database {catalog.database}, not {name}")
            return catalog  # under the collation with which it was made
        catalog = self.renumbered(Catalog(database=name, created=str(self.now()), collation=collation))
        self._keeper.rows("INSERT INTO main.catalog VALUES (1, ?)", (to_json(catalog),))
        return catalog

    def connect(self, functions: Functions) -> FileConnection:
        """Open the file once more; SQL text may call these functions besides."""
        return FileConnection(self._storage, functions, self._volatile)

    def now(self) -> int:
        """Return the present UTC time in ticks, rounded as datetime rounds."""
        return round_datetime(UNIX_EPOCH_TICKS + self.outside.utc_nanoseconds() // 100)

    def renumbered(self, catalog: Catalog) -> Catalog:
        """Return the catalog with a token that no other state of it ever had."""
        return replace(catalog, token=self.outside.random_bits(62))

    def publish(self, catalog: Catalog) -> None:
        """Show committed definitions to everybody."""
        self.catalog = catalog

    def note_commit(self, tables: set[int]) -> None:
        """Count a commit that changed the rows of these tables; its transaction is still the only writer."""
        self.commits += 1
        self._changed_at.update(dict.fromkeys(tables, self.commits))

    def changed_since(self, commits: int) -> frozenset[int]:
        """Return the tables that were changed by commits after so many."""
        return frozenset(number for number, last in self._changed_at.items() if last > commits)

    def new_descriptor(self) -> int:
        """Return the descriptor of a new transaction."""
        return next(self._descriptors)

    def new_session_id(self) -> int:
        """Return the spid of a new session."""
        return next(self._session_ids)

    def parsed(self, sql: str, names: frozenset[str]) -> ParsedBatch:
        """Return a batch parsed with these parameters declared. Raises SqlError."""
        key = (sql, names)
        with self._lock:
            found = self._batches.get(key)
            if found is not None:
                self._batches.move_to_end(key)
                return found
        made = ParsedBatch(_shared(sql, names))
        with self._lock:
            self._batches[key] = made
            if len(self._batches) > _CACHED_BATCHES:
                self._batches.popitem(last=False)
        return made

    def close(self) -> None:
        """Close the file."""
        if self._keeper is not None:
            self._keeper.close()
            self._keeper = None
        self._file_lock.release()
        self._storage.release()
