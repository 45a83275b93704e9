"""The grammar of logins, users, roles and permissions."""

from mssql_standin.parser.bulk_insert import BulkInsertParser
from mssql_standin.parser.syntax import (
    AlterLogin,
    AlterUser,
    ChangeMember,
    ChangeOwner,
    ChangePermissions,
    CreateLogin,
    CreateRole,
    CreateUser,
    DropPrincipal,
    ExecuteAs,
    Name,
    Revert,
    Statement,
)
from mssql_standin.results import SqlError
from mssql_standin.security.permissions import ALL_ON_OBJECT, ON_CLASS, ON_SERVER, TYPES
from mssql_standin.security.principals import DATABASE, OBJECT, SCHEMA

_CLASSES = {"OBJECT": OBJECT, "SCHEMA": SCHEMA, "DATABASE": DATABASE}
_LOGIN_OPTIONS = {"DEFAULT_DATABASE", "DEFAULT_LANGUAGE", "CHECK_POLICY", "CHECK_EXPIRATION"}  # nothing depends on them


class SecurityParser(BulkInsertParser):
    """Adds principals and permissions to the grammar of changes."""

    def create(self) -> Statement:
        """Consume a CREATE statement."""
        match self.ahead().upper:
            case "LOGIN":
                self.place += 2
                return self._create_login()
            case "USER":
                self.place += 2
                return self._create_user()
            case "ROLE":
                self.place += 2
                return CreateRole(self.identifier(), self.principal_name() if self.accept("AUTHORIZATION") else None)
        return super().create()

    def alter(self) -> Statement:
        """Consume an ALTER statement."""
        match self.ahead().upper:
            case "LOGIN":
                self.place += 2
                return self._alter_login()
            case "USER":
                self.place += 2
                return self._alter_user()
            case "ROLE":
                self.place += 2
                return self._change_member(on_server=False)
            case "SERVER" if self.ahead(2).upper == "ROLE":
                self.place += 3
                return self._change_member(on_server=True)
            case "AUTHORIZATION":
                self.place += 2
                return self._change_owner()
        return super().alter()

    def drop(self) -> Statement:
        """Consume a DROP statement."""
        kind = self.ahead().upper
        if kind not in {"LOGIN", "USER", "ROLE"}:
            return super().drop()
        self.place += 2
        if_exists = kind != "LOGIN" and self._if_exists()
        return DropPrincipal(kind.lower(), self.identifier(), if_exists)

    def principal_name(self) -> str:
        """Consume the name of a user or role; public is one, though a reserved word."""
        return "public" if self.accept("PUBLIC") else self.identifier()

    # --- logins and users ------------------------------------------------------------------------------------

    def _create_login(self) -> Statement:
        name = self.identifier()
        if self.at("FROM"):
            raise self.unsupported(f"a login FROM {self.ahead().text.upper()}")
        self.expect("WITH", "PASSWORD")
        self.expect_op("=")
        password = self._password()
        while self.accept_op(","):
            self._login_option()
        return CreateLogin(name, password)

    def _password(self) -> str:
        if self.token.kind == "binary":
            raise self.unsupported("a hashed password")
        if self.token.kind not in {"string", "nstring"}:
            raise self.error()
        password = str(self.advance().value)
        if self.at_any("HASHED", "MUST_CHANGE", "OLD_PASSWORD", "UNLOCK"):
            raise self.unsupported(f"{self.token.value} of a password")
        return password

    def _login_option(self) -> None:
        option = self.advance().text.upper()
        if option not in _LOGIN_OPTIONS:
            raise self.unsupported(f"{option} of a login")
        self.expect_op("=")
        if option.startswith("CHECK"):
            self.on_or_off()
        else:
            self.identifier()

    def _alter_login(self) -> Statement:
        name = self.identifier()
        if self.accept("ENABLE"):
            return AlterLogin(name, disabled=False)
        if self.accept("DISABLE"):
            return AlterLogin(name, disabled=True)
        self.expect("WITH")
        password = None
        while True:
            if self.accept("PASSWORD"):
                self.expect_op("=")
                password = self._password()
            else:
                self._login_option()
            if not self.accept_op(","):
                return AlterLogin(name, password)

    def _create_user(self) -> Statement:
        name = self.identifier()
        login: str | None = name
        if self.accept("WITHOUT", "LOGIN"):
            login = None
        elif self.at_any("FOR", "FROM"):
            self.advance()
            if not self.accept("LOGIN"):
                raise self.unsupported(f"a user FROM {self.token.text.upper()}")
            login = self.identifier()
        if self.accept("WITH"):
            if self.accept("PASSWORD"):
                raise SqlError(
                    33233, "You can only create a user with a password in a contained database.", line=self.token.line
                )
            self._default_schema()
        return CreateUser(name, login)

    def _default_schema(self) -> None:
        self.expect("DEFAULT_SCHEMA")
        self.expect_op("=")
        schema = self.identifier()
        if schema.lower() != "dbo":
            raise self.unsupported(f"DEFAULT_SCHEMA = {schema}; names without a schema mean dbo")

    def _alter_user(self) -> Statement:
        name = self.identifier()
        self.expect("WITH")
        new_name = login = None
        while True:
            if self.accept("NAME"):
                self.expect_op("=")
                new_name = self.identifier()
            elif self.accept("LOGIN"):
                self.expect_op("=")
                login = self.identifier()
            else:
                self._default_schema()
            if not self.accept_op(","):
                return AlterUser(name, new_name, login)

    # --- roles and owners ------------------------------------------------------------------------------------

    def _change_member(self, *, on_server: bool) -> Statement:
        role = self.identifier()
        if self.at("WITH"):
            raise self.unsupported("ALTER ROLE WITH NAME")
        add = self.accept("ADD")
        if not add:
            self.expect("DROP")
        self.expect("MEMBER")
        return ChangeMember(role, self.identifier(), add, on_server)

    def _change_owner(self) -> Statement:
        self.expect("ON")
        if not (self.at("SCHEMA") and self.ahead().text == "::"):
            raise self.unsupported("ALTER AUTHORIZATION of anything but a schema")
        self.place += 2
        schema = self.identifier()
        self.expect("TO")
        return ChangeOwner(schema, self.principal_name())

    # --- permissions -----------------------------------------------------------------------------------------

    def permission(self) -> Statement:
        """Consume GRANT, DENY or REVOKE."""
        action = self.advance().text.upper()
        option = action == "REVOKE" and self.accept("GRANT", "OPTION", "FOR")
        wanted = [self._permission_name()]
        while self.accept_op(","):
            wanted.append(self._permission_name())
        securable_class, name = self._securable() if self.accept("ON") else (DATABASE, ())
        if not (action == "REVOKE" and self.accept("FROM")):
            self.expect("TO")
        principals = [self.principal_name()]
        while self.accept_op(","):
            principals.append(self.principal_name())
        if action == "GRANT" and self.accept("WITH", "GRANT", "OPTION"):
            option = True
        cascade = action != "GRANT" and self.accept("CASCADE")
        if self.at("AS"):
            raise self.unsupported(f"{action} .. AS")
        permissions = self._expanded(wanted, securable_class)
        return ChangePermissions(action, permissions, securable_class, name, tuple(principals), option, cascade)

    def _permission_name(self) -> str:
        words = []
        while self.token.kind == "word" and not self.at_any("ON", "TO", "FROM"):
            words.append(self.advance().text.upper())
        if self.at_op("("):
            raise self.unsupported("permissions on columns")
        if not words:
            raise self.error()
        return " ".join(words)

    def _securable(self) -> tuple[int, Name]:
        if self.ahead().text != "::":
            return OBJECT, self.name()
        word = self.advance().text.upper()
        self.expect_op("::")
        if word not in _CLASSES:
            raise self.unsupported(f"permissions on {word}")
        if word == "OBJECT":
            return OBJECT, self.name()
        return _CLASSES[word], (self.identifier(),)

    def _expanded(self, wanted: list[str], securable_class: int) -> tuple[str, ...]:
        found: list[str] = []
        for permission in wanted:
            if permission in {"ALL", "ALL PRIVILEGES"} and securable_class == OBJECT:
                found += ALL_ON_OBJECT
            elif permission in ON_SERVER and securable_class == DATABASE:
                raise SqlError(
                    4621,
                    "Permissions at the server scope can only be granted when the current database is master.",
                    line=self.token.line,
                )
            elif permission not in TYPES:
                raise self.unsupported(f"permission {permission}")
            elif permission not in ON_CLASS[securable_class]:
                raise SqlError(
                    4606,
                    f"Granted or revoked privilege {permission} is not compatible with object.",
                    line=self.token.line,
                )
            else:
                found.append(permission)
        return tuple(dict.fromkeys(found))

    # --- impersonation ---------------------------------------------------------------------------------------

    def impersonation(self) -> Statement:
        """Consume EXECUTE AS or REVERT."""
        if self.accept("REVERT"):
            return Revert()
        self.place += 2
        if not self.at_any("USER", "LOGIN"):
            raise self.unsupported(f"EXECUTE AS {self.token.text.upper()}")
        kind = self.advance().text.lower()
        self.expect_op("=")
        if self.token.kind not in {"string", "nstring"}:
            raise self.unsupported("EXECUTE AS with a variable")
        name = str(self.advance().value)
        if self.at("WITH"):
            raise self.unsupported("EXECUTE AS .. WITH")
        return ExecuteAs(kind, name)
