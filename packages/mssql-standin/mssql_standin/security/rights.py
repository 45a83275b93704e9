"""What one principal may do in one state of the catalog: ownership, then denials, then grants."""

from collections.abc import Iterator
from dataclasses import replace
from functools import cached_property

from mssql_standin.security.permissions import ON_CLASS, ROLE_RIGHTS, holders
from mssql_standin.security.principals import DATABASE, DBO, FIXED_ROLES, OBJECT, SCHEMA, Security
from mssql_standin.store.catalog import BUILT_IN_SCHEMAS, Catalog, Table


class Rights:
    """The effective permissions of a user."""

    def __init__(self, catalog: Catalog, principal_id: int) -> None:
        """Look at them under these definitions."""
        self.catalog = catalog
        self.principal_id = principal_id
        self._all = principal_id == DBO
        security = catalog.security
        self.identities = security.roles_of(principal_id)
        self._states: dict[tuple[int, int, str], set[str]] = {}
        for grant in security.grants:
            if grant.grantee_id in self.identities:
                self._note(grant.securable_class, grant.major_id, grant.permission, grant.state)
        for number in self.identities & FIXED_ROLES.keys():
            for state, permission in ROLE_RIGHTS[FIXED_ROLES[number]]:
                self._note(DATABASE, 0, permission, state)
        self._schema_ids = {name.lower(): number for number, name in catalog.schemas.items()}
        self._known: dict[tuple[int, int, str], bool] = {}

    def _note(self, securable_class: int, major_id: int, permission: str, state: str) -> None:
        self._states.setdefault((securable_class, major_id, permission), set()).add(state)

    def on_database(self, permission: str) -> bool:
        """Tell whether it has a permission on the database."""
        return self._has(DATABASE, 0, permission)

    def on_schema(self, schema_id: int, permission: str) -> bool:
        """Tell whether it has a permission on a schema."""
        return self._has(SCHEMA, schema_id, permission)

    def on_schema_named(self, name: str, permission: str) -> bool:
        """Tell whether it has a permission on a schema; never on one that does not exist."""
        number = self._schema_ids.get(name.lower())
        return number is not None and self.on_schema(number, permission)

    def on_table(self, table: Table, permission: str) -> bool:
        """Tell whether it has a permission on a table."""
        return self._has(OBJECT, table.object_id, permission)

    def may_grant(self, securable_class: int, major_id: int, permission: str) -> bool:
        """Tell whether it may give a permission to others: with CONTROL, or if it got it with grant option."""
        granted = self._states.get((securable_class, major_id, permission), set())
        return self._has(securable_class, major_id, "CONTROL") or "W" in granted

    def _has(self, securable_class: int, major_id: int, permission: str) -> bool:
        if self._all:
            return True
        key = (securable_class, major_id, permission)
        if key not in self._known:
            self._known[key] = self._decide(*key)
        return self._known[key]

    def _decide(self, securable_class: int, major_id: int, permission: str) -> bool:
        schema_id = self._schema_of(securable_class, major_id)
        if schema_id is not None and self.catalog.security.owner_of_schema(schema_id) in self.identities:
            return True
        places = {OBJECT: major_id, SCHEMA: schema_id, DATABASE: 0}
        states: set[str] = set()
        for holder_class, name in holders(securable_class, permission):
            states |= self._states.get((holder_class, places[holder_class] or 0, name), set())
        return "D" not in states and bool(states)

    def _schema_of(self, securable_class: int, major_id: int) -> int | None:
        if securable_class == SCHEMA:
            return major_id
        table = self.catalog.tables.get(major_id) if securable_class == OBJECT else None
        return None if table is None else self._schema_ids.get(table.schema.lower())

    # --- what it sees ----------------------------------------------------------------------------------------

    def any_on_table(self, table: Table) -> bool:
        """Tell whether a table shows in the catalog: any permission on it is enough."""
        return self._all or any(self.on_table(table, permission) for permission in sorted(ON_CLASS[OBJECT]))

    def _any_on_schema(self, number: int) -> bool:
        return number in BUILT_IN_SCHEMAS or any(self.on_schema(number, name) for name in sorted(ON_CLASS[SCHEMA]))

    @cached_property
    def visible(self) -> Catalog:
        """The catalog with those tables and schemas only of which it may know."""
        if self._all:
            return self.catalog
        tables = {number: table for number, table in self.catalog.tables.items() if self.any_on_table(table)}
        used = {table.schema.lower() for table in tables.values()}
        schemas = {
            number: name
            for number, name in self.catalog.schemas.items()
            if name.lower() in used or self._any_on_schema(number)
        }
        return replace(self.catalog, tables=tables, schemas=schemas, security=self._visible_security())

    def _visible_security(self) -> Security:
        """Return who and what it may know of: itself, its roles, and what is built in."""
        security = self.catalog.security
        if self.on_database("VIEW DEFINITION") or self.on_database("ALTER ANY USER"):
            return security
        made = tuple(known for known in security.made if known.principal_id in self.identities)
        hidden = {known.principal_id for known in security.made} - self.identities
        own = {known.sid for known in made if known.sid}
        return replace(
            security,
            logins=tuple(login for login in security.logins if login.sid in own),
            made=made,
            members=frozenset(pair for pair in security.members if not hidden & set(pair)),
            grants=tuple(grant for grant in security.grants if grant.grantee_id not in hidden),
        )

    def held(self, securable_class: int, major_id: int) -> Iterator[str]:
        """Yield the permissions on a securable that it has."""
        for permission in sorted(ON_CLASS[securable_class]):
            if self._has(securable_class, major_id, permission):
                yield permission
