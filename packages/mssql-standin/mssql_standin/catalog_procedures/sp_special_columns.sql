-- The columns that tell one row from another: the primary key's, or those of the first unique index. docs: "sp_special_columns (Transact-SQL)"
-- also called: sp_special_columns_100
-- required: @table_name nvarchar(384)
-- optional: @table_owner nvarchar(384), @table_qualifier nvarchar(384), @col_type char(1), @scope char(1), @nullable char(1), @ODBCVer int
SELECT CAST(CASE ISNULL(@scope, 'T') WHEN 'C' THEN 0 ELSE 1 END AS smallint) AS SCOPE, c.name AS COLUMN_NAME,
    CAST(odbc.code AS smallint) AS DATA_TYPE,
    CAST(ty.name + CASE c.is_identity WHEN 1 THEN N' identity' ELSE N'' END AS nvarchar(128)) AS TYPE_NAME,
    CASE WHEN ty.name IN ('nchar', 'nvarchar') THEN c.max_length / 2 WHEN odbc.code IN (1, 12, -2, -3) THEN c.max_length
        WHEN ty.name = 'uniqueidentifier' THEN 36 ELSE c.precision END AS PRECISION,
    CASE WHEN ty.name IN ('decimal', 'numeric') THEN c.precision + 2 ELSE COALESCE(odbc.bytes, c.max_length) END AS LENGTH,
    CAST(CASE WHEN odbc.code IN (1, 12, -8, -9, -2, -3, -11, 6, 7, -7) THEN NULL ELSE c.scale END AS smallint) AS SCALE,
    CAST(1 AS smallint) AS PSEUDO_COLUMN
FROM sys.tables AS t
INNER JOIN sys.schemas AS s ON s.schema_id = t.schema_id
INNER JOIN sys.indexes AS i ON i.object_id = t.object_id
INNER JOIN sys.index_columns AS ic ON ic.object_id = i.object_id AND ic.index_id = i.index_id AND ic.key_ordinal > 0
INNER JOIN sys.columns AS c ON c.object_id = ic.object_id AND c.column_id = ic.column_id
INNER JOIN sys.types AS ty ON ty.user_type_id = c.user_type_id
INNER JOIN (VALUES
        ('bit', -7, 1), ('tinyint', -6, 1), ('smallint', 5, 2), ('int', 4, 4), ('bigint', -5, 8), ('real', 7, 4), ('float', 6, 8),
        ('decimal', 3, NULL), ('numeric', 2, NULL), ('money', 3, 21), ('smallmoney', 3, 12), ('char', 1, NULL), ('varchar', 12, NULL),
        ('nchar', -8, NULL), ('nvarchar', -9, NULL), ('binary', -2, NULL), ('varbinary', -3, NULL), ('uniqueidentifier', -11, 16),
        ('datetime', 93, 16), ('smalldatetime', 93, 16), ('date', 91, 6), ('time', -154, 12), ('datetime2', 93, 16), ('datetimeoffset', -155, 20)
    ) AS odbc (name, code, bytes) ON odbc.name = ty.name
WHERE t.name = @table_name AND s.name = COALESCE(NULLIF(@table_owner, N''), s.name) AND ISNULL(@col_type, 'R') = 'R'
    AND (@table_qualifier IS NULL OR @table_qualifier = N'' OR @table_qualifier = DB_NAME())
    AND i.index_id = (
        SELECT MIN(best.index_id) FROM sys.indexes AS best
        WHERE best.object_id = t.object_id AND best.is_unique = 1
            AND (best.is_primary_key = 1 OR NOT EXISTS (SELECT 1 FROM sys.indexes AS p WHERE p.object_id = t.object_id AND p.is_primary_key = 1))
    )
ORDER BY ic.key_ordinal;
