"""Views of what cannot be made here: they are there, and empty."""

from mssql_standin.store.views.objects import OBJECT
from mssql_standin.store.views.view import View, catalog_view, nothing

_MODULES = (
    "object_id int, definition nvarchar(4000), uses_ansi_nulls bit, uses_quoted_identifier bit, is_schema_bound bit"
)
_COLUMNS = {
    "sys.views": f"{OBJECT}, with_check_option bit, has_unchecked_assembly_data bit",
    "sys.procedures": f"{OBJECT}, is_auto_executed bit",
    "sys.triggers": """name sysname, object_id int, parent_class tinyint, parent_class_desc nvarchar(60), parent_id int, type char(2),
        type_desc nvarchar(60), create_date datetime, modify_date datetime, is_ms_shipped bit, is_disabled bit,
        is_not_for_replication bit, is_instead_of_trigger bit""",
    "sys.sequences": f"""{OBJECT}, start_value bigint, increment bigint, minimum_value bigint, maximum_value bigint, is_cycling bit,
        is_cached bit, cache_size int, system_type_id tinyint, user_type_id int, precision tinyint, scale tinyint, current_value bigint""",
    "sys.synonyms": f"{OBJECT}, base_object_name nvarchar(1035)",
    "sys.sql_modules": _MODULES,
    "sys.extended_properties": """class tinyint, class_desc nvarchar(60), major_id int, minor_id int, name sysname, value nvarchar(4000)""",
    "sys.parameters": """object_id int, name sysname, parameter_id int, system_type_id tinyint, user_type_id int, max_length smallint,
        precision tinyint, scale tinyint, is_output bit, has_default_value bit, is_nullable bit""",
    "sys.assemblies": "name sysname, principal_id int, assembly_id int, clr_name nvarchar(4000), is_visible bit, is_user_defined bit",
    "sys.table_types": "name sysname, user_type_id int, schema_id int, is_user_defined bit, type_table_object_id int",
    "sys.xml_indexes": "object_id int, name sysname, index_id int, type tinyint, type_desc nvarchar(60)",
    "sys.fulltext_indexes": "object_id int, unique_index_id int, fulltext_catalog_id int, is_enabled bit",
    "INFORMATION_SCHEMA.VIEWS": """TABLE_CATALOG sysname, TABLE_SCHEMA sysname, TABLE_NAME sysname, VIEW_DEFINITION nvarchar(4000),
        CHECK_OPTION varchar(7), IS_UPDATABLE varchar(2)""",
    "INFORMATION_SCHEMA.ROUTINES": """SPECIFIC_CATALOG sysname, SPECIFIC_SCHEMA sysname, SPECIFIC_NAME sysname, ROUTINE_CATALOG sysname,
        ROUTINE_SCHEMA sysname, ROUTINE_NAME sysname, ROUTINE_TYPE varchar(20), DATA_TYPE sysname, ROUTINE_BODY varchar(30),
        ROUTINE_DEFINITION nvarchar(4000), CREATED datetime, LAST_ALTERED datetime""",
    "INFORMATION_SCHEMA.PARAMETERS": """SPECIFIC_CATALOG sysname, SPECIFIC_SCHEMA sysname, SPECIFIC_NAME sysname, ORDINAL_POSITION int,
        PARAMETER_MODE varchar(10), IS_RESULT varchar(10), PARAMETER_NAME sysname, DATA_TYPE sysname, CHARACTER_MAXIMUM_LENGTH int""",
    "INFORMATION_SCHEMA.SEQUENCES": """SEQUENCE_CATALOG sysname, SEQUENCE_SCHEMA sysname, SEQUENCE_NAME sysname, DATA_TYPE sysname,
        NUMERIC_PRECISION tinyint, NUMERIC_SCALE int, START_VALUE bigint, MINIMUM_VALUE bigint, MAXIMUM_VALUE bigint, INCREMENT bigint""",
    "INFORMATION_SCHEMA.DOMAINS": "DOMAIN_CATALOG sysname, DOMAIN_SCHEMA sysname, DOMAIN_NAME sysname, DATA_TYPE sysname",
}
VIEWS: list[View] = [catalog_view(name, columns, nothing) for name, columns in _COLUMNS.items()]
