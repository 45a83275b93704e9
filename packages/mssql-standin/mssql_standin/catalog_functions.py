"""Functions of the catalog as SQLite calls them back: OBJECT_ID, COLUMNPROPERTY and their kin, for one session."""

from collections.abc import Callable
from decimal import Decimal
from functools import lru_cache
from typing import Any

from mssql_standin.parser.cursor import Cursor
from mssql_standin.results import SqlError
from mssql_standin.running import Running
from mssql_standin.store.catalog import Column, Table, constraints_of
from mssql_standin.store.locks import MODES
from mssql_standin.store.views.columns import TYPE_IDS, numeric_facts
from mssql_standin.store.views.server import DATABASE_ID
from mssql_standin.values.encoding import encode_decimal
from mssql_standin.values.type_rules import Family, byte_length, digits, family

_LOCAL_ID = -1_000_000_000


@lru_cache(maxsize=4096)
def split_name(name: str) -> tuple[str, ...] | None:
    """Return the parts of a name in a string, with or without brackets; None if it is none."""
    try:
        cursor = Cursor(name)
        parts = cursor.name()
        return parts if cursor.token.kind == "end" else None
    except SqlError:
        return None


def object_id(session: Running, name: str | None, kind: str | None) -> int | None:
    """OBJECT_ID(name, kind)."""
    parts = split_name(name) if name else None
    if parts is None:
        return None
    catalog = session.visible_catalog()
    if parts[-1].startswith("#"):
        known = list(session.local_tables.temporary)
        wanted = parts[-1].lower()
        return _LOCAL_ID - known.index(wanted) if wanted in known and (kind or "U").strip().upper() == "U" else None
    if len(parts) > 2 and parts[-3].lower() != catalog.database.lower():
        return None
    schema = parts[-2] if len(parts) > 1 else "dbo"
    wanted_kind = kind.strip().upper() if kind else None
    table = catalog.table(schema, parts[-1])
    if table is not None:
        return table.object_id if wanted_kind in {None, "U"} else None
    found = catalog.constraint(schema, parts[-1])
    return found[0] if found and wanted_kind in {None, found[1]} else None


