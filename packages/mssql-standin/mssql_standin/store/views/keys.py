"""Views of indexes, keys and constraints."""

from mssql_standin.parser.normal_form import normal_condition, normal_value
from mssql_standin.store.catalog import Catalog, ForeignKey, Index, Table
from mssql_standin.store.views.objects import OBJECT, object_row
from mssql_standin.store.views.view import Reader, Row, View, catalog_view, columns_of


def referenced_key(catalog: Catalog, key: ForeignKey) -> tuple[int, str]:
    """Return id and name of the key or unique index that a foreign key refers to."""
    wanted = sorted(key.referenced_columns)
    indexes = [index for index in catalog.tables[key.referenced_id].indexes if index.unique and not index.not_null]
    found = next((index for index in indexes if sorted(index.column_ids) == wanted), None)
    return (found.index_id, found.name) if found else (0, "")


def _indexes(catalog: Catalog) -> list[Row]:
    rows: list[Row] = []
    for table in catalog.tables.values():
        if not any(index.clustered for index in table.indexes):
            rows.append((table.object_id, None, 0, 0, "HEAP", 0, 0, 0, 0, None))
        for index in table.indexes:
            kind = (1, "CLUSTERED") if index.clustered else (2, "NONCLUSTERED")
            role = (int(index.kind == "primary"), int(index.kind == "unique"))
            cells = (table.object_id, index.name, index.index_id, *kind, int(index.unique), *role)
            rows.append((*cells, int(bool(index.not_null)), _filter(table, index)))
    return rows


def _partitions(reader: Reader) -> list[Row]:
    rows: list[Row] = []
    for table in reader.visible_catalog().tables.values():
        count = reader.row_count(table)
        kept = {0} if not any(index.clustered for index in table.indexes) else set()
        for index_id in sorted(kept | {index.index_id for index in table.indexes}):
            rows.append((table.object_id * 1000 + index_id, table.object_id, index_id, count))
    return rows


def _filter(table: Table, index: Index) -> str | None:
    conditions = [f"[{name}] IS NOT NULL" for name in table.names_of(index.not_null)]
    return f"({' AND '.join(conditions)})" if conditions else None


def _index_columns(catalog: Catalog) -> list[Row]:
    rows: list[Row] = []
    for table in catalog.tables.values():
        for index in table.indexes:
            for place, (column_id, descending) in enumerate(index.columns, 1):
                rows.append((table.object_id, index.index_id, place, column_id, place, int(descending), 0))
            for place, column_id in enumerate(index.included, len(index.columns) + 1):
                rows.append((table.object_id, index.index_id, place, column_id, 0, 0, 1))
    return rows


def _key_constraints(catalog: Catalog) -> list[Row]:
    return [
        (*object_row(catalog, table, index.object_id, index.name, "PK" if index.kind == "primary" else "UQ"),
         index.index_id, int(index.system_named))
        for table in catalog.tables.values() for index in table.indexes if index.object_id
    ]  # fmt: skip


def _default_constraints(catalog: Catalog) -> list[Row]:
    return [
        (*object_row(catalog, table, column.default.object_id, column.default.name, "D"), column.column_id,
         normal_value(column.default.text), int(column.default.system_named))
        for table in catalog.tables.values() for column in table.columns if column.default
    ]  # fmt: skip


def _check_constraints(catalog: Catalog) -> list[Row]:
    return [
        (
            *object_row(catalog, table, check.object_id, check.name, "C"),
            check.column_id,
            normal_condition(check.text),
            int(check.system_named),
        )
        for table in catalog.tables.values()
        for check in table.checks
    ]


def _foreign_keys(catalog: Catalog) -> list[Row]:
    return [
        (*object_row(catalog, table, key.object_id, key.name, "F"), key.referenced_id, referenced_key(catalog, key)[0],
         int(key.system_named))
        for table in catalog.tables.values() for key in table.foreign_keys
    ]  # fmt: skip


def _foreign_key_columns(catalog: Catalog) -> list[Row]:
    return [
        (key.object_id, place, table.object_id, column_id, key.referenced_id, referenced)
        for table in catalog.tables.values()
        for key in table.foreign_keys
        for place, (column_id, referenced) in enumerate(zip(key.columns, key.referenced_columns, strict=True), 1)
    ]


VIEWS: list[View] = [
    catalog_view(
        "sys.indexes",
        """object_id int, name sysname, index_id int, type tinyint, type_desc nvarchar(60), is_unique bit, data_space_id int = 1,
        ignore_dup_key bit = 0, is_primary_key bit, is_unique_constraint bit, fill_factor tinyint = 0, is_padded bit = 0, is_disabled bit = 0,
        is_hypothetical bit = 0, is_ignored_in_optimization bit = 0, allow_row_locks bit = 1, allow_page_locks bit = 1, has_filter bit,
        filter_definition nvarchar(4000), compression_delay int = NULL, suppress_dup_key_messages bit = 0, auto_created bit = 0,
        optimize_for_sequential_key bit = 0""",
        _indexes,
    ),
    View(
        "sys.partitions",
        columns_of(
            """partition_id bigint, object_id int, index_id int, partition_number int = 1, hobt_id bigint = $0, rows bigint,
            filestream_filegroup_id smallint = 0, data_compression tinyint = 0, data_compression_desc nvarchar(60) = 'NONE'"""
        ),
        _partitions,
    ),
    catalog_view(
        "sys.index_columns",
        """object_id int, index_id int, index_column_id int, column_id int, key_ordinal tinyint, partition_ordinal tinyint = 0,
        is_descending_key bit, is_included_column bit""",
        _index_columns,
    ),
    catalog_view(
        "sys.key_constraints",
        f"{OBJECT}, unique_index_id int, is_system_named bit, is_enforced bit = 1",
        _key_constraints,
    ),
    catalog_view(
        "sys.default_constraints",
        f"{OBJECT}, parent_column_id int, definition nvarchar(4000), is_system_named bit",
        _default_constraints,
    ),
    catalog_view(
        "sys.check_constraints",
        f"""{OBJECT}, is_disabled bit = 0, is_not_for_replication bit = 0, is_not_trusted bit = 0, parent_column_id int, definition nvarchar(4000),
        uses_database_collation bit = 1, is_system_named bit""",
        _check_constraints,
    ),
    catalog_view(
        "sys.foreign_keys",
        f"""{OBJECT}, referenced_object_id int, key_index_id int, is_disabled bit = 0, is_not_for_replication bit = 0, is_not_trusted bit = 0,
        delete_referential_action tinyint = 0, delete_referential_action_desc nvarchar(60) = 'NO_ACTION',
        update_referential_action tinyint = 0, update_referential_action_desc nvarchar(60) = 'NO_ACTION', is_system_named bit""",
        _foreign_keys,
    ),
    catalog_view(
        "sys.foreign_key_columns",
        """constraint_object_id int, constraint_column_id int, parent_object_id int, parent_column_id int, referenced_object_id int,
        referenced_column_id int""",
        _foreign_key_columns,
    ),
]
