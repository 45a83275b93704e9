-- Tables and catalog views. docs: "sp_tables (Transact-SQL)"
-- optional: @table_name nvarchar(384), @table_owner nvarchar(384), @table_qualifier nvarchar(384), @table_type varchar(100), @fUsePattern bit
IF @table_qualifier = N'%' AND @table_owner = N'' AND @table_name = N''
    SELECT name AS TABLE_QUALIFIER, CAST(NULL AS nvarchar(128)) AS TABLE_OWNER, CAST(NULL AS nvarchar(128)) AS TABLE_NAME,
        CAST(NULL AS varchar(32)) AS TABLE_TYPE, CAST(NULL AS varchar(254)) AS REMARKS
    FROM sys.databases ORDER BY TABLE_QUALIFIER;
ELSE IF @table_owner = N'%' AND @table_qualifier = N'' AND @table_name = N''
    SELECT CAST(NULL AS nvarchar(128)) AS TABLE_QUALIFIER, name AS TABLE_OWNER, CAST(NULL AS nvarchar(128)) AS TABLE_NAME,
        CAST(NULL AS varchar(32)) AS TABLE_TYPE, CAST(NULL AS varchar(254)) AS REMARKS
    FROM sys.schemas ORDER BY TABLE_OWNER;
ELSE IF @table_type = '%' AND @table_qualifier = N'' AND @table_owner = N'' AND @table_name = N''
    SELECT CAST(NULL AS nvarchar(128)) AS TABLE_QUALIFIER, CAST(NULL AS nvarchar(128)) AS TABLE_OWNER, CAST(NULL AS nvarchar(128)) AS TABLE_NAME,
        CAST(kind AS varchar(32)) AS TABLE_TYPE, CAST(NULL AS varchar(254)) AS REMARKS
    FROM (VALUES ('SYSTEM TABLE'), ('TABLE'), ('VIEW')) AS kinds (kind) ORDER BY TABLE_TYPE;
ELSE
    SELECT DB_NAME() AS TABLE_QUALIFIER, s.name AS TABLE_OWNER, o.name AS TABLE_NAME,
        CAST(CASE o.type WHEN 'U' THEN 'TABLE' ELSE 'VIEW' END AS varchar(32)) AS TABLE_TYPE, CAST(NULL AS varchar(254)) AS REMARKS
    FROM (
        SELECT name, schema_id, type FROM sys.tables
        UNION ALL SELECT name, schema_id, type FROM sys.system_views
    ) AS o INNER JOIN sys.schemas AS s ON s.schema_id = o.schema_id
    WHERE (@table_qualifier IS NULL OR @table_qualifier IN (N'', N'%') OR @table_qualifier = DB_NAME())
        AND ((@fUsePattern = 0 AND (@table_name IS NULL OR o.name = @table_name) AND (@table_owner IS NULL OR s.name = @table_owner))
            OR (ISNULL(@fUsePattern, 1) = 1 AND (@table_name IS NULL OR @table_name = N'' OR o.name LIKE @table_name ESCAPE '\')
                AND (@table_owner IS NULL OR @table_owner = N'' OR s.name LIKE @table_owner ESCAPE '\')))
        AND (@table_type IS NULL OR @table_type = '' OR @table_type = '%'
            OR CHARINDEX(CASE o.type WHEN 'U' THEN '''TABLE''' ELSE '''VIEW''' END, @table_type) > 0)
    ORDER BY TABLE_TYPE, TABLE_QUALIFIER, TABLE_OWNER, TABLE_NAME;
