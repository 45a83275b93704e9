"""Names that SQL Server has and this engine has not, so that an error can say so instead of calling them unknown.

What the engine has is looked up first; a name may stay here when it is added. docs: the reference of Transact-SQL.
"""

from mssql_standin.results import SqlError


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


FUNCTIONS = _words(
    """
    acos app_name approx_count_distinct approx_percentile_cont approx_percentile_disc ascii asin asymkey_id asymkeyproperty
    assemblyproperty atan atn2 avg base64_decode base64_encode binary_checksum bit_count cert_id certencoded certprivatekey
    certproperty charindex checksum checksum_agg collationproperty columns_updated compress concat connectionproperty
    context_info cos cot count crypt_gen_random cume_dist current_request_id current_timezone current_timezone_id
    current_transaction_id cursor_status database_principal_id databaseproperty date_bucket datetimeoffsetfromparts datetrunc
    decompress decryptbyasymkey decryptbycert decryptbykey decryptbykeyautoasymkey decryptbykeyautocert decryptbypassphrase
    degrees difference edge_id_from_parts encryptbyasymkey encryptbycert encryptbykey encryptbypassphrase eventdata
    file_id file_idex file_name filegroup_id filegroup_name filegroupproperty fileproperty filepropertyex format
    fulltextcatalogproperty fulltextserviceproperty generate_series get_bit get_filestream_transaction_context getansinull
    getfilenamespacepath getpathlocator grouping grouping_id host_id ident_incr ident_seed identity index_col
    indexkey_property is_objectsigned is_rolemember json_array json_arrayagg json_contains json_modify json_object
    json_objectagg json_path_exists key_guid key_id key_name left_shift loginproperty min_active_rowversion newsequentialid
    next_value_for node_id_from_parts object_definition object_id_from_edge_id object_id_from_node_id permissions
    percent_rank percentile_cont percentile_disc product pwdcompare pwdencrypt radians regexp_count regexp_instr regexp_like
    regexp_replace regexp_substr right_shift rollup cube set_bit session_context session_id signbyasymkey signbycert sin
    smalldatetimefromparts soundex sql_variant_property stats_date stdev stdevp suser_id suser_sid symkeyproperty tan
    textptr textvalid timefromparts trigger_nestlevel typeproperty try_parse unistr user_id var varp vector_distance
    vector_norm vector_normalize verifysignedbyasymkey verifysignedbycert xml_schema_namespace
    edit_distance edit_distance_similarity jaro_winkler_distance jaro_winkler_similarity
    """
)

GLOBAL_VARIABLES = _words(
    """
    connections cpu_busy cursor_rows datefirst dbts def_sortorder_id default_langid error fetch_status idle identity io_busy
    langid language lock_timeout max_connections max_precision microsoftversion nestlevel options pack_received pack_sent
    packet_errors procid remserver rowcount servername servicename spid textsize timeticks total_errors total_read total_write
    trancount version
    """
)

# Words with which statements and clauses begin that the grammar here has nowhere.
WORDS = _words(
    """
    BACKUP BROWSE BULK CHECKPOINT CLOSE COLUMNSTORE COMPUTE CONTAINS CONTAINSTABLE CURSOR DBCC DEALLOCATE DENY DISABLE DUMP
    ENABLE EXTERNAL FREETEXT FREETEXTTABLE FUNCTION GOTO GRANT IDENTITYCOL KILL LINENO LOAD OFFSETS OPEN OPENDATASOURCE
    OPENQUERY OPENROWSET OPENXML PIVOT PROC PROCEDURE READTEXT RECEIVE RECONFIGURE RESTORE REVERT REVOKE ROWGUIDCOL
    SEMANTICKEYPHRASETABLE SEMANTICSIMILARITYDETAILSTABLE SEMANTICSIMILARITYTABLE SETUSER SHUTDOWN STATISTICS SYSTEM_TIME
    TABLESAMPLE TRIGGER TSEQUAL UNPIVOT UPDATETEXT VIEW WITHIN WRITETEXT XMLNAMESPACES
    """
)

SET_OPTIONS = _words("CONTEXT_INFO FIPS_FLAGGER OFFSETS RESULT_SET_CACHING PROCID")

