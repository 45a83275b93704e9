"""GRANT, DENY and REVOKE: what they make of the permissions that there are.

docs: GRANT, DENY, REVOKE; the numbers and texts are those of sys.messages.
"""

from dataclasses import replace

from mssql_standin.parser import syntax
from mssql_standin.results import SqlError
from mssql_standin.security.principals import DATABASE, FIXED_ROLES, OBJECT, SCHEMA, Grant, Principal, Security
from mssql_standin.security.rights import Rights
from mssql_standin.store.catalog import Catalog


def missing(verb: str, kind: str, name: str) -> SqlError:
    """Return error 15151."""
    return SqlError(
        15151, f"Cannot {verb} the {kind} '{name}', because it does not exist or you do not have permission."
    )


def schema_id(catalog: Catalog, name: str) -> int:
    """Return the id of a schema. Raises SqlError 15151."""
    number = next((number for number, known in catalog.schemas.items() if known.lower() == name.lower()), None)
    if number is None:
        raise missing("find", "schema", name)
    return number


def permissions_changed(rights: Rights, node: syntax.ChangePermissions) -> Security:
    """Return principals and permissions after a statement of somebody with these rights. Raises SqlError."""
    major_id = _securable(rights.catalog, node)
    for permission in node.permissions:
        if not rights.may_grant(node.securable_class, major_id, permission):
            raise _no_grantor(node)
    grantees = [_grantee(rights, name) for name in node.principals]
    security = rights.catalog.security
    for permission in node.permissions:
        for grantee in grantees:
            wanted = Grant(node.securable_class, major_id, grantee.principal_id, permission, "G")
            security = _changed(security, node, wanted)
    return security


def _securable(catalog: Catalog, node: syntax.ChangePermissions) -> int:
    name = node.securable
    if node.securable_class == DATABASE:
        if name and name[0].lower() != catalog.database.lower():
            raise missing("find", "database", name[0])
        return 0
    if node.securable_class == SCHEMA:
        return schema_id(catalog, name[0])
    table = catalog.table(name[-2] if len(name) > 1 else "dbo", name[-1])
    if table is None:
        raise missing("find", "object", name[-1])
    return table.object_id


def _no_grantor(node: syntax.ChangePermissions) -> SqlError:
    if node.securable_class == DATABASE:
        return SqlError(4613, "Grantor does not have GRANT permission.")
    return missing("find", "object" if node.securable_class == OBJECT else "schema", node.securable[-1])


def _grantee(rights: Rights, name: str) -> Principal:
    grantee = rights.catalog.security.principal(name)
    if grantee is None:
        raise missing("find", "user", name)
    if grantee.principal_id in FIXED_ROLES:
        raise SqlError(4617, "Cannot grant, deny or revoke permissions to or from special roles.")
    if grantee.name in {"dbo", "sys", "INFORMATION_SCHEMA"} or grantee.principal_id == rights.principal_id:
        raise SqlError(4624, "Cannot grant, deny, or revoke permissions to sa, dbo, entity owner, information_schema, sys, or yourself.")  # fmt: skip
    return grantee


def _changed(security: Security, node: syntax.ChangePermissions, wanted: Grant) -> Security:
    before = next((grant for grant in security.grants if replace(grant, state="G") == wanted), None)
    kept = tuple(grant for grant in security.grants if grant is not before)
    if before is not None and before.state == "W" and node.action != "GRANT" and not node.cascade:
        raise SqlError(4611, "To revoke or deny grantable privileges, specify the CASCADE option.")
    after: tuple[Grant, ...]
    match node.action:
        case "REVOKE" if node.grant_option:
            after = (wanted,) if before is not None and before.state != "D" else ()
        case "REVOKE":
            after = ()
        case "DENY":
            after = (replace(wanted, state="D"),)
        case _:
            option = node.grant_option or (before is not None and before.state == "W")
            after = (replace(wanted, state="W" if option else "G"),)
    return replace(security, grants=(*kept, *after))
