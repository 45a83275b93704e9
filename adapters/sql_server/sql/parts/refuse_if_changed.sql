-- Part of enrich: the statement was made for these columns and this key.
IF {{column_count}} <> (SELECT COUNT(*) FROM sys.columns WHERE [object_id] = @table)
    OR {{column_count}} <> (
        SELECT COUNT(*)
        FROM (VALUES {{described_columns}}) AS described ([name], [type], [bytes], [precision], [scale], [key_ordinal])
        INNER JOIN sys.columns AS c
            ON c.[object_id] = @table
            AND c.[name] COLLATE Latin1_General_BIN2 = described.[name]
            AND TYPE_NAME(c.[system_type_id]) COLLATE Latin1_General_BIN2 = described.[type]
            AND c.[max_length] = described.[bytes]
            AND c.[precision] = described.[precision]
            AND c.[scale] = described.[scale]
        LEFT JOIN sys.indexes AS i ON i.[object_id] = @table AND i.[is_primary_key] = 1
        LEFT JOIN sys.index_columns AS k
            ON k.[object_id] = @table AND k.[index_id] = i.[index_id] AND k.[column_id] = c.[column_id]
        WHERE COALESCE(k.[key_ordinal], 0) = described.[key_ordinal]
    )
    THROW 51002, N'the table has changed since it was described', 1;