def catalog_functions(session: Running) -> dict[str, tuple[int, Callable[..., Any]]]:
    """Return the functions that need the session's catalog."""

    def table_of(number: int | None) -> Table | None:
        return None if number is None else session.visible_catalog().tables.get(number)

    def named(number: int | None) -> tuple[str, str] | None:
        table = table_of(number)
        if table is not None:
            return table.schema, table.name
        return next(
            (
                (owner.schema, name)
                for owner in session.visible_catalog().tables.values()
                for known, name, _ in constraints_of(owner)
                if known == number
            ),
            None,
        )

    def object_name(number: int | None, _: int | None) -> str | None:
        found = named(number)
        return found[1] if found else None

    def object_schema_name(number: int | None, _: int | None) -> str | None:
        found = named(number)
        return found[0] if found else None

    def schema_id(name: str | None) -> int | None:
        wanted = "dbo" if name is None else name.lower()
        schemas = session.visible_catalog().schemas.items()
        return next((number for number, known in schemas if known.lower() == wanted), None)

    def schema_name(number: int | None) -> str | None:
        return session.visible_catalog().schemas.get(1 if number is None else number)

    def col_name(number: int | None, column_id: int | None) -> str | None:
        table = table_of(number)
        place = table.by_id.get(column_id) if table and column_id is not None else None
        return table.columns[place].name if table and place is not None else None

    def col_length(name: str | None, column: str | None) -> int | None:
        table = table_of(object_id(session, name, "U"))
        found = table.column(column) if table and column else None
        return byte_length(found.type) if found else None

    def columnproperty(number: int | None, name: str | None, wanted: str | None) -> int | None:
        table = table_of(number)
        column = table.column(name) if table and name else None
        return _column_property(column, wanted or "") if column else None

    def objectproperty(number: int | None, wanted: str | None) -> int | None:
        table = table_of(number)
        return _table_property(table, (wanted or "").lower(), schema_id) if table else None

    def db_id(name: str | None) -> int | None:
        own = session.visible_catalog().database
        if name is None or name.lower() == own.lower():
            return DATABASE_ID
        return 1 if name.lower() == "master" else None

    def db_name(number: int | None) -> str | None:
        own = session.visible_catalog().database
        return own if number in (None, DATABASE_ID) else {1: "master"}.get(number)

    def ident_current(name: str | None) -> str | None:
        table = table_of(object_id(session, name, "U"))
        if table is None or table.identity is None or table.identity.identity is None:
            return None
        last = session.identities.current(table)
        return encode_decimal(Decimal(table.identity.identity[0] if last is None else last))

    def applock_mode(principal: str | None, resource: str | None, owner: str | None) -> str:
        key = ("application", (principal or "public").lower(), resource or "")
        held = session.store.locks.modes(session.session_id, key, (owner or "").capitalize())
        order = ("Exclusive", "Update", "IntentExclusive", "Shared", "IntentShared")
        return next((mode for mode in order if mode in held), "NoLock")

    def applock_test(principal: str | None, resource: str | None, mode: str | None, owner: str | None) -> int | None:
        known = next((each for each in MODES if each.lower() == (mode or "").lower()), None)
        if known is None or resource is None or (owner or "").lower() not in {"session", "transaction"}:
            return None
        key = ("application", (principal or "public").lower(), resource)
        return int(session.store.locks.is_grantable(session.session_id, key, known))

    return {
        "object_id": (2, lambda name, kind: object_id(session, name, kind)),
        "object_name": (2, object_name),
        "object_schema_name": (2, object_schema_name),
        "schema_id": (1, schema_id),
        "schema_name": (1, schema_name),
        "col_name": (2, col_name),
        "col_length": (2, col_length),
        "columnproperty": (3, columnproperty),
        "objectproperty": (2, objectproperty),
        "db_id": (1, db_id),
        "db_name": (1, db_name),
        "type_name": (1, _type_name),
        "type_id": (1, lambda name: TYPE_IDS.get(name.lower()) if name else None),
        "parse_name": (2, _parse_name),
        "ident_current": (1, ident_current),
        "applock_mode": (3, applock_mode),
        "applock_test": (4, applock_test),
    }


def _column_property(column: Column, wanted: str) -> int | None:
    kind = family(column.type)
    match wanted.lower():
        case "columnid":
            return column.column_id
        case "allowsnull":
            return int(column.nullable)
        case "isidentity":
            return int(column.identity is not None)
        case "iscomputed":
            return int(column.computed is not None)
        case "precision" if kind in (Family.TEXT, Family.BINARY):
            return column.type.length
        case "precision":
            return numeric_facts(column.type)[0]
        case "scale":
            return digits(column.type)[1] if kind in (Family.INTEGER, Family.DECIMAL) else None
        case "charmaxlen":
            return column.type.length if kind is Family.TEXT else None
    return None


def _table_property(table: Table, wanted: str, schema_id: Callable[[str], int | None]) -> int | None:
    match wanted:
        case "istable" | "isusertable":
            return 1
        case "tablehasprimarykey":
            return int(table.primary_key is not None)
        case "tablehasidentity":
            return int(table.identity is not None)
        case "schemaid":
            return schema_id(table.schema)
        case "ownerid":
            return 1
    return None


def _type_name(number: int | None) -> str | None:
    if number == 256:
        return "sysname"
    return next((name for name, known in TYPE_IDS.items() if known == number), None)


def _parse_name(name: str | None, part: int | None) -> str | None:
    parts = split_name(name) if name else None
    if parts is None or part is None or not 1 <= part <= len(parts):
        return None
    return parts[-part]
