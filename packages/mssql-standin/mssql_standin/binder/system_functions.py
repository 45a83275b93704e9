"""Functions and global variables that tell about the session, the server and the catalog."""

from typing import Any

from mssql_standin.binder.number_functions import Builder, integer
from mssql_standin.binder.scope import Binder, Bound
from mssql_standin.parser.cursor import unsupported
from mssql_standin.parser.syntax import Call, Literal
from mssql_standin.results import SqlError
from mssql_standin.sql_types import SqlType
from mssql_standin.values.collation import DEFAULT, database_default
from mssql_standin.values.type_rules import BIGINT, BIT, INT, SMALLINT, SYSNAME, family
from mssql_standin.values.type_rules import Family as F  # noqa: N817 - read as a table below
from mssql_standin.version import SERVER_VERSION, VERSION_TEXT

_VARIANT_TEXT = SqlType("nvarchar", 128)
_SERVER_PROPERTIES: dict[str, tuple[SqlType, Any]] = {
    "productversion": (_VARIANT_TEXT, SERVER_VERSION),
    "productmajorversion": (_VARIANT_TEXT, SERVER_VERSION.split(".")[0]),
    "productlevel": (_VARIANT_TEXT, "RTM"),
    "edition": (_VARIANT_TEXT, "Developer Edition (stand-in)"),
    "engineedition": (INT, 3),
    "servername": (_VARIANT_TEXT, "sql-server-stand-in"),
    "machinename": (_VARIANT_TEXT, "sql-server-stand-in"),
    "collation": (_VARIANT_TEXT, DEFAULT),
    "isclustered": (INT, 0),
    "ishadrenabled": (INT, 0),
    "isintegratedsecurityonly": (INT, 0),
}
_DATABASE_PROPERTIES: dict[str, tuple[SqlType, Any]] = {
    "collation": (_VARIANT_TEXT, database_default),
    "status": (_VARIANT_TEXT, "ONLINE"),
    "updateability": (_VARIANT_TEXT, "READ_WRITE"),
    "useraccess": (_VARIANT_TEXT, "MULTI_USER"),
    "recovery": (_VARIANT_TEXT, "FULL"),
    "edition": (_VARIANT_TEXT, None),
    "isautoclose": (INT, 0),
}
_GLOBALS: dict[str, SqlType] = {
    "rowcount": INT,
    "trancount": INT,
    "error": INT,
    "identity": SqlType("decimal", precision=38, scale=0),
    "spid": SMALLINT,
    "lock_timeout": INT,
}
_FIXED_GLOBALS: dict[str, tuple[SqlType, Any]] = {
    "version": (SqlType("nvarchar", 300), VERSION_TEXT),
    "servername": (SYSNAME, "sql-server-stand-in"),
    "servicename": (SYSNAME, "MSSQLSERVER"),
    "language": (SYSNAME, "us_english"),
    "langid": (SMALLINT, 0),
    "datefirst": (SqlType("tinyint"), 7),
    "textsize": (INT, 2**31 - 1),
    "max_precision": (SqlType("tinyint"), 38),
    "nestlevel": (INT, 0),
    "procid": (INT, 0),
}


def global_variable(binder: Binder, name: str) -> Bound:
    """Bind @@name."""
    if name in _GLOBALS:
        return Bound(binder.compilation.state(name), _GLOBALS[name])
    if name in _FIXED_GLOBALS:
        sql_type, value = _FIXED_GLOBALS[name]
        return Bound(binder.compilation.constant(value), sql_type, False)
    raise unsupported(f"@@{name.upper()}")


def _state(name: str, sql_type: SqlType) -> Builder:
    def build(binder: Binder, _: Call, arguments: list[Bound]) -> Bound:
        if arguments:
            raise unsupported(f"{name} with an argument")
        return Bound(binder.compilation.state(name), sql_type)

    return build


def _own_or(name: str, sql_type: SqlType, lookup: Builder) -> Builder:
    """Return a builder of a function that tells of the session without an argument, and looks up with one."""

    def build(binder: Binder, node: Call, arguments: list[Bound]) -> Bound:
        return lookup(binder, node, arguments) if arguments else Bound(binder.compilation.state(name), sql_type)

    return build


def _property(table: dict[str, tuple[SqlType, Any]], place: int) -> Builder:
    def build(binder: Binder, node: Call, _arguments: list[Bound]) -> Bound:
        match node.arguments[place]:
            case Literal(str() as name, _):
                sql_type, value = table.get(name.lower(), (_VARIANT_TEXT, None))
                return Bound(binder.compilation.constant(value() if callable(value) else value), sql_type)
        raise unsupported(f"{node.name.upper()} of a property that is not a constant")

    return build


def _lookup(function: str, kinds: str, result: SqlType) -> Builder:
    """Return a builder of a catalog function; `kinds` says per argument t (text) or i (integer)."""

    def build(binder: Binder, _: Call, arguments: list[Bound]) -> Bound:
        parts = [
            (binder.text(bound) if kind == "t" else integer(binder, bound)).sql
            for kind, bound in zip(kinds, arguments, strict=False)
        ]
        parts += ["NULL"] * (len(kinds) - len(parts))
        return Bound(f"{function}({', '.join(parts)})", result)

    return build


