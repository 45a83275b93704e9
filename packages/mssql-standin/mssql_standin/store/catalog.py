"""Definitions of schemas, tables, indexes and constraints as immutable values, and their JSON form in the file."""

import json
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field, replace
from functools import cached_property, lru_cache
from typing import Any

from mssql_standin.security.principals import OBJECT, Security, from_document, to_document
from mssql_standin.sql_types import SqlType
from mssql_standin.values.collation import DEFAULT

FIRST_OBJECT_ID = 901_578_250  # looks like the real thing; user objects there are positive and far from the system's
_ID_STEP = 16_000_057
BUILT_IN_SCHEMAS = {1: "dbo", 2: "guest", 3: "INFORMATION_SCHEMA", 4: "sys"}


@dataclass(frozen=True, slots=True)
class DefaultValue:
    """A DEFAULT constraint."""

    object_id: int
    name: str
    text: str
    system_named: bool


@dataclass(frozen=True, slots=True)
class Column:
    """One column. `physical` is its name in SQLite."""

    column_id: int
    name: str
    type: SqlType
    nullable: bool
    collation: str | None = None
    identity: tuple[int, int] | None = None
    default: DefaultValue | None = None
    computed: str | None = None
    persisted: bool = False

    @property
    def physical(self) -> str:
        """The column's name in SQLite, which survives every rename and clash of case."""
        return f"c{self.column_id}"


@dataclass(frozen=True, slots=True)
class Index:
    """A primary key, unique constraint or index. `columns` are (column_id, descending)."""

    index_id: int
    object_id: int  # of the constraint; 0 for a plain index
    name: str
    kind: str  # "primary", "unique", "index"
    columns: tuple[tuple[int, bool], ...]
    unique: bool
    clustered: bool
    included: tuple[int, ...] = ()
    system_named: bool = False
    not_null: tuple[int, ...] = ()  # the filter: only rows in which none of these columns is NULL belong to it

    @property
    def column_ids(self) -> tuple[int, ...]:
        """The ids of the key columns."""
        return tuple(column_id for column_id, _ in self.columns)


@dataclass(frozen=True, slots=True)
class ForeignKey:
    """A FOREIGN KEY constraint without cascading actions."""

    object_id: int
    name: str
    columns: tuple[int, ...]
    referenced_id: int
    referenced_columns: tuple[int, ...]
    system_named: bool = False


@dataclass(frozen=True, slots=True)
class Check:
    """A CHECK constraint."""

    object_id: int
    name: str
    text: str
    system_named: bool = False
    column_id: int = 0  # of the column that it is a constraint of; 0 for one of the table


@dataclass(frozen=True)
class Table:
    """A table; also a temporary table or table variable, which have a `local_name` and no schema."""

    object_id: int
    schema: str
    name: str
    columns: tuple[Column, ...]
    indexes: tuple[Index, ...] = ()
    foreign_keys: tuple[ForeignKey, ...] = ()
    checks: tuple[Check, ...] = ()
    tracked: bool = False
    tracks_columns: bool = False
    created: str = field(default="", compare=False)
    next_column_id: int = 1
    local_name: str = ""

    def __hash__(self) -> int:
        """Return a hash that costs nothing; of one table's states only a few are alive at a time."""
        return hash((self.object_id, self.schema, self.name, len(self.columns)))

    @property
    def physical(self) -> str:
        """The table's name in SQLite, ready for SQL text."""
        return f'temp."{self.local_name}"' if self.local_name else f"main.t{self.object_id}"

    @property
    def changes(self) -> str:
        """The name in SQLite of the table's change log."""
        return f"main.ct{self.object_id}"

    @cached_property
    def by_name(self) -> Mapping[str, int]:
        """The place of each column by lower-case name."""
        return {column.name.lower(): place for place, column in enumerate(self.columns)}

    @cached_property
    def by_id(self) -> Mapping[int, int]:
        """The place of each column by column id."""
        return {column.column_id: place for place, column in enumerate(self.columns)}

    @cached_property
    def key(self) -> tuple[str, str]:
        """What no other table has: schema and name in lower case."""
        return self.schema.lower(), self.name.lower()

    @cached_property
    def constraints_by_name(self) -> Mapping[str, tuple[int, str]]:
        """Object id and sys.objects type of each constraint by lower-case name."""
        return {name.lower(): (object_id, kind) for object_id, name, kind in constraints_of(self)}

    @cached_property
    def primary_key(self) -> Index | None:
        """The primary key."""
        return next((index for index in self.indexes if index.kind == "primary"), None)

    @cached_property
    def identity(self) -> Column | None:
        """The identity column."""
        return next((column for column in self.columns if column.identity), None)

    def column(self, name: str) -> Column | None:
        """Return a column by name."""
        place = self.by_name.get(name.lower())
        return None if place is None else self.columns[place]

    def names_of(self, column_ids: Iterable[int]) -> list[str]:
        """Return the names of columns."""
        return [self.columns[self.by_id[column_id]].name for column_id in column_ids]


@dataclass(frozen=True, slots=True)
class Tracking:
    """Change tracking of the database."""

    retention: int = 2
    units: str = "DAYS"
    auto_cleanup: bool = True

    @property
    def retention_seconds(self) -> int:
        """How long changes are kept."""
        return self.retention * {"MINUTES": 60, "HOURS": 3600, "DAYS": 86400}[self.units]


