-- The columns of one table, with their place in the primary key and their collation if it is not the database's; no rows if there is no such table.
-- CLR types share one system type, 240, which has no name of its own.
DECLARE @table nvarchar(300) = ?;
SELECT
    c.[name],
    COALESCE(TYPE_NAME(c.[system_type_id]), TYPE_NAME(c.[user_type_id])) AS [type],
    c.[max_length],
    c.[precision],
    c.[scale],
    COALESCE(k.[key_ordinal], 0) AS [key_ordinal],
    c.[is_computed],
    CASE
        WHEN c.[collation_name] COLLATE DATABASE_DEFAULT
            <> CONVERT(nvarchar(128), DATABASEPROPERTYEX(DB_NAME(), 'Collation')) COLLATE DATABASE_DEFAULT
            THEN c.[collation_name]
    END AS [other_collation],
    CASE WHEN c.[system_type_id] = 240 THEN 1 ELSE 0 END AS [is_clr]
FROM sys.columns AS c
INNER JOIN sys.tables AS t ON t.[object_id] = c.[object_id]
LEFT JOIN sys.indexes AS i ON i.[object_id] = c.[object_id] AND i.[is_primary_key] = 1
LEFT JOIN sys.index_columns AS k
    ON k.[object_id] = c.[object_id] AND k.[index_id] = i.[index_id] AND k.[column_id] = c.[column_id]
WHERE c.[object_id] = OBJECT_ID(@table)
ORDER BY c.[column_id];
-- By name: on Azure SQL the number of a database may be another one in its own catalogue.
SELECT CASE WHEN [snapshot_isolation_state] = 1 THEN 1 ELSE 0 END AS [allows_snapshots] FROM sys.databases WHERE [name] = DB_NAME();
