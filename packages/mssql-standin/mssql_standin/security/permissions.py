"""The permissions that there are, on what, and which of them are contained in others.

docs: "Permissions (Database Engine)", "Permissions: GRANT, DENY, REVOKE", "Database-Level Roles".
"""

from mssql_standin.security.principals import DATABASE, OBJECT, SCHEMA

CLASS_NAMES = {DATABASE: "DATABASE", OBJECT: "OBJECT_OR_COLUMN", SCHEMA: "SCHEMA"}
# name: its type in sys.database_permissions
TYPES = {
    "ALTER": "AL", "ALTER ANY ROLE": "ALRL", "ALTER ANY SCHEMA": "ALSM", "ALTER ANY USER": "ALUS", "CONNECT": "CO",
    "CONTROL": "CL", "CREATE ROLE": "CRRL", "CREATE SCHEMA": "CRSM", "CREATE TABLE": "CRTB", "DELETE": "DL", "EXECUTE": "EX",
    "IMPERSONATE": "IM", "INSERT": "IN", "REFERENCES": "RF", "SELECT": "SL", "TAKE OWNERSHIP": "TO", "UPDATE": "UP",
    "VIEW CHANGE TRACKING": "VWCT", "VIEW DATABASE STATE": "VWDS", "VIEW DEFINITION": "VW",
}  # fmt: skip
ON_SERVER = {
    "ADMINISTER BULK OPERATIONS", "ALTER ANY CONNECTION", "ALTER ANY DATABASE", "ALTER ANY LOGIN", "ALTER SERVER STATE",
    "ALTER TRACE", "CONNECT SQL", "CONTROL SERVER", "CREATE ANY DATABASE", "SHUTDOWN", "VIEW ANY DATABASE", "VIEW ANY DEFINITION",
    "VIEW SERVER STATE",
}  # fmt: skip
_ROWS = {"DELETE", "INSERT", "REFERENCES", "SELECT", "UPDATE"}
_EVERYWHERE = _ROWS | {"ALTER", "CONTROL", "EXECUTE", "TAKE OWNERSHIP", "VIEW DEFINITION"}
ON_CLASS = {
    OBJECT: _EVERYWHERE | {"VIEW CHANGE TRACKING"},
    SCHEMA: _EVERYWHERE | {"VIEW CHANGE TRACKING"},
    DATABASE: _EVERYWHERE
    | {"ALTER ANY ROLE", "ALTER ANY SCHEMA", "ALTER ANY USER", "CONNECT", "CREATE ROLE", "CREATE SCHEMA", "CREATE TABLE",
       "VIEW DATABASE STATE"},
}  # fmt: skip
ALL_ON_OBJECT = ("DELETE", "INSERT", "REFERENCES", "SELECT", "UPDATE")  # what GRANT ALL means for a table
# Within one class, what holds a permission beside itself and CONTROL.
_HELD_BY: dict[int, dict[str, tuple[str, ...]]] = {
    OBJECT: {},
    SCHEMA: {},
    DATABASE: {
        "ALTER ANY ROLE": ("ALTER",),
        "ALTER ANY SCHEMA": ("ALTER",),
        "ALTER ANY USER": ("ALTER",),
        "CREATE ROLE": ("ALTER ANY ROLE", "ALTER"),
        "CREATE SCHEMA": ("ALTER ANY SCHEMA", "ALTER"),
        "CREATE TABLE": ("ALTER",),
    },
}
# On the database, what holds a permission on a schema where the names differ.
_FROM_DATABASE = {"ALTER": "ALTER ANY SCHEMA", "VIEW CHANGE TRACKING": "CONTROL", "TAKE OWNERSHIP": "CONTROL"}
# What the fixed roles hold on the database: (state, permission).
ROLE_RIGHTS: dict[str, tuple[tuple[str, str], ...]] = {
    "db_owner": (("G", "CONTROL"),),
    "db_accessadmin": (("G", "ALTER ANY USER"), ("G", "CREATE SCHEMA")),
    "db_securityadmin": (("G", "ALTER ANY ROLE"), ("G", "CREATE SCHEMA"), ("G", "VIEW DEFINITION")),
    "db_ddladmin": (("G", "ALTER ANY SCHEMA"), ("G", "CREATE TABLE"), ("G", "CREATE SCHEMA"), ("G", "REFERENCES")),
    "db_backupoperator": (),
    "db_datareader": (("G", "SELECT"),),
    "db_datawriter": (("G", "INSERT"), ("G", "UPDATE"), ("G", "DELETE")),
    "db_denydatareader": (("D", "SELECT"),),
    "db_denydatawriter": (("D", "INSERT"), ("D", "UPDATE"), ("D", "DELETE")),
}


def holders(securable_class: int, permission: str) -> list[tuple[int, str]]:
    """Return the permissions, by class, that contain a permission on a securable: itself first, then ever wider ones."""
    own = (permission, *_HELD_BY[securable_class].get(permission, ()), "CONTROL")
    found = [(securable_class, name) for name in dict.fromkeys(own)]
    if securable_class == OBJECT:
        return found + holders(SCHEMA, permission)
    if securable_class == SCHEMA:
        return found + holders(DATABASE, _FROM_DATABASE.get(permission, permission))
    return found
