-- The procedures of one's own, of which there are none. docs: "sp_stored_procedures (Transact-SQL)"
-- optional: @sp_name nvarchar(390), @sp_owner nvarchar(384), @sp_qualifier nvarchar(384), @fUsePattern bit
SELECT DB_NAME() AS PROCEDURE_QUALIFIER, SCHEMA_NAME(schema_id) AS PROCEDURE_OWNER, name AS PROCEDURE_NAME, CAST(-1 AS int) AS NUM_INPUT_PARAMS,
    CAST(-1 AS int) AS NUM_OUTPUT_PARAMS, CAST(-1 AS int) AS NUM_RESULT_SETS, CAST(NULL AS varchar(254)) AS REMARKS,
    CAST(2 AS smallint) AS PROCEDURE_TYPE
FROM sys.procedures ORDER BY PROCEDURE_OWNER, PROCEDURE_NAME;
