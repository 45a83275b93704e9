"""Catalog views of logins, users, roles and permissions."""

from mssql_standin.security.permissions import CLASS_NAMES, TYPES
from mssql_standin.security.principals import DATABASE, DBO, FIXED_ROLES, SYSADMIN, Login, Principal
from mssql_standin.sql_types import SqlType
from mssql_standin.store.catalog import Catalog
from mssql_standin.store.view import Row, View
from mssql_standin.values.type_rules import BIT, DATETIME, INT, SYSNAME, TINYINT

_CHAR1, _CHAR4, _CHAR60 = SqlType("char", 1), SqlType("char", 4), SqlType("nvarchar", 60)
_SID = SqlType("varbinary", 85)
_KINDS = {"S": "SQL_USER", "R": "DATABASE_ROLE"}
_STATES = {"G": "GRANT", "W": "GRANT_WITH_GRANT_OPTION", "D": "DENY"}
_FIRST_SERVER_ROLE_ID = 3  # sysadmin; public is 2


def _database_principals(catalog: Catalog) -> list[Row]:
    made = int(catalog.created or 0)
    return [_principal_row(known, made) for known in catalog.security.principals]


def _principal_row(known: Principal, made: int) -> Row:
    is_user = known.kind == "S"
    created = int(known.created or made)
    instance = known.sid and known.principal_id not in {2, 3, 4}
    authentication = (1, "INSTANCE") if is_user and instance else (0, "NONE")
    return (
        known.name, known.principal_id, known.kind, _KINDS[known.kind],
        ("guest" if known.name == "guest" else "dbo") if is_user else None, created, created,
        None if is_user else known.owner_id, known.sid.lower() or None, int(known.principal_id in FIXED_ROLES), *authentication,
    )  # fmt: skip


def _role_members(catalog: Catalog) -> list[Row]:
    members = sorted(catalog.security.members)
    owner = next(number for number, name in FIXED_ROLES.items() if name == "db_owner")
    return [(owner, DBO), *members]


def _permissions(catalog: Catalog) -> list[Row]:
    security = catalog.security
    rows: list[Row] = [(DATABASE, "DATABASE", 0, 0, DBO, DBO, "CO  ", "CONNECT", "G", "GRANT")]
    for grant in security.grants:
        rows.append((
            grant.securable_class, CLASS_NAMES[grant.securable_class], grant.major_id, 0, grant.grantee_id, DBO,
            TYPES[grant.permission].ljust(4), grant.permission, grant.state, _STATES[grant.state],
        ))  # fmt: skip
    return rows


def _server_principals(catalog: Catalog) -> list[Row]:
    made = int(catalog.created or 0)
    roles: list[Row] = [
        ("public", 2, "02", "R", "SERVER_ROLE", 0, made, made, None, None, 0),
        (SYSADMIN, _FIRST_SERVER_ROLE_ID, "03", "R", "SERVER_ROLE", 0, made, made, None, None, 1),
    ]
    return [*(_login_row(login, catalog, made) for login in catalog.security.all_logins), *roles]


def _login_row(login: Login, catalog: Catalog, made: int) -> Row:
    return (
        login.name, login.principal_id, login.sid.lower(), "S", "SQL_LOGIN", int(login.disabled), made, made, catalog.database,
        "us_english", 0,
    )  # fmt: skip


def _server_role_members(catalog: Catalog) -> list[Row]:
    return [(_FIRST_SERVER_ROLE_ID, login.principal_id) for login in catalog.security.all_logins if login.sysadmin]


SECURITY_VIEWS = (
    View(
        "sys.database_principals",
        (("name", SYSNAME), ("principal_id", INT), ("type", _CHAR1), ("type_desc", _CHAR60), ("default_schema_name", SYSNAME),
         ("create_date", DATETIME), ("modify_date", DATETIME), ("owning_principal_id", INT), ("sid", _SID), ("is_fixed_role", BIT),
         ("authentication_type", INT), ("authentication_type_desc", _CHAR60)),
        _database_principals,
    ),
    View("sys.database_role_members", (("role_principal_id", INT), ("member_principal_id", INT)), _role_members),
    View(
        "sys.database_permissions",
        (("class", TINYINT), ("class_desc", _CHAR60), ("major_id", INT), ("minor_id", INT), ("grantee_principal_id", INT),
         ("grantor_principal_id", INT), ("type", _CHAR4), ("permission_name", SqlType("nvarchar", 128)), ("state", _CHAR1),
         ("state_desc", _CHAR60)),
        _permissions,
    ),
    View(
        "sys.server_principals",
        (("name", SYSNAME), ("principal_id", INT), ("sid", _SID), ("type", _CHAR1), ("type_desc", _CHAR60), ("is_disabled", BIT),
         ("create_date", DATETIME), ("modify_date", DATETIME), ("default_database_name", SYSNAME), ("default_language_name", SYSNAME),
         ("is_fixed_role", BIT)),
        _server_principals,
    ),
    View("sys.server_role_members", (("role_principal_id", INT), ("member_principal_id", INT)), _server_role_members),
)  # fmt: skip
