"""Logins, users, roles and granted permissions as immutable values, and their JSON form in the file.

docs: "Principals", "Database-Level Roles", sys.database_principals, sys.database_permissions.
"""

import hashlib
import hmac
from collections.abc import Iterator
from dataclasses import asdict, dataclass, field, replace
from typing import Any

PUBLIC, DBO, GUEST, SYS = 0, 1, 2, 4
SALT_BYTES = 8  # of a password that is kept
SYSADMIN = "sysadmin"
DATABASE, OBJECT, SCHEMA = 0, 1, 3  # classes of securables, as in sys.database_permissions
_ADMINISTRATOR_ID, _FIRST_USER_ID, _FIRST_SERVER_ID = 1, 5, 260
FIXED_ROLES = {
    16384: "db_owner",
    16385: "db_accessadmin",
    16386: "db_securityadmin",
    16387: "db_ddladmin",
    16389: "db_backupoperator",
    16390: "db_datareader",
    16391: "db_datawriter",
    16392: "db_denydatareader",
    16393: "db_denydatawriter",
}


@dataclass(frozen=True, slots=True)
class Login:
    """A SQL login. `password` is salted and hashed."""

    principal_id: int
    name: str
    sid: str  # hexadecimal
    password: str = field(repr=False)
    disabled: bool = False
    sysadmin: bool = False


@dataclass(frozen=True, slots=True)
class Principal:
    """A user (kind S) or a role (kind R) of the database. `sid` is its login's; empty without one."""

    principal_id: int
    name: str
    kind: str
    sid: str = ""
    owner_id: int = DBO
    created: str = ""


@dataclass(frozen=True, slots=True)
class Grant:
    """A permission on a securable. `state`: G granted, W granted with the right to grant it on, D denied."""

    securable_class: int
    major_id: int  # object id, schema id; 0 for the database
    grantee_id: int
    permission: str
    state: str


_BUILT_IN = (
    Principal(PUBLIC, "public", "R"),
    Principal(DBO, "dbo", "S", "01"),
    Principal(GUEST, "guest", "S", "00"),
    Principal(3, "INFORMATION_SCHEMA", "S"),
    Principal(SYS, "sys", "S"),
    *(Principal(number, name, "R") for number, name in FIXED_ROLES.items()),
)


