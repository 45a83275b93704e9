"""As whom a session acts: its login, and whom EXECUTE AS has put in its place.

docs: EXECUTE AS, REVERT, ORIGINAL_LOGIN.
"""

from dataclasses import dataclass

from mssql_standin.results import SqlError
from mssql_standin.security.principals import DBO
from mssql_standin.security.rights import Rights
from mssql_standin.store.catalog import Catalog


@dataclass(frozen=True, slots=True)
class Identity:
    """A login and the user that it is. `login` is empty for a user without one."""

    login: str
    principal_id: int
    sysadmin: bool


class Impersonation:
    """The identity of one session and those that EXECUTE AS laid over it."""

    def __init__(self, login: str, principal_id: int | None) -> None:
        """Begin as a login and its user; no user is a member of sysadmin, who is dbo."""
        self._stack = [Identity(login, DBO if principal_id is None else principal_id, principal_id is None)]
        self._rights: Rights | None = None
        self.restricted = False  # whether there is anything that it may not do
        self._changed()

    @property
    def current(self) -> Identity:
        """As whom the session acts."""
        return self._stack[-1]

    @property
    def original_login(self) -> str:
        """Who logged in."""
        return self._stack[0].login

    @property
    def depth(self) -> int:
        """How many identities lie over each other."""
        return len(self._stack)

    def rights(self, catalog: Catalog) -> Rights:
        """Return what it may do."""
        found = self._rights
        if found is None or found.catalog.token != catalog.token:
            found = self._rights = Rights(catalog, self.current.principal_id)
        return found

    def user_name(self, catalog: Catalog) -> str:
        """Return the name of the user."""
        found = catalog.security.principal_of(self.current.principal_id)
        return "" if found is None else found.name

    def execute_as_user(self, catalog: Catalog, name: str) -> None:
        """EXECUTE AS USER. Raises SqlError 15517."""
        user = catalog.security.principal(name)
        allowed = user is not None and user.kind == "S" and user.name not in {"sys", "INFORMATION_SCHEMA", "guest"}
        if user is None or not allowed or not self._may_impersonate(catalog, user.principal_id):
            raise SqlError(15517, f'Cannot execute as the database principal because the principal "{name}" does not exist, this type of '
                                  "principal cannot be impersonated, or you do not have permission.")  # fmt: skip
        login = next((known.name for known in catalog.security.logins if known.sid == user.sid), "")
        self._push(Identity(login, user.principal_id, False))

    def _may_impersonate(self, catalog: Catalog, principal_id: int) -> bool:
        return principal_id == self.current.principal_id or self.rights(catalog).on_database("CONTROL")

    def execute_as_login(self, catalog: Catalog, name: str) -> None:
        """EXECUTE AS LOGIN. Raises SqlError 15406 or 916."""
        login = catalog.security.login(name)
        if login is None or not self.current.sysadmin:
            raise SqlError(15406, f'Cannot execute as the server principal because the principal "{name}" does not exist, this type of '
                                  "principal cannot be impersonated, or you do not have permission.")  # fmt: skip
        user = catalog.security.user_of(login)
        if user is None:
            raise not_in_database(name, catalog.database)
        self._push(Identity(login.name, user.principal_id, login.sysadmin))

    def _push(self, identity: Identity) -> None:
        self._stack.append(identity)
        self._changed()

    def revert(self, depth: int | None = None) -> None:
        """REVERT, by one or down to a depth; without EXECUTE AS it does nothing."""
        del self._stack[max(len(self._stack) - 1 if depth is None else depth, 1) :]
        self._changed()

    def _changed(self) -> None:
        self._rights = None
        self.restricted = self.current.principal_id != DBO


def not_in_database(login: str, database: str) -> SqlError:
    """Return error 916."""
    return SqlError(916, f'The server principal "{login}" is not able to access the database "{database}" under the current security '
                         "context.", 14)  # fmt: skip
