"""Definitions put into effect: CREATE, ALTER, DROP and TRUNCATE on the catalog and on SQLite's tables together."""

import sqlite3
from dataclasses import replace
from typing import Any, Protocol

from mssql_standin.binder.plan import Runtime
from mssql_standin.parser import syntax
from mssql_standin.parser.cursor import unsupported
from mssql_standin.results import SqlError
from mssql_standin.security.principals import OBJECT, SCHEMA
from mssql_standin.store import definitions, tracking
from mssql_standin.store.catalog import BUILT_IN_SCHEMAS, Catalog, Column, Table, constraints_of
from mssql_standin.store.definitions import Ids
from mssql_standin.store.file import FileConnection
from mssql_standin.store.row_rules import assigned, check_row, compile_rules, computed_row
from mssql_standin.store.rows import TableWriter
from mssql_standin.store.transaction import Transaction
from mssql_standin.values.type_rules import check_implicit


class Surroundings(Runtime, Protocol):
    """What alterations need of the session."""

    file: FileConnection
    transaction: Transaction

    def reset_identity(self, table: Table) -> None:
        """Start the table's identity values anew."""


class Alterations:
    """Applies definitions for one session; every method runs inside one write of the transaction."""

    def __init__(self, around: Surroundings) -> None:
        """Work for one session."""
        self._around = around
        self._file = around.file
        self._transaction = around.transaction

    @property
    def _catalog(self) -> Catalog:
        return self._transaction.catalog

    def find(self, name: syntax.Name, number: int, text: str) -> Table:
        """Return a table by name; otherwise the error given."""
        schema = name[-2] if len(name) > 1 else "dbo"
        table = self._catalog.table(schema, name[-1])
        if table is None:
            raise SqlError(number, text.format(".".join(name)))
        return table

    def _altered(self, name: syntax.Name) -> Table:
        return self.find(
            name, 4902, 'Cannot find the object "{}" because it does not exist or you do not have permissions.'
        )

    # --- schemas and tables ----------------------------------------------------------------------------------

    def create_schema(self, node: syntax.CreateSchema, creator: int) -> None:
        """CREATE SCHEMA by a user, who owns it unless the statement names somebody."""
        catalog = self._catalog
        if catalog.schema_name(node.name) is not None:
            raise SqlError(2714, f"There is already an object named '{node.name}' in the database.", state=6)
        number = max(4, *catalog.schemas) + 1
        owner = creator
        if node.owner is not None:
            found = catalog.security.principal(node.owner)
            if found is None:
                raise SqlError(
                    15151,
                    f"Cannot find the user '{node.owner}', because it does not exist or you do not have permission.",
                )
            owner = found.principal_id
        security = catalog.security.with_schema_owner(number, owner)
        self._transaction.change_catalog(
            replace(catalog, schemas={**catalog.schemas, number: node.name}, security=security)
        )

    def drop_schema(self, node: syntax.DropSchema) -> None:
        """DROP SCHEMA."""
        catalog = self._catalog
        number = next((key for key, name in catalog.schemas.items() if name.lower() == node.name.lower()), None)
        if number is None:
            if node.if_exists:
                return
            raise SqlError(
                15151, f"Cannot drop the schema '{node.name}', because it does not exist or you do not have permission."
            )
        if number in BUILT_IN_SCHEMAS:
            raise SqlError(15150, f"Cannot drop the schema '{node.name}'.")
        held = next((t for t in catalog.tables.values() if t.schema.lower() == node.name.lower()), None)
        if held is not None:
            raise SqlError(
                3729, f"Cannot drop schema '{node.name}' because it is being referenced by object '{held.name}'."
            )
        schemas = {key: name for key, name in catalog.schemas.items() if key != number}
        security = catalog.security.without_securable(SCHEMA, number)
        self._transaction.change_catalog(replace(catalog, schemas=schemas, security=security))

    def create_table(self, node: syntax.CreateTable) -> Table:
        """CREATE TABLE."""
        catalog = self._catalog
        schema = catalog.schema_name(node.name[-2] if len(node.name) > 1 else "dbo")
        if len(node.name) > 2 and node.name[0].lower() != catalog.database.lower():
            raise SqlError(
                40515, f"Reference to database in '{'.'.join(node.name)}' is not supported by the stand-in.", 15
            )
        if schema is None or schema in {"sys", "INFORMATION_SCHEMA"}:
            raise SqlError(
                2760,
                f'The specified schema name "{node.name[-2]}" either does not exist or you do not have permission to use it.',
            )
        name = node.name[-1]
        if catalog.table(schema, name) or catalog.constraint(schema, name):
            raise SqlError(2714, f"There is already an object named '{name}' in the database.", state=6)
        table, catalog = definitions.build_table(catalog, schema, name, node.definition, str(self._transaction.now()))
        for statement in definitions.create_statements(table):
            self._file.rows(statement)
        self._transaction.change_catalog(catalog.with_table(table))
        return table

    def transfer(self, node: syntax.TransferTable) -> None:
        """ALTER SCHEMA .. TRANSFER: the table keeps its object id and everything that hangs on it."""
        catalog = self._catalog
        schema = catalog.schema_name(node.schema)
        if schema is None or schema in {"sys", "INFORMATION_SCHEMA"}:
            raise SqlError(
                15151,
                f"Cannot alter the schema '{node.schema}', because it does not exist or you do not have permission.",
            )
        table = self.find(
            node.table, 15151, "Cannot find the object '{}', because it does not exist or you do not have permission."
        )
        if table.schema.lower() == schema.lower():
            return
        names = [table.name, *(name for _, name, _ in constraints_of(table))]
        taken = next((name for name in names if _is_taken(catalog, schema, name)), None)
        if taken is not None:
            raise SqlError(15530, f'The object with name "{taken}" already exists.')
        security = catalog.security.without_securable(OBJECT, table.object_id)  # they do not move with it
        moved = replace(catalog.with_table(replace(table, schema=schema)), security=security)
        self._transaction.change_catalog(moved)

    def drop_table(self, name: syntax.Name, if_exists: bool) -> None:
        """DROP TABLE."""
        schema = name[-2] if len(name) > 1 else "dbo"
        catalog = self._catalog
        table = catalog.table(schema, name[-1])
        if table is None:
            if if_exists:
                return
            raise SqlError(
                3701,
                f"Cannot drop the table '{'.'.join(name)}', because it does not exist or you do not have permission.",
                11,
                5,
            )
        for other in catalog.tables.values():
            if other is not table and any(key.referenced_id == table.object_id for key in other.foreign_keys):
                raise SqlError(
                    3726,
                    f"Could not drop object '{'.'.join(name)}' because it is referenced by a FOREIGN KEY constraint.",
                )
        self._file.rows(f"DROP TABLE {table.physical}")
        if table.tracked:
            self._file.rows(f"DROP TABLE {table.changes}")
            self._file.rows("DELETE FROM main.ct_tables WHERE object_id = ?", (table.object_id,))
        self._file.rows("DELETE FROM main.identities WHERE object_id = ?", (table.object_id,))
        self._transaction.change_catalog(catalog.without_table(table.object_id))

    def truncate(self, table: Table) -> None:
        """TRUNCATE TABLE."""
        for other in self._catalog.tables.values():
            if other is not table and any(key.referenced_id == table.object_id for key in other.foreign_keys):
                raise SqlError(
                    4712,
                    f"Cannot truncate table '{table.name}' because it is being referenced by a FOREIGN KEY constraint.",
                )
        if not table.local_name:
            self._transaction.lock_rows(table.object_id)
        self._file.rows(f"DELETE FROM {table.physical}")
        if table.tracked:
            tracking.forget_changes(self._transaction, self._file, table)
        self._around.reset_identity(table)

    # --- ALTER TABLE -----------------------------------------------------------------------------------------

    def add(self, node: syntax.AlterTableAdd) -> None:
        """ALTER TABLE .. ADD."""
        table = self._altered(node.table)
        ids = Ids(self._catalog)
        changed = definitions.add_to_table(ids, table, node.definition)
        new_columns = changed.columns[len(table.columns) :]
        for column in new_columns:
            self._file.rows(f"ALTER TABLE {table.physical} ADD COLUMN {definitions.sqlite_column(column)}")
        if new_columns:
            self._fill_new_columns(ids.catalog, changed, node, len(table.columns))
        self._check_stored_rows(ids.catalog, changed, table)
        for index in changed.indexes[len(table.indexes) :]:
            self._create_index(changed, index)
        self._transaction.change_catalog(ids.catalog.with_table(changed))

    def _fill_new_columns(self, catalog: Catalog, table: Table, node: syntax.AlterTableAdd, first: int) -> None:
        """Give existing rows the values of new columns."""
        names = ", ".join(column.physical for column in table.columns)
        rows = self._file.rows(f"SELECT rowid, {names} FROM {table.physical}")
        if not rows:
            return
        rules = compile_rules(catalog, table)
        asked = {column.name.lower() for column in node.definition.columns if column.with_values}
        for found in rows:
            row = list(found[1:])
            for place in range(first, len(table.columns)):
                self._fill_cell(table.columns[place], place, row, rules.defaults, asked)
            computed_row(rules, self._file, self._around, row)
            sets = ", ".join(f"{column.physical} = ?" for column in table.columns[first:])
            self._file.rows(f"UPDATE {table.physical} SET {sets} WHERE rowid = ?", [*row[first:], found[0]])

    def _fill_cell(self, column: Column, place: int, row: list[Any], defaults: dict[int, Any], asked: set[str]) -> None:
        if column.identity is not None:
            raise unsupported("adding an identity column to a table that has rows")
        if place in defaults and (not column.nullable or column.name.lower() in asked):
            plan, _ = defaults[place]
            row[place] = self._file.run(plan, self._around)[0][0]
        elif not column.nullable and column.computed is None:
            raise SqlError(
                4901,
                "ALTER TABLE only allows columns to be added that can contain nulls, or have a DEFAULT definition specified, or the "
                "column being added is an identity or timestamp column, or alternatively if none of the previous conditions are "
                f"satisfied the table must be empty to allow addition of this column. Column '{column.name}' cannot be added.",
            )

    def _check_stored_rows(self, catalog: Catalog, table: Table, before: Table) -> None:
        """Check the rows that exist against new constraints."""
        new_checks = table.checks[len(before.checks) :]
        new_keys = table.foreign_keys[len(before.foreign_keys) :]
        if not new_checks and not new_keys:
            return
        only_new = replace(table, checks=new_checks, foreign_keys=new_keys)
        rules = compile_rules(catalog, only_new)
        names = ", ".join(column.physical for column in table.columns)
        rows = [list(row) for row in self._file.rows(f"SELECT {names} FROM {table.physical}")]
        for row in rows:
            check_row(rules, catalog, self._file, self._around, row, "ALTER TABLE")
        writer = TableWriter(only_new, catalog.with_table(table), self._file, self._transaction, None)
        writer.check_references(rows, [], "ALTER TABLE")

    def _create_index(self, table: Table, index: Any) -> None:
        try:
            self._file.rows(definitions.index_statement(table, index))
        except sqlite3.IntegrityError:
            raise SqlError(1505, "The CREATE UNIQUE INDEX statement terminated because a duplicate key was found for the object name "
                                 f"'{table.schema}.{table.name}' and the index name '{index.name}'.") from None  # fmt: skip

    def drop(self, node: syntax.AlterTableDrop) -> None:
        """ALTER TABLE .. DROP COLUMN or CONSTRAINT."""
        for name in node.names:
            table = self._altered(node.table)
            if node.kind == "column":
                changed = self._without_column(table, name, node.if_exists)
            else:
                changed = self._without_constraint(table, name, node.if_exists)
            self._transaction.change_catalog(self._catalog.with_table(changed))

    def _without_column(self, table: Table, name: str, if_exists: bool) -> Table:
        column = table.column(name)
        if column is None:
            if if_exists:
                return table
            raise SqlError(
                4924, f"ALTER TABLE DROP COLUMN failed because column '{name}' does not exist in table '{table.name}'."
            )
        users = [
            index.name
            for index in table.indexes
            if column.column_id in (*index.column_ids, *index.included, *index.not_null)
        ]
        users += [key.name for key in table.foreign_keys if column.column_id in key.columns]
        users += [] if column.default is None else [column.default.name]
        users += [check.name for check in table.checks if column.name.lower() in check.text.lower()]
        users += [c.name for c in table.columns if c.computed and column.name.lower() in c.computed.lower()]
        if users:
            raise SqlError(5074, f"The object '{users[0]}' is dependent on column '{column.name}'.")
        if len(table.columns) == 1:
            raise SqlError(
                4923,
                f"ALTER TABLE DROP COLUMN failed because '{name}' is the only data column in table '{table.name}'.",
            )
        # As in SQL Server, the values stay where they are; only the definition goes.
        self._file.rows(f"UPDATE {table.physical} SET {column.physical} = NULL")
        return replace(table, columns=tuple(known for known in table.columns if known is not column))

    def _without_constraint(self, table: Table, name: str, if_exists: bool) -> Table:
        wanted = name.lower()
        for index in table.indexes:
            if index.object_id and index.name.lower() == wanted:
                return self._without_index(table, index)
        for column in table.columns:
            if column.default is not None and column.default.name.lower() == wanted:
                return definitions.replace_column(table, replace(column, default=None))
        checks = tuple(check for check in table.checks if check.name.lower() != wanted)
        keys = tuple(key for key in table.foreign_keys if key.name.lower() != wanted)
        if (len(checks), len(keys)) == (len(table.checks), len(table.foreign_keys)) and not if_exists:
            raise SqlError(3728, f"'{name}' is not a constraint.")
        return replace(table, checks=checks, foreign_keys=keys)

    def _without_index(self, table: Table, index: Any) -> Table:
        if index.kind == "primary" and table.tracked:
            raise SqlError(
                3725,
                f"The constraint '{index.name}' cannot be dropped because change tracking is enabled on the table.",
            )
        for other in self._catalog.tables.values():
            for key in other.foreign_keys:
                if (
                    key.referenced_id == table.object_id
                    and set(key.referenced_columns) == set(index.column_ids)
                    and index.unique
                ):
                    raise SqlError(3725, f"The constraint '{index.name}' is being referenced by table '{other.name}', foreign key "
                                         f"constraint '{key.name}'.", state=0)  # fmt: skip
        self._file.rows(f"DROP INDEX {definitions.index_name(table, index)}")
        return replace(table, indexes=tuple(known for known in table.indexes if known is not index))

    def alter_column(self, node: syntax.AlterColumn) -> None:
        """ALTER TABLE .. ALTER COLUMN: every stored value is converted."""
        table = self._altered(node.table)
        column = table.column(node.column.name)
        if column is None:
            raise SqlError(
                4924,
                f"ALTER TABLE ALTER COLUMN failed because column '{node.column.name}' does not exist in table '{table.name}'.",
            )
        if column.computed or column.identity:
            raise unsupported("ALTER COLUMN of a computed or identity column")
        assert node.column.type is not None  # noqa: S101 - the grammar asks for it
        check_implicit(column.type, node.column.type)
        nullable = True if node.column.nullable is None else node.column.nullable
        if any(column.column_id in index.column_ids for index in table.indexes) and (
            column.type.name != node.column.type.name or (nullable and not column.nullable)
        ):
            raise SqlError(5074, f"The index of table '{table.name}' is dependent on column '{column.name}'.")
        changed = replace(column, type=node.column.type, nullable=nullable)
        altered = definitions.replace_column(table, changed)
        place = table.by_id[column.column_id]
        for rowid, value in self._file.rows(f"SELECT rowid, {column.physical} FROM {table.physical}"):
            if value is None and not nullable:
                raise SqlError(515, f"Cannot insert the value NULL into column '{column.name}', table '{table.schema}.{table.name}'; column "
                                    "does not allow nulls. UPDATE fails.", state=2)  # fmt: skip
            stored = assigned(self._catalog, altered, place, column.type, value)
            self._file.rows(f"UPDATE {table.physical} SET {column.physical} = ? WHERE rowid = ?", (stored, rowid))
        if node.column.collation is not None and node.column.collation != column.collation:
            raise unsupported("ALTER COLUMN with another collation")
        self._transaction.change_catalog(self._catalog.with_table(altered))

    # --- indexes and change tracking -------------------------------------------------------------------------

    def create_index(self, node: syntax.CreateIndex) -> None:
        """CREATE INDEX."""
        table = self.find(
            node.table, 1088, 'Cannot find the object "{}" because it does not exist or you do not have permissions.'
        )
        ids = Ids(self._catalog)
        changed = definitions.add_key(ids, table, node.key)
        self._create_index(changed, changed.indexes[-1])
        self._transaction.change_catalog(ids.catalog.with_table(changed))

    def drop_index(self, node: syntax.DropIndex) -> None:
        """DROP INDEX."""
        table = self.find(
            node.table, 1088, 'Cannot find the object "{}" because it does not exist or you do not have permissions.'
        )
        index = next((index for index in table.indexes if index.name.lower() == node.name.lower()), None)
        if index is None:
            if node.if_exists:
                return
            raise SqlError(
                3701,
                f"Cannot drop the index '{table.name}.{node.name}', because it does not exist or you do not have permission.",
                11,
                7,
            )
        if index.object_id:
            raise SqlError(
                3723,
                f"An explicit DROP INDEX is not allowed on index '{table.name}.{index.name}'. It is being used for a constraint.",
            )
        changed = self._without_index(table, index)
        self._transaction.change_catalog(self._catalog.with_table(changed))

    def track_table(self, node: syntax.TrackTable) -> None:
        """ALTER TABLE .. ENABLE or DISABLE CHANGE_TRACKING."""
        tracking.switch_table(self._transaction, self._file, self._altered(node.table), node)

    def track_database(self, node: syntax.TrackDatabase) -> None:
        """ALTER DATABASE .. SET CHANGE_TRACKING."""
        self.check_database(node.database)
        tracking.switch_database(self._transaction, node)

    def alter_database(self, node: syntax.AlterDatabase) -> None:
        """ALTER DATABASE .. SET another option."""
        self.check_database(node.database)
        if node.option == "COMPATIBILITY_LEVEL":
            if node.value not in {100, 110, 120, 130, 140, 150}:
                raise SqlError(
                    15048, "Valid values of the database compatibility level are 100, 110, 120, 130, 140, or 150."
                )
            self._transaction.change_catalog(replace(self._catalog, compatibility_level=node.value))
        elif node.option == "ALLOW_SNAPSHOT_ISOLATION":
            self._transaction.change_catalog(replace(self._catalog, allows_snapshot=node.value))
        elif node.option == "READ_COMMITTED_SNAPSHOT":
            self._transaction.change_catalog(replace(self._catalog, reads_snapshots=node.value))

    def check_database(self, name: str | None) -> None:
        """Raise SqlError 5011 if a statement names another database."""
        if name is not None and name.lower() != self._catalog.database.lower():
            raise SqlError(5011, f"User does not have permission to alter database '{name}', the database does not exist, or the database is "
                                 "not in a state that allows access checks.", 14, 5)  # fmt: skip


