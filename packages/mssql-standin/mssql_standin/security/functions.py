"""Functions about principals and permissions as SQLite calls them back, for one session.

docs: HAS_PERMS_BY_NAME, IS_MEMBER, IS_ROLEMEMBER, IS_SRVROLEMEMBER, USER_NAME, USER_ID, DATABASE_PRINCIPAL_ID, SUSER_ID.
"""

from collections.abc import Callable
from typing import Any

from mssql_standin.catalog_functions import split_name
from mssql_standin.running import Running
from mssql_standin.security.permissions import ON_CLASS
from mssql_standin.security.principals import DATABASE, DBO, OBJECT, SCHEMA, SYSADMIN
from mssql_standin.security.rights import Rights

_CLASSES = {"database": DATABASE, "object": OBJECT, "schema": SCHEMA}
_SERVER_ROLES = {SYSADMIN, "public", "serveradmin", "securityadmin", "dbcreator", "processadmin", "setupadmin", "bulkadmin", "diskadmin"}  # fmt: skip


def security_functions(session: Running) -> dict[str, tuple[int, Callable[..., Any]]]:
    """Return the functions that need to know as whom the session acts."""

    def rights() -> Rights:
        return session.impersonation.rights(session.transaction.catalog)

    def has_permission(name: str | None, kind: str | None, wanted: str | None, _: Any, __: Any) -> int | None:
        return has_perms_by_name(session, name, kind, wanted)

    def is_member(role: str | None) -> int | None:
        return is_role_member(rights(), role, rights().principal_id)

    def is_rolemember(role: str | None, name: str | None) -> int | None:
        if name is None:
            return is_member(role)
        found = rights().catalog.security.principal(name)
        return None if found is None else is_role_member(rights(), role, found.principal_id)

    def is_server_role_member(role: str | None, name: str | None) -> int | None:
        if role is None or role.lower() not in _SERVER_ROLES:
            return None
        login = None if name is None else rights().catalog.security.login(name)
        if name is not None and login is None:
            return None
        sysadmin = session.impersonation.current.sysadmin if login is None else login.sysadmin
        return int(sysadmin or role.lower() == "public")

    def user_id(name: str | None) -> int | None:
        found = None if name is None else session.visible_catalog().security.principal(name)
        return None if found is None else found.principal_id

    def user_name(number: int | None) -> str | None:
        found = None if number is None else session.visible_catalog().security.principal_of(number)
        return None if found is None else found.name

    def suser_id(name: str | None) -> int | None:
        wanted = session.impersonation.current.login if name is None else name
        found = session.visible_catalog().security.login(wanted)
        return None if found is None else found.principal_id

    def sees_changes(number: int | None) -> int:
        if not session.impersonation.restricted:
            return 1
        table = None if number is None else rights().catalog.tables.get(number)
        return int(table is not None and rights().on_table(table, "VIEW CHANGE TRACKING"))

    return {
        "has_perms_by_name": (5, has_permission),
        "is_member": (1, is_member),
        "is_rolemember": (2, is_rolemember),
        "is_srvrolemember": (2, is_server_role_member),
        "user_id": (1, user_id),
        "user_name": (1, user_name),
        "suser_id": (1, suser_id),
        "sees_changes": (1, sees_changes),
    }


def is_role_member(rights: Rights, role: str | None, principal_id: int) -> int | None:
    """Tell whether a principal is a member of a role of the database; None if there is no such role."""
    security = rights.catalog.security
    found = None if role is None else security.principal(role)
    if found is None or found.kind != "R":
        return None
    if principal_id == DBO:
        return int(found.name in {"public", "db_owner"})
    return int(found.principal_id in security.roles_of(principal_id))


def has_perms_by_name(session: Running, name: str | None, kind: str | None, wanted: str | None) -> int | None:
    """HAS_PERMS_BY_NAME; None if there is no such securable, class or permission."""
    if wanted is None:
        return None
    if kind is None or kind.lower() == "server":
        return int(session.impersonation.current.sysadmin)
    securable_class = _CLASSES.get(kind.lower())
    permission = wanted.upper()
    if securable_class is None or permission not in ON_CLASS[securable_class] | {"ANY"}:
        return None
    rights = session.impersonation.rights(session.transaction.catalog)
    major_id = _securable(session, rights, securable_class, name)
    if major_id is None:
        return None
    held = rights.held(securable_class, major_id)
    return int(next(held, None) is not None if permission == "ANY" else permission in held)


def _securable(session: Running, rights: Rights, securable_class: int, name: str | None) -> int | None:
    catalog = rights.catalog
    parts = split_name(name) if name else None
    if securable_class == DATABASE:
        return 0 if name is None or (parts and parts[-1].lower() == catalog.database.lower()) else None
    if parts is None:
        return None
    if securable_class == SCHEMA:
        schemas = session.visible_catalog().schemas.items()
        return next((number for number, known in schemas if known.lower() == parts[-1].lower()), None)
    table = session.visible_catalog().table(parts[-2] if len(parts) > 1 else "dbo", parts[-1])
    return None if table is None else table.object_id