PROCEDURES = _words(
    """
    sp_add_job sp_add_jobschedule sp_add_jobserver sp_add_jobstep sp_add_schedule sp_addextendedproperty sp_addlinkedserver
    sp_addlinkedsrvlogin sp_addlogin sp_addmessage sp_addrole sp_addrolemember sp_addsrvrolemember sp_addtype sp_adduser
    sp_addumpdevice sp_altermessage sp_approlepassword sp_attach_db sp_attach_single_file_db sp_autostats sp_batch_params
    sp_bindefault sp_bindrule sp_bindsession sp_catalogs sp_catalogs_rowset sp_certify_removable sp_change_users_login
    sp_changedbowner sp_changeobjectowner sp_column_privileges sp_column_privileges_ex sp_columns sp_columns_100
    sp_columns_100_rowset sp_columns_90 sp_columns_ex sp_columns_managed sp_columns_rowset sp_configure sp_create_plan_guide
    sp_create_removable sp_createstats sp_cursor sp_cursor_list sp_cursorclose sp_cursorexecute sp_cursorfetch sp_cursoropen
    sp_cursoroption sp_cursorprepare sp_cursorprepexec sp_cursorunprepare sp_cycle_errorlog sp_databases sp_datatype_info
    sp_datatype_info_100 sp_datatype_info_90 sp_db_vardecimal_storage_format sp_dbcmptlevel sp_dbfixedrolepermission
    sp_dboption sp_dbmmonitorresults sp_defaultdb sp_defaultlanguage sp_delete_backuphistory sp_delete_job sp_delete_jobstep
    sp_denylogin sp_depends sp_describe_cursor sp_describe_cursor_columns sp_describe_cursor_tables
    sp_describe_first_result_set sp_describe_parameter_encryption sp_describe_undeclared_parameters sp_detach_db
    sp_dropdevice sp_dropextendedproperty sp_droplinkedsrvlogin sp_droplogin sp_dropmessage sp_droprole sp_droprolemember
    sp_dropserver sp_dropsrvrolemember sp_droptype sp_dropuser sp_enum_login_for_proxy sp_estimate_data_compression_savings
    sp_execute sp_execute_external_script sp_execute_remote sp_executesql sp_fkeys sp_foreign_keys_rowset
    sp_foreignkeys sp_fulltext_catalog sp_fulltext_column sp_fulltext_database sp_fulltext_table sp_generate_openrowset
    sp_get_query_template sp_getapplock sp_getbindtoken sp_getschemalock sp_grantdbaccess sp_grantlogin sp_help
    sp_help_fulltext_catalogs sp_help_job sp_help_jobactivity sp_help_jobhistory sp_help_jobstep sp_helpconstraint sp_helpdb
    sp_helpdbfixedrole sp_helpdevice sp_helpextendedproc sp_helpfile sp_helpfilegroup sp_helpindex sp_helplanguage
    sp_helplinkedsrvlogin sp_helplogins sp_helpntgroup sp_helprole sp_helprolemember sp_helprotect sp_helpserver sp_helpsort
    sp_helpsrvrole sp_helpsrvrolemember sp_helpstats sp_helptext sp_helptrigger sp_helpuser sp_indexes sp_indexes_100_rowset
    sp_indexes_managed sp_indexes_rowset sp_indexoption sp_invalidate_textptr sp_linkedservers sp_lock sp_manage_jobs_by_login
    sp_monitor sp_msforeachdb sp_msforeachtable sp_msgetversion sp_mshasdbaccess sp_oacreate sp_oadestroy sp_oageterrorinfo
    sp_oagetproperty sp_oamethod sp_oasetproperty sp_oastop sp_password sp_pkeys sp_prepare sp_prepexec sp_prepexecrpc
    sp_primary_keys_rowset sp_primarykeys sp_procedure_params_100_managed sp_procedure_params_100_rowset
    sp_procedure_params_managed sp_procedure_params_rowset sp_procoption sp_purge_jobhistory sp_query_store_flush_db
    sp_query_store_force_plan sp_query_store_unforce_plan sp_readerrorlog sp_recompile sp_refreshsqlmodule sp_refreshview
    sp_releaseapplock sp_releaseschemalock sp_remoteoption sp_removedbreplication sp_rename sp_renamedb
    sp_replicationdboption sp_reset_connection sp_resetstatus sp_resyncuniquetable sp_revokedbaccess sp_revokelogin
    sp_rollback_transaction sp_send_dbmail sp_sequence_get_range sp_server_diagnostics sp_server_info sp_serveroption
    sp_set_session_context sp_setapprole sp_setnetname sp_settriggerorder sp_spaceused sp_special_columns
    sp_special_columns_100 sp_special_columns_90 sp_sproc_columns sp_sproc_columns_100 sp_sproc_columns_90 sp_start_job
    sp_statistics sp_statistics_100 sp_statistics_rowset sp_stop_job sp_stored_procedures sp_table_privileges
    sp_table_privileges_ex sp_table_type_columns_100 sp_tableoption sp_tables sp_tables_ex sp_tables_info_90_rowset
    sp_tables_info_rowset sp_tables_rowset sp_testlinkedserver sp_trace_create sp_trace_generateevent sp_trace_setevent
    sp_trace_setfilter sp_trace_setstatus sp_unbindefault sp_unbindrule sp_unprepare sp_unsetapprole sp_update_job
    sp_updateextendedproperty sp_updatestats sp_user_counter1 sp_validatelogins sp_validname sp_who sp_who2 sp_xml_preparedocument
    sp_xml_removedocument sp_xtp_merge_checkpoint_files sp_help_spatial_geometry_index sp_cdc_enable_db sp_cdc_enable_table
    sp_cdc_disable_db sp_cdc_disable_table sp_cdc_help_change_data_capture sp_invoke_external_rest_endpoint
    sp_flush_ct_internal_table_on_demand sp_add_agent_parameter sp_addpublication sp_addarticle sp_addsubscription
    xp_availablemedia xp_cmdshell xp_create_subdir xp_delete_file xp_dirtree xp_enumdsn xp_enumerrorlogs xp_enumgroups
    xp_fileexist xp_fixeddrives xp_getfiledetails xp_grantlogin xp_instance_regread xp_logevent xp_loginconfig xp_logininfo
    xp_msver xp_readerrorlog xp_regread xp_regwrite xp_revokelogin xp_servicecontrol xp_sprintf xp_sqlmaint xp_sscanf
    xp_subdirs
    """
)