def _one(_binder: Binder, _: Call, _arguments: list[Bound]) -> Bound:
    return Bound("1", INT, False)


def _refused(_binder: Binder, node: Call, _arguments: list[Bound]) -> Bound:
    raise unsupported(node.name.upper())


def _current_version(binder: Binder, _: Call, _arguments: list[Bound]) -> Bound:
    if binder.compilation.catalog.tracking is None:
        return Bound("NULL", BIGINT)
    return Bound("(SELECT version FROM main.ct_state)", BIGINT)


def _min_valid_version(binder: Binder, _: Call, arguments: list[Bound]) -> Bound:
    table = integer(binder, arguments[0])
    return Bound(
        f"(SELECT min_valid_version FROM main.ct_tables WHERE object_id = {table.sql} AND sees_changes(object_id))",
        BIGINT,
    )


def _is_column_in_mask(binder: Binder, _: Call, arguments: list[Bound]) -> Bound:
    column = integer(binder, arguments[0])
    mask = binder.settle(arguments[1], SqlType("varbinary", 4100))
    if family(mask.type) not in (F.BINARY, F.NULL):
        raise SqlError(
            8116, "Argument data type is invalid for argument 2 of CHANGE_TRACKING_IS_COLUMN_IN_MASK function."
        )
    return Bound(f"is_column_in_mask({column.sql}, {mask.sql})", BIT)


def _formatmessage(binder: Binder, _: Call, arguments: list[Bound]) -> Bound:
    values = [binder.text(arguments[0]), *(
        value if family(value.type) is F.INTEGER else binder.text(value) for value in arguments[1:]
    )]  # fmt: skip
    return Bound(f"format_message({', '.join(value.sql for value in values)})", SqlType("nvarchar", 2047))


BUILDERS: dict[str, Builder] = {
    "serverproperty": _property(_SERVER_PROPERTIES, 0),
    "databasepropertyex": _property(_DATABASE_PROPERTIES, 1),
    "object_id": _lookup("object_id", "tt", INT),
    "object_name": _lookup("object_name", "ii", SYSNAME),
    "object_schema_name": _lookup("object_schema_name", "ii", SYSNAME),
    "schema_id": _lookup("schema_id", "t", INT),
    "schema_name": _lookup("schema_name", "i", SYSNAME),
    "col_name": _lookup("col_name", "ii", SYSNAME),
    "col_length": _lookup("col_length", "tt", SMALLINT),
    "columnproperty": _lookup("columnproperty", "itt", INT),
    "objectproperty": _lookup("objectproperty", "it", INT),
    "objectpropertyex": _lookup("objectproperty", "it", INT),
    "indexproperty": _refused,
    "db_id": _lookup("db_id", "t", SMALLINT),
    "db_name": _lookup("db_name", "i", SYSNAME),
    "type_name": _lookup("type_name", "i", SYSNAME),
    "type_id": _lookup("type_id", "t", INT),
    "parsename": _lookup("parse_name", "ti", SYSNAME),
    "ident_current": _lookup("ident_current", "t", SqlType("decimal", precision=38, scale=0)),
    "has_perms_by_name": _lookup("has_perms_by_name", "ttttt", INT),
    "has_dbaccess": _one,
    "is_member": _lookup("is_member", "t", INT),
    "is_rolemember": _lookup("is_rolemember", "tt", INT),
    "is_srvrolemember": _lookup("is_srvrolemember", "tt", INT),
    "suser_id": _lookup("suser_id", "t", INT),
    "suser_name": _state("login", SYSNAME),
    "suser_sname": _state("login", SYSNAME),
    "original_login": _state("original_login", SYSNAME),
    "system_user": _state("login", SYSNAME),
    "user_id": _own_or("current_user_id", INT, _lookup("user_id", "t", INT)),
    "database_principal_id": _own_or("current_user_id", INT, _lookup("user_id", "t", INT)),
    "user_name": _own_or("user", SYSNAME, _lookup("user_name", "i", SYSNAME)),
    "current_user": _state("user", SYSNAME),
    "session_user": _state("user", SYSNAME),
    "user": _state("user", SYSNAME),
    "host_name": _state("host", SYSNAME),
    "app_name": _state("program", SYSNAME),
    "scope_identity": _state("scope_identity", SqlType("decimal", precision=38, scale=0)),
    "xact_state": _state("xact_state", SMALLINT),
    "rowcount_big": _state("rowcount", BIGINT),
    "error_number": _state("error_number", INT),
    "error_message": _state("error_message", SqlType("nvarchar", 4000)),
    "error_severity": _state("error_severity", INT),
    "error_state": _state("error_state", INT),
    "error_line": _state("error_line", INT),
    "error_procedure": _state("error_procedure", SYSNAME),
    "applock_mode": _lookup("applock_mode", "ttt", SqlType("nvarchar", 32)),
    "applock_test": _lookup("applock_test", "tttt", SMALLINT),
    "formatmessage": _formatmessage,
    "change_tracking_current_version": _current_version,
    "change_tracking_min_valid_version": _min_valid_version,
    "change_tracking_is_column_in_mask": _is_column_in_mask,
}