@dataclass(frozen=True)
class Security:
    """All that is defined of principals and permissions at one moment."""

    logins: tuple[Login, ...] = ()
    made: tuple[Principal, ...] = ()  # the users and roles that are not built in
    members: frozenset[tuple[int, int]] = frozenset()  # (role, member)
    grants: tuple[Grant, ...] = ()
    schema_owners: tuple[tuple[int, int], ...] = ()  # (schema id, principal id); dbo owns the others
    administrator: str = "sa"  # the login that is always there; its password is not kept here

    @property
    def all_logins(self) -> tuple[Login, ...]:
        """All logins, the administrator's first."""
        return (Login(_ADMINISTRATOR_ID, self.administrator, "01", "", sysadmin=True), *self.logins)

    @property
    def principals(self) -> tuple[Principal, ...]:
        """All users and roles, built in or not."""
        return (*_BUILT_IN, *self.made)

    def principal(self, name: str) -> Principal | None:
        """Return a user or role by name."""
        return next((known for known in self.principals if known.name.lower() == name.lower()), None)

    def principal_of(self, number: int) -> Principal | None:
        """Return a user or role by id."""
        return next((known for known in self.principals if known.principal_id == number), None)

    def login(self, name: str) -> Login | None:
        """Return a login by name."""
        return next((known for known in self.all_logins if known.name.lower() == name.lower()), None)

    def user_of(self, login: Login) -> Principal | None:
        """Return the user that a login is in the database; dbo for members of sysadmin."""
        if login.sysadmin:
            return self.principal_of(DBO)
        return next((known for known in self.made if known.sid and known.sid == login.sid), None)

    def roles_of(self, principal_id: int) -> frozenset[int]:
        """Return a principal with all roles that it is a member of, roles of roles and public included."""
        found = {principal_id, PUBLIC}
        while more := {role for role, member in self.members if member in found} - found:
            found |= more
        return frozenset(found)

    def owner_of_schema(self, schema_id: int) -> int:
        """Return the principal that owns a schema."""
        return dict(self.schema_owners).get(schema_id, DBO)

    def new_principal_id(self) -> int:
        """Return an unused id of a user or role."""
        used = {known.principal_id for known in self.made}
        return next(number for number in _count(_FIRST_USER_ID) if number not in used)

    def new_server_id(self) -> int:
        """Return an unused id of a login."""
        used = {known.principal_id for known in self.logins}
        return next(number for number in _count(_FIRST_SERVER_ID) if number not in used)

    def with_schema_owner(self, schema_id: int, owner_id: int) -> "Security":
        """Return this after a schema got an owner."""
        others = tuple(pair for pair in self.schema_owners if pair[0] != schema_id)
        return replace(self, schema_owners=others if owner_id == DBO else (*others, (schema_id, owner_id)))

    def with_login(self, login: Login) -> "Security":
        """Return this with a login added or replaced."""
        others = tuple(known for known in self.logins if known.principal_id != login.principal_id)
        return replace(self, logins=(*others, login))

    def with_principal(self, principal: Principal) -> "Security":
        """Return this with a user or role added or replaced."""
        others = tuple(known for known in self.made if known.principal_id != principal.principal_id)
        return replace(self, made=(*others, principal))

    def without_principal(self, number: int) -> "Security":
        """Return this without a user or role, its memberships and its permissions."""
        return replace(
            self,
            made=tuple(known for known in self.made if known.principal_id != number),
            members=frozenset(pair for pair in self.members if number not in pair),
            grants=tuple(grant for grant in self.grants if grant.grantee_id != number),
        )

    def without_securable(self, securable_class: int, major_id: int) -> "Security":
        """Return this without the permissions on something that is dropped."""
        owners = self.schema_owners
        if securable_class == SCHEMA:
            owners = tuple(pair for pair in owners if pair[0] != major_id)
        kept = tuple(g for g in self.grants if (g.securable_class, g.major_id) != (securable_class, major_id))
        return self if kept == self.grants and owners == self.schema_owners else replace(
            self, grants=kept, schema_owners=owners
        )  # fmt: skip


def hashed(password: str, salt: bytes) -> str:
    """Return a password as it is kept: salt, of SALT_BYTES, and hash, hexadecimal."""
    return (salt + hashlib.sha512(password.encode("utf-16-le") + salt).digest()).hex()


def is_password(kept: str, given: str) -> bool:
    """Tell whether a given password is the one that is kept."""
    stored = bytes.fromhex(kept)
    salt, digest = stored[:SALT_BYTES], stored[SALT_BYTES:]
    return hmac.compare_digest(hashlib.sha512(given.encode("utf-16-le") + salt).digest(), digest)


def to_document(security: Security) -> dict[str, Any]:
    """Return all of it as what JSON can hold."""
    return {
        "logins": [asdict(login) for login in security.logins],
        "made": [asdict(principal) for principal in security.made],
        "members": sorted(security.members),
        "grants": [asdict(grant) for grant in security.grants],
        "schema_owners": list(security.schema_owners),
    }


def from_document(document: dict[str, Any] | None) -> Security:
    """Return what was kept; a file that is older than logins has none."""
    if document is None:
        return Security()
    return Security(
        logins=tuple(Login(**entry) for entry in document["logins"]),
        made=tuple(Principal(**entry) for entry in document["made"]),
        members=frozenset((role, member) for role, member in document["members"]),
        grants=tuple(Grant(**entry) for entry in document["grants"]),
        schema_owners=tuple((schema, owner) for schema, owner in document["schema_owners"]),
    )


def _count(start: int) -> Iterator[int]:
    while True:
        yield start
        start += 1
