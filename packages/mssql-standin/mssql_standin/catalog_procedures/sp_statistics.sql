-- The indexes of a table; of sizes nothing is told. docs: "sp_statistics (Transact-SQL)"
-- also called: sp_statistics_100
-- required: @table_name nvarchar(384)
-- optional: @table_owner nvarchar(384), @table_qualifier nvarchar(384), @index_name nvarchar(384), @is_unique char(1), @accuracy char(1)
SELECT DB_NAME() AS TABLE_QUALIFIER, s.name AS TABLE_OWNER, t.name AS TABLE_NAME,
    CAST(CASE WHEN part.kind = 'index' THEN 1 - i.is_unique END AS smallint) AS NON_UNIQUE,
    CAST(CASE WHEN part.kind = 'index' THEN t.name END AS nvarchar(128)) AS INDEX_QUALIFIER,
    CAST(CASE WHEN part.kind = 'index' THEN i.name END AS nvarchar(128)) AS INDEX_NAME,
    CAST(CASE WHEN part.kind = 'table' THEN 0 WHEN i.index_id = 1 THEN 1 ELSE 3 END AS smallint) AS TYPE,
    CAST(ic.key_ordinal AS smallint) AS SEQ_IN_INDEX, c.name AS COLUMN_NAME,
    CAST(CASE WHEN part.kind = 'index' THEN CASE ic.is_descending_key WHEN 1 THEN 'D' ELSE 'A' END END AS char(1)) AS COLLATION,
    CAST(NULL AS int) AS CARDINALITY, CAST(NULL AS int) AS PAGES, CAST(NULL AS varchar(128)) AS FILTER_CONDITION
FROM sys.tables AS t
INNER JOIN sys.schemas AS s ON s.schema_id = t.schema_id
CROSS JOIN (VALUES ('table'), ('index')) AS part (kind)
LEFT JOIN sys.indexes AS i ON i.object_id = t.object_id AND i.index_id > 0 AND part.kind = 'index'
LEFT JOIN sys.index_columns AS ic ON ic.object_id = i.object_id AND ic.index_id = i.index_id AND ic.key_ordinal > 0
LEFT JOIN sys.columns AS c ON c.object_id = ic.object_id AND c.column_id = ic.column_id
WHERE t.name = @table_name AND s.name = COALESCE(NULLIF(@table_owner, N''), s.name)
    AND (@table_qualifier IS NULL OR @table_qualifier = N'' OR @table_qualifier = DB_NAME())
    AND (part.kind = 'table' OR (i.index_id IS NOT NULL AND i.name LIKE COALESCE(@index_name, N'%') AND (ISNULL(@is_unique, 'N') <> 'Y' OR i.is_unique = 1)))
ORDER BY TYPE, INDEX_NAME, SEQ_IN_INDEX;
