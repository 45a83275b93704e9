"""Statements about logins, users, roles and permissions."""

from dataclasses import dataclass, field

from mssql_standin.parser.syntax.expressions import Name


@dataclass(frozen=True, slots=True)
class CreateLogin:
    """CREATE LOGIN .. WITH PASSWORD."""

    name: str
    password: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class AlterLogin:
    """ALTER LOGIN: what is None stays as it is."""

    name: str
    password: str | None = field(default=None, repr=False)
    disabled: bool | None = None


@dataclass(frozen=True, slots=True)
class CreateUser:
    """CREATE USER; without a login nobody can log in as it."""

    name: str
    login: str | None


@dataclass(frozen=True, slots=True)
class AlterUser:
    """ALTER USER: another name, another login; what is None stays as it is."""

    name: str
    new_name: str | None = None
    login: str | None = None


@dataclass(frozen=True, slots=True)
class CreateRole:
    """CREATE ROLE [AUTHORIZATION]."""

    name: str
    owner: str | None


@dataclass(frozen=True, slots=True)
class DropPrincipal:
    """DROP LOGIN, USER or ROLE; `kind`: login, user, role."""

    kind: str
    name: str
    if_exists: bool = False


@dataclass(frozen=True, slots=True)
class ChangeMember:
    """ALTER [SERVER] ROLE .. ADD or DROP MEMBER."""

    role: str
    member: str
    add: bool
    on_server: bool


@dataclass(frozen=True, slots=True)
class ChangePermissions:
    """GRANT, DENY or REVOKE. `securable_class` and `securable` as in principals.py; no name is the database."""

    action: str
    permissions: tuple[str, ...]
    securable_class: int
    securable: Name
    principals: tuple[str, ...]
    grant_option: bool  # WITH GRANT OPTION, or GRANT OPTION FOR
    cascade: bool


@dataclass(frozen=True, slots=True)
class ChangeOwner:
    """ALTER AUTHORIZATION ON SCHEMA."""

    schema: str
    owner: str


@dataclass(frozen=True, slots=True)
class ExecuteAs:
    """EXECUTE AS USER or LOGIN; `kind`: user, login."""

    kind: str
    name: str


@dataclass(frozen=True, slots=True)
class Revert:
    """REVERT."""


SecurityStatement = (
    CreateLogin | AlterLogin | CreateUser | AlterUser | CreateRole | DropPrincipal | ChangeMember | ChangePermissions
    | ChangeOwner | ExecuteAs | Revert
)  # fmt: skip
