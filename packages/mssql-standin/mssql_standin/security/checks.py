"""What a statement needs, and the error of who has it not.

docs: the sections "Permissions" of the statements' pages; the numbers and texts are those of SQL Server.
"""

from collections.abc import Iterable

from mssql_standin.parser import syntax
from mssql_standin.results import SqlError
from mssql_standin.security.rights import Rights
from mssql_standin.store.catalog import Catalog, Table

Need = tuple[int, str]  # object id, permission


def not_allowed() -> SqlError:
    """Return error 15247."""
    return SqlError(15247, "User does not have permission to perform this action.")


def check_rows(rights: Rights, needs: Iterable[Need]) -> None:
    """Raise SqlError 229 if a permission on the rows of a table is missing."""
    for object_id, permission in needs:
        table = rights.catalog.tables.get(object_id)
        if table is not None and not rights.on_table(table, permission):
            raise denied(rights.catalog, table, permission)


def denied(catalog: Catalog, table: Table, permission: str) -> SqlError:
    """Return error 229."""
    return SqlError(229, f"The {permission} permission was denied on the object '{table.name}', database '{catalog.database}', schema "
                         f"'{table.schema}'.", 14, 5)  # fmt: skip


def check_definition(rights: Rights, node: syntax.Statement) -> None:
    """Raise SqlError if a definition needs a permission that is missing. What does not exist is left to the statement."""
    match node:
        case syntax.CreateTable(name, definition):
            if not name[-1].startswith("#"):
                check_new_table(rights, name)
                _references(rights, definition)
        case syntax.CreateSchema(_, owner):
            _create_schema(rights, owner)
        case syntax.DropSchema(name):
            number = _schema_id(rights, name)
            if number is not None and not rights.on_schema(number, "CONTROL") and not _any_schema(rights):
                raise SqlError(
                    15151, f"Cannot drop the schema '{name}', because it does not exist or you do not have permission."
                )
        case syntax.DropTable(names):
            for name in names:
                _drop_table(rights, name)
        case syntax.TransferTable(schema, name):
            _transfer(rights, schema, name)
        case syntax.TruncateTable(name):
            _alter(rights, name, 7)
        case syntax.CreateIndex(name) | syntax.DropIndex(table=name):
            _alter(rights, name, 12)
        case syntax.AlterTableAdd(name, definition):
            _alter(rights, name, 13)
            _references(rights, definition)
        case syntax.AlterTableDrop(name) | syntax.AlterColumn(name) | syntax.TrackTable(name):
            _alter(rights, name, 13)
        case syntax.TrackDatabase() | syntax.AlterDatabase():
            check_alter_database(rights)


def check_alter_database(rights: Rights) -> None:
    """Raise SqlError 5011 without ALTER on the database."""
    if not rights.on_database("ALTER"):
        raise SqlError(5011, f"User does not have permission to alter database '{rights.catalog.database}', the database does not exist, or "
                             "the database is not in a state that allows access checks.", 14, 9)  # fmt: skip


def check_alter_table(rights: Rights, table: Table | None, state: int) -> None:
    """Raise SqlError 1088 without ALTER on a table."""
    if table is not None and not rights.on_table(table, "ALTER"):
        raise SqlError(
            1088,
            f'Cannot find the object "{table.name}" because it does not exist or you do not have permissions.',
            state=state,
        )


def check_new_table(rights: Rights, name: syntax.Name) -> None:
    """Raise SqlError 262 without CREATE TABLE, 2760 without ALTER on the schema."""
    schema = name[-2] if len(name) > 1 else "dbo"
    if not rights.on_database("CREATE TABLE"):
        raise _on_database(rights, "CREATE TABLE")
    if not rights.on_schema_named(schema, "ALTER"):
        raise SqlError(
            2760, f'The specified schema name "{schema}" either does not exist or you do not have permission to use it.'
        )


def _on_database(rights: Rights, permission: str) -> SqlError:
    return SqlError(262, f"{permission} permission denied in database '{rights.catalog.database}'.", 14)


def _table(rights: Rights, name: syntax.Name) -> Table | None:
    return rights.catalog.table(name[-2] if len(name) > 1 else "dbo", name[-1])


def _schema_id(rights: Rights, name: str) -> int | None:
    return next((number for number, known in rights.catalog.schemas.items() if known.lower() == name.lower()), None)


def _any_schema(rights: Rights) -> bool:
    return rights.on_database("ALTER ANY SCHEMA")


def _alter(rights: Rights, name: syntax.Name, state: int) -> None:
    check_alter_table(rights, _table(rights, name), state)


def _create_schema(rights: Rights, owner: str | None) -> None:
    if not rights.on_database("CREATE SCHEMA"):
        raise _on_database(rights, "CREATE SCHEMA")
    found = None if owner is None else rights.catalog.security.principal(owner)
    if owner is not None and not (found and (found.principal_id in rights.identities or rights.on_database("CONTROL"))):
        raise SqlError(
            15151, f"Cannot find the user '{owner}', because it does not exist or you do not have permission."
        )


def _drop_table(rights: Rights, name: syntax.Name) -> None:
    table = _table(rights, name)
    if table is None or rights.on_table(table, "CONTROL") or rights.on_schema_named(table.schema, "ALTER"):
        return
    raise SqlError(
        3701, f"Cannot drop the table '{name[-1]}', because it does not exist or you do not have permission.", 14, 20
    )


def _transfer(rights: Rights, schema: str, name: syntax.Name) -> None:
    table = _table(rights, name)
    if table is not None and not rights.on_table(table, "CONTROL"):
        raise SqlError(
            15151, f"Cannot find the object '{name[-1]}', because it does not exist or you do not have permission."
        )
    if _schema_id(rights, schema) is not None and not rights.on_schema_named(schema, "ALTER"):
        raise SqlError(
            15151, f"Cannot alter the schema '{schema}', because it does not exist or you do not have permission."
        )


def _references(rights: Rights, definition: syntax.TableDefinition) -> None:
    for constraint in definition.constraints:
        if isinstance(constraint, syntax.ForeignKeyDefinition):
            referenced = _table(rights, constraint.table)
            if referenced is not None and not rights.on_table(referenced, "REFERENCES"):
                raise denied(rights.catalog, referenced, "REFERENCES")
