"""Views of schemas and of objects: sys.objects and its kin."""

from mssql_standin.store.catalog import BUILT_IN_SCHEMAS, Catalog, Table, constraints_of
from mssql_standin.store.views.view import Row, View, catalog_view, schema_ids

OBJECT_TYPES = {
    "U": "USER_TABLE", "PK": "PRIMARY_KEY_CONSTRAINT", "UQ": "UNIQUE_CONSTRAINT", "F": "FOREIGN_KEY_CONSTRAINT",
    "C": "CHECK_CONSTRAINT", "D": "DEFAULT_CONSTRAINT",
}  # fmt: skip
OBJECT = """
    name sysname, object_id int, principal_id int = NULL, schema_id int, parent_object_id int, type char(2), type_desc nvarchar(60),
    create_date datetime, modify_date datetime = $6, is_ms_shipped bit = 0, is_published bit = 0, is_schema_published bit = 0
"""
_TABLE = f"""
    {OBJECT}, lob_data_space_id int = 0, filestream_data_space_id int = NULL, max_column_id_used int, lock_on_bulk_load bit = 0,
    uses_ansi_nulls bit = 1, is_replicated bit = 0, has_replication_filter bit = 0, is_merge_published bit = 0,
    is_sync_tran_subscribed bit = 0, has_unchecked_assembly_data bit = 0, text_in_row_limit int = 0,
    large_value_types_out_of_row bit = 0, is_tracked_by_cdc bit = 0, lock_escalation tinyint = 0,
    lock_escalation_desc nvarchar(60) = 'TABLE', is_filetable bit = 0, is_memory_optimized bit = 0, durability tinyint = 0,
    durability_desc nvarchar(60) = 'SCHEMA_AND_DATA', temporal_type tinyint = 0, temporal_type_desc nvarchar(60) = 'NON_TEMPORAL_TABLE',
    history_table_id int = NULL, is_remote_data_archive_enabled bit = 0, is_external bit = 0, history_retention_period int = NULL,
    history_retention_period_unit int = NULL, history_retention_period_unit_desc nvarchar(10) = NULL, is_node bit = 0, is_edge bit = 0
"""


def object_row(catalog: Catalog, table: Table, object_id: int, name: str, kind: str) -> Row:
    """Return the cells of OBJECT for a table or one of its constraints."""
    parent = 0 if kind == "U" else table.object_id
    schema = schema_ids(catalog)[table.schema.lower()]
    return (name, object_id, schema, parent, kind.ljust(2), OBJECT_TYPES[kind], int(table.created or 0))


def _schemas(catalog: Catalog) -> list[Row]:
    owner = catalog.security.owner_of_schema
    return [
        (name, number, number if number in BUILT_IN_SCHEMAS else owner(number))
        for number, name in catalog.schemas.items()
    ]


def _objects(catalog: Catalog) -> list[Row]:
    rows = []
    for table in catalog.tables.values():
        rows.append(object_row(catalog, table, table.object_id, table.name, "U"))
        rows += [object_row(catalog, table, *constraint) for constraint in constraints_of(table)]
    return rows


def _tables(catalog: Catalog) -> list[Row]:
    return [
        (*object_row(catalog, table, table.object_id, table.name, "U"), table.next_column_id - 1)
        for table in catalog.tables.values()
    ]


def _old_objects(catalog: Catalog) -> list[Row]:
    old = {"PK": "K ", "UQ": "K "}
    return [(*row, old.get(row[4].strip(), row[4])) for row in _objects(catalog)]


VIEWS: list[View] = [
    catalog_view("sys.schemas", "name sysname, schema_id int, principal_id int", _schemas),
    catalog_view("sys.objects", OBJECT, _objects),
    catalog_view("sys.all_objects", OBJECT, _objects),
    catalog_view("sys.tables", _TABLE, _tables),
    catalog_view(
        "sys.sysobjects",
        """name sysname, id int, uid smallint, parent_obj int, xtype char(2), type_desc nvarchar(60), crdate datetime, refdate datetime = $6,
        type char(2)""",
        _old_objects,
    ),
]