@dataclass(frozen=True)
class Catalog:
    """Everything defined in the database at one moment. `token` is different for every state that ever was."""

    database: str
    token: int = 0
    schemas: Mapping[int, str] = field(default_factory=lambda: dict(BUILT_IN_SCHEMAS))
    tables: Mapping[int, Table] = field(default_factory=dict)
    tracking: Tracking | None = None
    compatibility_level: int = 150
    next_object_id: int = FIRST_OBJECT_ID
    created: str = ""
    collation: str = DEFAULT
    security: Security = field(default_factory=Security)
    allows_snapshot: bool = False  # ALLOW_SNAPSHOT_ISOLATION
    reads_snapshots: bool = True  # READ_COMMITTED_SNAPSHOT

    @cached_property
    def documents(self) -> dict[str, str]:
        """What views have made of this state, by their names."""
        return {}

    @cached_property
    def _by_name(self) -> Mapping[tuple[str, str], Table]:
        return {table.key: table for table in self.tables.values()}

    def constraint(self, schema: str, name: str) -> tuple[int, str, Table] | None:
        """Return a constraint by name: object id, sys.objects type, table. Asks table by table: each state is asked seldom."""
        schema, name = schema.lower(), name.lower()
        for table in self.tables.values():
            found = table.constraints_by_name.get(name)
            if found is not None and table.key[0] == schema:
                return (*found, table)
        return None

    def table(self, schema: str, name: str) -> Table | None:
        """Return a table by name."""
        return self._by_name.get((schema.lower(), name.lower()))

    def schema_name(self, name: str) -> str | None:
        """Return a schema's name as it is spelt, None if there is none."""
        return next((known for known in self.schemas.values() if known.lower() == name.lower()), None)

    def new_id(self) -> tuple[int, "Catalog"]:
        """Return an unused object id and the catalog in which it is used."""
        used = self.next_object_id
        following = used + _ID_STEP
        if following >= 2**31:
            following = following - 2**31 + 1_000_003
        return used, replace(self, next_object_id=following)

    def with_table(self, table: Table) -> "Catalog":
        """Return the catalog with a table added or replaced."""
        return replace(self, tables={**self.tables, table.object_id: table})

    def without_table(self, object_id: int) -> "Catalog":
        """Return the catalog without a table."""
        tables = {key: table for key, table in self.tables.items() if key != object_id}
        return replace(self, tables=tables, security=self.security.without_securable(OBJECT, object_id))


def constraints_of(table: Table) -> list[tuple[int, str, str]]:
    """Return (object id, name, type of sys.objects) of a table's constraints."""
    found = [(i.object_id, i.name, "PK" if i.kind == "primary" else "UQ") for i in table.indexes if i.object_id]
    found += [(key.object_id, key.name, "F") for key in table.foreign_keys]
    found += [(check.object_id, check.name, "C") for check in table.checks]
    found += [(c.default.object_id, c.default.name, "D") for c in table.columns if c.default]
    return found


def to_json(catalog: Catalog) -> str:
    """Return the catalog as the text that is kept in the file."""
    document = {
        "database": catalog.database,
        "token": catalog.token,
        "schemas": catalog.schemas,
        "tracking": None if catalog.tracking is None else asdict(catalog.tracking),
        "compatibility_level": catalog.compatibility_level,
        "next_object_id": catalog.next_object_id,
        "created": catalog.created,
        "collation": catalog.collation,
        "security": to_document(catalog.security),
        "allows_snapshot": catalog.allows_snapshot,
        "reads_snapshots": catalog.reads_snapshots,
    }
    tables = ", ".join(map(_table_text, catalog.tables.values()))
    return f'{json.dumps(document)[:-1]}, "tables": [{tables}]}}'


@lru_cache(maxsize=4096)
def _table_text(table: Table) -> str:
    """Return a table as JSON; it is an immutable value, and a definition changes one of many."""
    return json.dumps(asdict(table))


def from_json(text: str) -> Catalog:
    """Return the catalog kept in the file."""
    document = json.loads(text)
    tables = [_table(entry) for entry in document["tables"]]
    tracking = document["tracking"]
    return Catalog(
        database=document["database"],
        token=document["token"],
        schemas={int(key): name for key, name in document["schemas"].items()},
        tables={table.object_id: table for table in tables},
        tracking=None if tracking is None else Tracking(**tracking),
        compatibility_level=document["compatibility_level"],
        next_object_id=document["next_object_id"],
        created=document["created"],
        collation=document.get("collation", DEFAULT),
        security=from_document(document.get("security")),
        allows_snapshot=document.get("allows_snapshot", False),
        reads_snapshots=document.get("reads_snapshots", True),
    )


def _table(entry: dict[str, Any]) -> Table:
    return Table(
        **{
            **entry,
            "columns": tuple(_column(column) for column in entry["columns"]),
            "indexes": tuple(_index(index) for index in entry["indexes"]),
            "foreign_keys": tuple(
                ForeignKey(
                    **{**key, "columns": tuple(key["columns"]), "referenced_columns": tuple(key["referenced_columns"])}
                )
                for key in entry["foreign_keys"]
            ),
            "checks": tuple(Check(**check) for check in entry["checks"]),
        }
    )


def _column(entry: dict[str, Any]) -> Column:
    identity, default = entry["identity"], entry["default"]
    return Column(
        **{
            **entry,
            "type": SqlType(**entry["type"]),
            "identity": None if identity is None else (identity[0], identity[1]),
            "default": None if default is None else DefaultValue(**default),
        }
    )


def _index(entry: dict[str, Any]) -> Index:
    columns = tuple((column_id, descending) for column_id, descending in entry["columns"])
    ids = {name: tuple(entry.get(name, ())) for name in ("included", "not_null")}
    return Index(**{**entry, "columns": columns, **ids})
