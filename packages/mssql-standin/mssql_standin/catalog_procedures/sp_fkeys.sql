-- Foreign keys, of the table that they lie on, of the one that they refer to, or of both. docs: "sp_fkeys (Transact-SQL)"
-- optional: @pktable_name nvarchar(384), @pktable_owner nvarchar(384), @pktable_qualifier nvarchar(384), @fktable_name nvarchar(384), @fktable_owner nvarchar(384), @fktable_qualifier nvarchar(384)
SELECT DB_NAME() AS PKTABLE_QUALIFIER, ps.name AS PKTABLE_OWNER, p.name AS PKTABLE_NAME, pc.name AS PKCOLUMN_NAME,
    DB_NAME() AS FKTABLE_QUALIFIER, fs.name AS FKTABLE_OWNER, f.name AS FKTABLE_NAME, fc.name AS FKCOLUMN_NAME,
    CAST(kc.constraint_column_id AS smallint) AS KEY_SEQ,
    CAST(CASE k.update_referential_action WHEN 0 THEN 1 WHEN 1 THEN 0 ELSE k.update_referential_action END AS smallint) AS UPDATE_RULE,
    CAST(CASE k.delete_referential_action WHEN 0 THEN 1 WHEN 1 THEN 0 ELSE k.delete_referential_action END AS smallint) AS DELETE_RULE,
    k.name AS FK_NAME, i.name AS PK_NAME, CAST(7 AS smallint) AS DEFERRABILITY
FROM sys.foreign_keys AS k
INNER JOIN sys.foreign_key_columns AS kc ON kc.constraint_object_id = k.object_id
INNER JOIN sys.tables AS f ON f.object_id = k.parent_object_id
INNER JOIN sys.schemas AS fs ON fs.schema_id = f.schema_id
INNER JOIN sys.columns AS fc ON fc.object_id = kc.parent_object_id AND fc.column_id = kc.parent_column_id
INNER JOIN sys.tables AS p ON p.object_id = k.referenced_object_id
INNER JOIN sys.schemas AS ps ON ps.schema_id = p.schema_id
INNER JOIN sys.columns AS pc ON pc.object_id = kc.referenced_object_id AND pc.column_id = kc.referenced_column_id
LEFT JOIN sys.indexes AS i ON i.object_id = k.referenced_object_id AND i.index_id = k.key_index_id
WHERE (NULLIF(@pktable_name, N'') IS NULL OR p.name = @pktable_name) AND (NULLIF(@pktable_owner, N'') IS NULL OR ps.name = @pktable_owner)
    AND (NULLIF(@fktable_name, N'') IS NULL OR f.name = @fktable_name) AND (NULLIF(@fktable_owner, N'') IS NULL OR fs.name = @fktable_owner)
    AND (NULLIF(@pktable_qualifier, N'') IS NULL OR @pktable_qualifier = DB_NAME())
    AND (NULLIF(@fktable_qualifier, N'') IS NULL OR @fktable_qualifier = DB_NAME())
ORDER BY FKTABLE_OWNER, FKTABLE_NAME, PKTABLE_OWNER, PKTABLE_NAME, FK_NAME, KEY_SEQ;
