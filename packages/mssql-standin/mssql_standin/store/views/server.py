"""Views of the server: databases, sessions, options, change tracking, and the views themselves."""

from mssql_standin.store.catalog import Catalog
from mssql_standin.store.views.objects import OBJECT
from mssql_standin.store.views.view import Reader, Row, View, catalog_view, columns_of, file_view
from mssql_standin.values.collation import DEFAULT, database_default
from mssql_standin.values.temporal import UNIX_EPOCH_TICKS

DATABASE_ID = 5
_SYS_SCHEMA_ID = 4
_ISOLATION_LEVELS = {"read uncommitted": 1, "read committed": 2, "repeatable read": 3, "serializable": 4, "snapshot": 5}


def _databases(catalog: Catalog) -> list[Row]:
    made = int(catalog.created or 0)
    return [
        ("master", 1, made, 150, DEFAULT, 1, "ON", 0),
        (
            catalog.database, DATABASE_ID, made, catalog.compatibility_level, database_default(), int(catalog.allows_snapshot),
            "ON" if catalog.allows_snapshot else "OFF", int(catalog.reads_snapshots),
        ),
    ]  # fmt: skip


def _sessions(reader: Reader) -> list[Row]:
    return [
        (session.session_id, session.state("host"), session.state("program"), session.state("login"), session.date_order,
         _ISOLATION_LEVELS[session.isolation], session.state("lock_timeout"), session.state("trancount"))
        for session in reader.sessions()
    ]  # fmt: skip


def _configurations(_: Catalog) -> list[Row]:
    return [
        (103, "user connections", 0, 32767, "Number of user connections allowed", 0),
        (518, "show advanced options", 0, 1, "show advanced options", 1),
        (1562, "clr enabled", 0, 1, "CLR user code execution enabled in the server", 1),
    ]


def _tracking_databases(catalog: Catalog) -> list[Row]:
    if catalog.tracking is None:
        return []
    units = {"MINUTES": 1, "HOURS": 2, "DAYS": 3}[catalog.tracking.units]
    tracking = catalog.tracking
    return [(DATABASE_ID, int(tracking.auto_cleanup), tracking.retention, units, tracking.units)]


def _tracking_tables(catalog: Catalog) -> list[Row]:
    return [(t.object_id, int(t.tracks_columns)) for t in catalog.tables.values() if t.tracked]


_OF_TABLE = "FROM main.ct_tables AS t WHERE t.object_id = $0"
VIEWS: list[View] = [
    catalog_view(
        "sys.databases",
        """name sysname, database_id int, source_database_id int = NULL, owner_sid varbinary(85) = X'01', create_date datetime,
        compatibility_level tinyint, collation_name sysname, user_access tinyint = 0, user_access_desc nvarchar(60) = 'MULTI_USER',
        is_read_only bit = 0, is_auto_close_on bit = 0, is_auto_shrink_on bit = 0, state tinyint = 0, state_desc nvarchar(60) = 'ONLINE',
        is_in_standby bit = 0, is_cleanly_shutdown bit = 0, is_supplemental_logging_enabled bit = 0, snapshot_isolation_state tinyint,
        snapshot_isolation_state_desc nvarchar(60), is_read_committed_snapshot_on bit, recovery_model tinyint = 1,
        recovery_model_desc nvarchar(60) = 'FULL', is_ansi_null_default_on bit = 0, is_ansi_nulls_on bit = 0, is_ansi_padding_on bit = 0,
        is_ansi_warnings_on bit = 0, is_arithabort_on bit = 0, is_concat_null_yields_null_on bit = 0, is_numeric_roundabort_on bit = 0,
        is_quoted_identifier_on bit = 0, is_recursive_triggers_on bit = 0, is_cursor_close_on_commit_on bit = 0,
        is_fulltext_enabled bit = 0, is_trustworthy_on bit = 0, is_broker_enabled bit = 0, is_cdc_enabled bit = 0, is_encrypted bit = 0,
        is_query_store_on bit = 0, containment tinyint = 0, containment_desc nvarchar(60) = 'NONE'""",
        _databases,
        of_server=True,
    ),
    catalog_view(
        "sys.sysdatabases",
        """name sysname, dbid smallint, crdate datetime, cmptlevel tinyint, collation_name sysname, is_read_committed_snapshot_on bit = $7""",
        _databases,
        of_server=True,
    ),
    View(
        "sys.dm_exec_sessions",
        columns_of(
            """session_id smallint, host_name nvarchar(128), program_name nvarchar(128), login_name nvarchar(128),
            original_login_name nvarchar(128) = $3, language nvarchar(128) = 'us_english', date_format nvarchar(3), date_first smallint = 7,
            quoted_identifier bit = 1, arithabort bit = 1, ansi_null_dflt_on bit = 1, ansi_warnings bit = 1, ansi_padding bit = 1,
            ansi_nulls bit = 1, concat_null_yields_null bit = 1, transaction_isolation_level smallint, lock_timeout int,
            deadlock_priority int = 0, is_user_process bit = 1, database_id smallint = 5, open_transaction_count int"""
        ),
        _sessions,
        of_server=True,
    ),
    catalog_view(
        "sys.configurations",
        """configuration_id int, name nvarchar(35), value int = 0, minimum int, maximum int, value_in_use int = 0, description nvarchar(255),
        is_dynamic bit = 1, is_advanced bit""",
        _configurations,
        of_server=True,
    ),
    catalog_view(
        "sys.change_tracking_databases",
        """database_id int, is_auto_cleanup_on bit, retention_period int, retention_period_units tinyint,
        retention_period_units_desc nvarchar(60), max_cleanup_version bigint = (SELECT cleanup_version FROM main.ct_state)""",
        _tracking_databases,
    ),
    catalog_view(
        "sys.change_tracking_tables",
        f"""object_id int, is_track_columns_updated_on bit, min_valid_version bigint = (SELECT min_valid_version {_OF_TABLE}),
        begin_version bigint = (SELECT begin_version {_OF_TABLE}), cleanup_version bigint = (SELECT cleanup_version FROM main.ct_state)""",
        _tracking_tables,
    ),
    file_view(
        "sys.dm_tran_commit_table",
        "commit_ts bigint, xdes_id bigint = $0, commit_lbn bigint = $0, commit_csn bigint = $0, commit_time smalldatetime",
        "(SELECT json_array(version, (CAST(committed_at AS INTEGER) + 30) / 60 * 600000000 + "
        f"{UNIX_EPOCH_TICKS}) AS value FROM main.ct_commits)",
    ),
]


def views_of_views(names: list[str]) -> View:
    """Return sys.system_views over these names: the views that are there."""
    schemas = {"sys": _SYS_SCHEMA_ID, "INFORMATION_SCHEMA": 3}
    rows: list[Row] = [
        (name.split(".")[1], -place, schemas[name.split(".")[0]], 0, "V ", "VIEW", 0)
        for place, name in enumerate(sorted([*names, "sys.system_views"]), 1)
    ]
    columns = OBJECT.replace("is_ms_shipped bit = 0", "is_ms_shipped bit = 1")
    return catalog_view("sys.system_views", columns, lambda _: rows)
