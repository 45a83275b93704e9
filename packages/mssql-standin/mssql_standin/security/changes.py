"""Logins, users and roles put into effect.

docs: CREATE LOGIN, CREATE USER, CREATE ROLE, ALTER ROLE, ALTER AUTHORIZATION.
"""

from dataclasses import replace

from mssql_standin.parser import syntax
from mssql_standin.parser.cursor import unsupported
from mssql_standin.results import SqlError
from mssql_standin.security.checks import not_allowed
from mssql_standin.security.granting import missing, permissions_changed, schema_id
from mssql_standin.security.identity import Impersonation
from mssql_standin.security.principals import (
    DATABASE,
    DBO,
    FIXED_ROLES,
    PUBLIC,
    SALT_BYTES,
    SYSADMIN,
    Grant,
    Login,
    Principal,
    Security,
    hashed,
)
from mssql_standin.security.rights import Rights
from mssql_standin.store.transaction import Transaction


class SecurityChanges:
    """Applies statements about principals for one session; every method runs inside one write of the transaction."""

    def __init__(self, transaction: Transaction, impersonation: Impersonation) -> None:
        """Work for whoever runs the statement."""
        self._transaction = transaction
        self._impersonation = impersonation
        self._identity = impersonation.current

    @property
    def _rights(self) -> Rights:
        return self._impersonation.rights(self._transaction.catalog)

    @property
    def _security(self) -> Security:
        return self._transaction.catalog.security

    def _store(self, security: Security) -> None:
        self._transaction.change_catalog(replace(self._transaction.catalog, security=security))

    def apply(self, node: syntax.SecurityStatement) -> None:
        """Carry out a statement. Raises SqlError."""
        match node:
            case syntax.CreateLogin() | syntax.AlterLogin():
                self._require(self._identity.sysadmin)
                self._login(node)
            case syntax.CreateUser() | syntax.AlterUser():
                self._require(self._rights.on_database("ALTER ANY USER"))
                self._user(node)
            case syntax.CreateRole():
                self._require(self._rights.on_database("CREATE ROLE"))
                self._create_role(node)
            case syntax.DropPrincipal():
                self._drop(node)
            case syntax.ChangeMember(on_server=True):
                self._change_server_member(node)
            case syntax.ChangeMember():
                self._change_member(node)
            case syntax.ChangeOwner():
                self._change_owner(node)
            case syntax.ChangePermissions():
                self._store(permissions_changed(self._rights, node))
            case _:
                raise unsupported(type(node).__name__)

    def _require(self, allowed: bool) -> None:
        if not allowed:
            raise not_allowed()

    # --- logins ----------------------------------------------------------------------------------------------

    def _login(self, node: syntax.CreateLogin | syntax.AlterLogin) -> None:
        known = self._security.login(node.name)
        if isinstance(node, syntax.CreateLogin):
            if known is not None:
                raise SqlError(15025, f"The server principal '{node.name}' already exists.")
            number, sid = self._security.new_server_id(), self._random_bytes(16).hex().upper()
            self._store(self._security.with_login(Login(number, node.name, sid, self._hashed(node.password))))
            return
        if known is None:
            raise missing("alter", "login", node.name)
        if known not in self._security.logins:
            raise unsupported("ALTER LOGIN of the stand-in's own login; its password comes from the environment")
        changed = replace(
            known,
            password=known.password if node.password is None else self._hashed(node.password),
            disabled=known.disabled if node.disabled is None else node.disabled,
        )
        self._store(self._security.with_login(changed))

    def _hashed(self, password: str) -> str:
        return hashed(password, self._random_bytes(SALT_BYTES))

    def _random_bytes(self, count: int) -> bytes:
        return self._transaction.outside.random_bits(8 * count).to_bytes(count, "big")

    def _change_server_member(self, node: syntax.ChangeMember) -> None:
        self._require(self._identity.sysadmin)
        if node.role.lower() != SYSADMIN:
            raise unsupported(f"server role {node.role}; sysadmin is the only one")
        login = self._security.login(node.member)
        if login is None:
            raise missing("add" if node.add else "drop", "principal", node.member)
        if login not in self._security.logins:
            raise SqlError(15405, f"Cannot use the special principal '{login.name}'.")
        self._store(self._security.with_login(replace(login, sysadmin=node.add)))

    # --- users and roles -------------------------------------------------------------------------------------

    def _user(self, node: syntax.CreateUser | syntax.AlterUser) -> None:
        if isinstance(node, syntax.CreateUser):
            self._check_new(node.name)
            sid = "" if node.login is None else self._free_login(node.login).sid
            number = self._security.new_principal_id()
            changed = self._security.with_principal(self._new(number, node.name, "S", sid))
            self._store(replace(changed, grants=(*changed.grants, Grant(DATABASE, 0, number, "CONNECT", "G"))))
            return
        user = self._made("alter", "user", node.name)
        if node.new_name is not None and node.new_name.lower() != user.name.lower():
            self._check_new(node.new_name)
        sid = user.sid if node.login is None else self._free_login(node.login).sid
        self._store(self._security.with_principal(replace(user, name=node.new_name or user.name, sid=sid)))

    def _new(self, number: int, name: str, kind: str, sid: str = "", owner_id: int = DBO) -> Principal:
        return Principal(number, name, kind, sid, owner_id, str(self._transaction.now()))

    def _check_new(self, name: str) -> None:
        if self._security.principal(name) is not None:
            raise SqlError(15023, f"User, group, or role '{name}' already exists in the current database.")

    def _free_login(self, name: str) -> Login:
        login = self._security.login(name)
        if login is None:
            raise SqlError(15007, f"'{name}' is not a valid login or you do not have permission.")
        if any(known.sid == login.sid for known in self._security.made):
            raise SqlError(15063, "The login already has an account under a different user name.")
        return login

    def _made(self, verb: str, kind: str, name: str) -> Principal:
        """Return a user or role that is not built in."""
        found = self._security.principal(name)
        if found is None or found.kind != {"user": "S", "role": "R"}[kind]:
            raise missing(verb, kind, name)
        if found not in self._security.made:
            raise SqlError(15150, f"Cannot {verb} the {kind} '{name}'.")
        return found

    def _create_role(self, node: syntax.CreateRole) -> None:
        self._check_new(node.name)
        owner = self._rights.principal_id
        if node.owner is not None:
            owner = self._found("user", node.owner).principal_id
        number = self._security.new_principal_id()
        self._store(self._security.with_principal(self._new(number, node.name, "R", owner_id=owner)))

    def _found(self, kind: str, name: str) -> Principal:
        found = self._security.principal(name)
        if found is None:
            raise missing("find", kind, name)
        return found

    def _drop(self, node: syntax.DropPrincipal) -> None:
        if node.kind == "login":
            login = self._security.login(node.name)
            if login is None or not self._identity.sysadmin:
                raise missing("drop", "login", node.name)
            if login not in self._security.logins:
                raise SqlError(15150, f"Cannot drop the login '{login.name}'.")
            kept = tuple(known for known in self._security.logins if known is not login)
            self._store(replace(self._security, logins=kept))
            return
        permission = "ALTER ANY USER" if node.kind == "user" else "ALTER ANY ROLE"
        if node.if_exists and self._security.principal(node.name) is None:
            return
        if not self._rights.on_database(permission):
            raise missing("drop", node.kind, node.name)
        dropped = self._made("drop", node.kind, node.name)
        if any(owner == dropped.principal_id for _, owner in self._security.schema_owners):
            raise SqlError(15138, "The database principal owns a schema in the database, and cannot be dropped.")
        if any(role == dropped.principal_id for role, _ in self._security.members):
            raise SqlError(15144, "The role has members. It must be empty before it can be dropped.")
        self._store(self._security.without_principal(dropped.principal_id))

    def _change_member(self, node: syntax.ChangeMember) -> None:
        security = self._security
        role = security.principal(node.role)
        if role is None or role.kind != "R" or not self._may_alter(role):
            raise missing("alter", "role", node.role)
        if role.principal_id == PUBLIC:
            raise SqlError(15081, "Membership of the public role cannot be changed.")
        member = security.principal(node.member)
        if member is None:
            raise missing("add" if node.add else "drop", "principal", node.member)
        if member not in security.made:
            raise SqlError(15405, f"Cannot use the special principal '{member.name}'.")
        if node.add and member.principal_id in security.roles_of(role.principal_id):
            raise SqlError(15413, "Cannot make a role a member of itself.")
        pair = frozenset({(role.principal_id, member.principal_id)})
        self._store(replace(security, members=security.members | pair if node.add else security.members - pair))

    def _may_alter(self, role: Principal) -> bool:
        if role.principal_id in FIXED_ROLES:
            return self._rights.on_database("CONTROL")
        return role.owner_id in self._rights.identities or self._rights.on_database("ALTER ANY ROLE")

    def _change_owner(self, node: syntax.ChangeOwner) -> None:
        number = schema_id(self._transaction.catalog, node.schema)
        owner = self._found("principal", node.owner)
        if not self._rights.on_schema(number, "TAKE OWNERSHIP"):
            raise missing("find", "schema", node.schema)
        self._store(self._security.with_schema_owner(number, owner.principal_id))
