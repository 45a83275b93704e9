-- The primary key of a table. docs: "sp_pkeys (Transact-SQL)"
-- required: @table_name nvarchar(384)
-- optional: @table_owner nvarchar(384), @table_qualifier nvarchar(384)
SELECT DB_NAME() AS TABLE_QUALIFIER, s.name AS TABLE_OWNER, t.name AS TABLE_NAME, c.name AS COLUMN_NAME,
    CAST(ic.key_ordinal AS smallint) AS KEY_SEQ, i.name AS PK_NAME
FROM sys.tables AS t
INNER JOIN sys.schemas AS s ON s.schema_id = t.schema_id
INNER JOIN sys.indexes AS i ON i.object_id = t.object_id AND i.is_primary_key = 1
INNER JOIN sys.index_columns AS ic ON ic.object_id = t.object_id AND ic.index_id = i.index_id AND ic.key_ordinal > 0
INNER JOIN sys.columns AS c ON c.object_id = t.object_id AND c.column_id = ic.column_id
WHERE t.name = @table_name AND s.name = COALESCE(NULLIF(@table_owner, N''), s.name)
    AND (@table_qualifier IS NULL OR @table_qualifier = N'' OR @table_qualifier = DB_NAME())
ORDER BY TABLE_OWNER, TABLE_NAME, KEY_SEQ;