# Views of the schema sys; those that begin with dm_ are known by that.
SYS_VIEWS = _words(
    """
    all_columns all_objects all_parameters all_sql_modules all_views allocation_units assemblies assembly_files
    assembly_modules assembly_references assembly_types asymmetric_keys availability_databases_cluster availability_group_listeners
    availability_groups availability_replicas backup_devices certificates change_tracking_databases change_tracking_tables
    check_constraints column_encryption_key_values column_encryption_keys column_master_keys column_store_dictionaries
    column_store_row_groups column_store_segments column_type_usages column_xml_schema_collection_usages columns
    computed_columns configurations conversation_endpoints conversation_groups conversation_priorities credentials
    crypt_properties cryptographic_providers data_spaces database_audit_specification_details database_audit_specifications
    database_automatic_tuning_options database_credentials database_event_sessions database_files database_filestream_options
    database_ledger_blocks database_ledger_transactions database_mirroring database_mirroring_endpoints
    database_mirroring_witnesses database_permissions database_principal_aliases database_principals
    database_query_store_options database_recovery_status database_role_members database_scoped_configurations
    database_scoped_credentials database_service_objectives databases default_constraints destination_data_spaces
    edge_constraint_clauses edge_constraints endpoint_webmethods endpoints event_notification_event_types event_notifications
    events extended_procedures extended_properties external_data_sources external_file_formats external_languages
    external_libraries external_tables filegroups filetable_system_defined_objects filetables foreign_key_columns foreign_keys
    fulltext_catalogs fulltext_document_types fulltext_index_catalog_usages fulltext_index_columns fulltext_indexes
    fulltext_languages fulltext_stoplists fulltext_stopwords fulltext_system_stopwords function_order_columns hash_indexes
    http_endpoints identity_columns index_columns index_resumable_operations indexes internal_partitions internal_tables
    key_constraints key_encryptions ledger_column_history ledger_table_history linked_logins login_token masked_columns
    master_files master_key_passwords memory_optimized_tables_internal_attributes message_type_xml_schema_collection_usages
    messages module_assembly_usages numbered_procedure_parameters numbered_procedures objects openkeys parameter_type_usages
    parameter_xml_schema_collection_usages parameters partition_functions partition_parameters partition_range_values
    partition_schemes partitions periods plan_guides pdw_nodes_column_store_row_groups procedures query_context_settings
    query_store_plan query_store_query query_store_query_text query_store_runtime_stats query_store_runtime_stats_interval
    query_store_wait_stats registered_search_properties registered_search_property_lists remote_data_archive_databases
    remote_data_archive_tables remote_logins remote_service_bindings resource_governor_configuration
    resource_governor_external_resource_pools resource_governor_resource_pools resource_governor_workload_groups routes
    schemas securable_classes security_policies security_predicates selective_xml_index_paths sensitivity_classifications
    sequences server_assembly_modules server_audit_specification_details server_audit_specifications server_audits
    server_event_notifications server_event_session_actions server_event_session_events server_event_sessions server_events
    server_file_audits server_memory_optimized_hybrid_buffer_pool_configuration server_permissions server_principal_credentials
    server_principals server_role_members server_sql_modules server_trigger_events server_triggers servers
    service_broker_endpoints service_contract_message_usages service_contract_usages service_contracts service_message_types
    service_queue_usages service_queues services soap_endpoints spatial_index_tessellations spatial_indexes
    spatial_reference_systems sql_dependencies sql_expression_dependencies sql_logins sql_modules stats stats_columns
    symmetric_keys synonyms sysaltfiles syscacheobjects syscharsets syscolumns syscomments sysconfigures sysconstraints
    syscscontainers syscscolsegments syscurconfigs syscursorcolumns syscursorrefs syscursors syscursortables sysdatabases
    sysdepends sysdevices sysfilegroups sysfiles sysforeignkeys sysfulltextcatalogs sysindexes sysindexkeys syslanguages
    syslockinfo syslogins sysmembers sysmessages sysobjects sysoledbusers sysopentapes sysperfinfo syspermissions sysprocesses
    sysprotects sysreferences sysremotelogins sysservers system_columns system_components_surface_area_configuration
    system_internals_allocation_units system_internals_partitions system_internals_partition_columns system_objects
    system_parameters system_sql_modules system_views systypes sysusers table_types tables tcp_endpoints time_zone_info
    trace_categories trace_columns trace_event_bindings trace_events trace_subclass_values traces transmission_queue
    trigger_event_types trigger_events triggers trusted_assemblies type_assembly_usages types user_token
    via_endpoints views xml_indexes xml_schema_attributes xml_schema_collections xml_schema_component_placements
    xml_schema_components xml_schema_elements xml_schema_facets xml_schema_model_groups xml_schema_namespaces
    xml_schema_types xml_schema_wildcard_namespaces xml_schema_wildcards
    """
)
INFORMATION_VIEWS = _words(
    """
    check_constraints column_domain_usage column_privileges columns constraint_column_usage constraint_table_usage
    domain_constraints domains key_column_usage parameters referential_constraints routine_columns routines schemata
    sequences table_constraints table_privileges tables view_column_usage view_table_usage views
    """
)


def unsupported(what: str, line: int = 1) -> SqlError:
    """Return the error for T-SQL that exists, but not here."""
    return SqlError(40000, f"This is not supported by the stand-in: {what}.", line=line)


def is_system_view(schema: str, name: str) -> bool:
    """Tell whether SQL Server has a view of this name in a schema; those of old are found in dbo and without one, too."""
    schema, name = schema.lower(), name.lower()
    if schema == "information_schema":
        return name in INFORMATION_VIEWS
    if schema == "sys":
        return name in SYS_VIEWS or name.startswith("dm_")
    return name.startswith("sys") and name in SYS_VIEWS
