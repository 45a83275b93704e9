-- The columns of tables as old clients see them: date, time and datetime2 are text to them. docs: "sp_columns (Transact-SQL)"
-- required: @table_name nvarchar(384)
-- optional: @table_owner nvarchar(384), @table_qualifier nvarchar(384), @column_name nvarchar(384), @ODBCVer int
SELECT TABLE_QUALIFIER, TABLE_OWNER, TABLE_NAME, COLUMN_NAME, DATA_TYPE, TYPE_NAME, PRECISION, LENGTH, SCALE, RADIX, NULLABLE, REMARKS,
    COLUMN_DEF, CAST(CASE WHEN DATA_TYPE IN (91, 93, 11) THEN 9 ELSE DATA_TYPE END AS smallint) AS SQL_DATA_TYPE,
    CAST(CASE DATA_TYPE WHEN 91 THEN 1 WHEN 93 THEN 3 WHEN 11 THEN 3 END AS smallint) AS SQL_DATETIME_SUB,
    CASE WHEN is_text = 1 THEN LENGTH END AS CHAR_OCTET_LENGTH, ORDINAL_POSITION, IS_NULLABLE, SS_DATA_TYPE
FROM (
    SELECT DB_NAME() AS TABLE_QUALIFIER, s.name AS TABLE_OWNER, t.name AS TABLE_NAME, c.name AS COLUMN_NAME,
        CAST(CASE
            WHEN ty.name IN ('date', 'time', 'datetime2', 'datetimeoffset') THEN -9
            WHEN ty.name IN ('datetime', 'smalldatetime') AND ISNULL(@ODBCVer, 2) < 3 THEN 11
            ELSE odbc.code END AS smallint) AS DATA_TYPE,
        CAST(ty.name + CASE c.is_identity WHEN 1 THEN N' identity' ELSE N'' END AS nvarchar(128)) AS TYPE_NAME,
        CASE
            WHEN ty.name IN ('nchar', 'nvarchar') THEN CASE c.max_length WHEN -1 THEN 1073741823 ELSE c.max_length / 2 END
            WHEN ty.name IN ('char', 'varchar', 'binary', 'varbinary') THEN CASE c.max_length WHEN -1 THEN 2147483647 ELSE c.max_length END
            WHEN ty.name = 'uniqueidentifier' THEN 36
            ELSE c.precision END AS PRECISION,
        CASE
            WHEN ty.name IN ('decimal', 'numeric') THEN c.precision + 2
            WHEN odbc.bytes IS NOT NULL THEN CASE WHEN ty.name IN ('date', 'time', 'datetime2', 'datetimeoffset') THEN c.precision * 2 ELSE odbc.bytes END
            WHEN c.max_length = -1 THEN CASE ty.name WHEN 'nvarchar' THEN 2147483646 ELSE 2147483647 END
            ELSE c.max_length END AS LENGTH,
        CAST(CASE WHEN ty.name IN ('tinyint', 'smallint', 'int', 'bigint', 'decimal', 'numeric', 'money', 'smallmoney', 'time', 'datetime',
            'smalldatetime', 'datetime2', 'datetimeoffset') THEN c.scale END AS smallint) AS SCALE,
        CAST(CASE WHEN ty.name IN ('float', 'real') THEN 2 WHEN odbc.code IN (-6, 5, 4, -5, 3, 2) THEN 10 END AS smallint) AS RADIX,
        CAST(c.is_nullable AS smallint) AS NULLABLE, CAST(NULL AS varchar(254)) AS REMARKS, d.definition AS COLUMN_DEF,
        CASE WHEN odbc.code IN (1, 12, -8, -9, -2, -3) THEN 1 ELSE 0 END AS is_text, c.column_id AS ORDINAL_POSITION,
        CAST(CASE c.is_nullable WHEN 1 THEN 'YES' ELSE 'NO' END AS varchar(254)) AS IS_NULLABLE, c.is_computed, c.is_identity,
        CAST(CASE c.is_nullable WHEN 1 THEN odbc.nullable_code ELSE odbc.fixed_code END AS tinyint) AS SS_DATA_TYPE
    FROM sys.tables AS t
    INNER JOIN sys.schemas AS s ON s.schema_id = t.schema_id
    INNER JOIN sys.columns AS c ON c.object_id = t.object_id
    INNER JOIN sys.types AS ty ON ty.user_type_id = c.user_type_id
    INNER JOIN (VALUES
        ('bit', -7, 50, 50, 1), ('tinyint', -6, 38, 48, 1), ('smallint', 5, 38, 52, 2), ('int', 4, 38, 56, 4), ('bigint', -5, 108, 63, 8),
        ('real', 7, 109, 59, 4), ('float', 6, 109, 62, 8), ('decimal', 3, 106, 55, NULL), ('numeric', 2, 108, 63, NULL),
        ('money', 3, 110, 60, 21), ('smallmoney', 3, 110, 122, 12), ('char', 1, 39, 47, NULL), ('varchar', 12, 39, 39, NULL),
        ('nchar', -8, 39, 47, NULL), ('nvarchar', -9, 39, 39, NULL), ('binary', -2, 37, 45, NULL), ('varbinary', -3, 37, 37, NULL),
        ('uniqueidentifier', -11, 37, 37, 16), ('datetime', 93, 111, 61, 16), ('smalldatetime', 93, 111, 58, 16), ('date', 91, 0, 0, 6),
        ('time', -154, 0, 0, 12), ('datetime2', 93, 0, 0, 16), ('datetimeoffset', -155, 0, 0, 20)
    ) AS odbc (name, code, nullable_code, fixed_code, bytes) ON odbc.name = ty.name
    LEFT JOIN sys.default_constraints AS d ON d.object_id = c.default_object_id
    WHERE (@table_qualifier IS NULL OR @table_qualifier IN (N'', N'%') OR @table_qualifier = DB_NAME())
        AND t.name LIKE @table_name ESCAPE '\'
        AND (@table_owner IS NULL OR @table_owner = N'' OR s.name LIKE @table_owner ESCAPE '\')
        AND (@column_name IS NULL OR @column_name = N'' OR c.name LIKE @column_name ESCAPE '\')
) AS found
ORDER BY TABLE_QUALIFIER, TABLE_OWNER, TABLE_NAME, ORDINAL_POSITION;
