"""Catalog views of logins, users, roles and permissions."""

from mssql_standin.security.permissions import CLASS_NAMES, TYPES
from mssql_standin.security.principals import DATABASE, DBO, FIXED_ROLES, SYSADMIN, Login, Principal
from mssql_standin.store.catalog import Catalog
from mssql_standin.store.views.view import Row, View, catalog_view

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
        None if is_user else known.owner_id, int(known.principal_id in FIXED_ROLES), *authentication, known.sid.lower() or None,
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
        ("public", 2, "R", "SERVER_ROLE", 0, made, made, None, None, 0, "02"),
        (SYSADMIN, _FIRST_SERVER_ROLE_ID, "R", "SERVER_ROLE", 0, made, made, None, None, 1, "03"),
    ]
    return [*(_login_row(login, catalog, made) for login in catalog.security.all_logins), *roles]


def _login_row(login: Login, catalog: Catalog, made: int) -> Row:
    return (
        login.name, login.principal_id, "S", "SQL_LOGIN", int(login.disabled), made, made, catalog.database, "us_english", 0,
        login.sid.lower(),
    )  # fmt: skip


def _server_role_members(catalog: Catalog) -> list[Row]:
    return [(_FIRST_SERVER_ROLE_ID, login.principal_id) for login in catalog.security.all_logins if login.sysadmin]


VIEWS: list[View] = [
    catalog_view(
        "sys.database_principals",
        """name sysname, principal_id int, type char(1), type_desc nvarchar(60), default_schema_name sysname, create_date datetime,
        modify_date datetime, owning_principal_id int, sid varbinary(85) = unpacked_bytes($11), is_fixed_role bit,
        authentication_type int, authentication_type_desc nvarchar(60), default_language_name sysname = NULL,
        default_language_lcid int = NULL, allow_encrypted_value_modifications bit = 0""",
        _database_principals,
    ),
    catalog_view("sys.database_role_members", "role_principal_id int, member_principal_id int", _role_members),
    catalog_view(
        "sys.database_permissions",
        """class tinyint, class_desc nvarchar(60), major_id int, minor_id int, grantee_principal_id int, grantor_principal_id int,
        type char(4), permission_name nvarchar(128), state char(1), state_desc nvarchar(60)""",
        _permissions,
    ),
    catalog_view(
        "sys.server_principals",
        """name sysname, principal_id int, sid varbinary(85) = unpacked_bytes($10), type char(1), type_desc nvarchar(60),
        is_disabled bit, create_date datetime, modify_date datetime, default_database_name sysname, default_language_name sysname,
        credential_id int = NULL, owning_principal_id int = NULL, is_fixed_role bit""",
        _server_principals,
        of_server=True,
    ),
    catalog_view(
        "sys.server_role_members",
        "role_principal_id int, member_principal_id int",
        _server_role_members,
        of_server=True,
    ),
]