def rename_table(transaction: Transaction, old: syntax.Name, new: str) -> None:
    """What sp_rename does to a table."""
    catalog = transaction.catalog
    table = catalog.table(old[-2] if len(old) > 1 else "dbo", old[-1])
    if table is None:
        raise SqlError(15225, f"No item by the name of '{'.'.join(old)}' could be found in the current database '{catalog.database}', "
                              "given that @itemtype was input as '(null)'.")  # fmt: skip
    if new.lower() != table.name.lower() and _is_taken(catalog, table.schema, new):
        raise SqlError(15335, f"Error: The new name '{new}' is already in use as a OBJECT name and would cause a duplicate that is "
                              "not permitted.")  # fmt: skip
    transaction.change_catalog(catalog.with_table(replace(table, name=new)))


def rename_column(transaction: Transaction, old: syntax.Name, new: str) -> None:
    """What sp_rename does to a column; `old` is [schema,] table, column."""
    catalog = transaction.catalog
    table = catalog.table(old[-3] if len(old) > 2 else "dbo", old[-2]) if len(old) > 1 else None
    column = table.column(old[-1]) if table else None
    if table is None or column is None:
        raise SqlError(15248, "Either the parameter @objname is ambiguous or the claimed @objtype (COLUMN) is wrong.")
    if new.lower() != column.name.lower() and table.column(new) is not None:
        raise SqlError(15335, f"Error: The new name '{new}' is already in use as a COLUMN name and would cause a duplicate that is "
                              "not permitted.")  # fmt: skip
    texts = [check.text for check in table.checks] + [each.computed for each in table.columns if each.computed]
    if any(column.name.lower() in text.lower() for text in texts):
        raise SqlError(
            15336,
            f"Object '{'.'.join(old)}' cannot be renamed because the object participates in enforced dependencies.",
        )
    transaction.change_catalog(catalog.with_table(definitions.replace_column(table, replace(column, name=new))))


def _is_taken(catalog: Catalog, schema: str, name: str) -> bool:
    return catalog.table(schema, name) is not None or catalog.constraint(schema, name) is not None
