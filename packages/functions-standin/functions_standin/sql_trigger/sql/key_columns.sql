-- The columns of a table's primary key, in its order.
DECLARE @table_id int = ?;
SELECT c.name
FROM sys.indexes AS i
INNER JOIN sys.index_columns AS ic ON ic.object_id = i.object_id AND ic.index_id = i.index_id
INNER JOIN sys.columns AS c ON c.object_id = ic.object_id AND c.column_id = ic.column_id
WHERE i.object_id = @table_id AND i.is_primary_key = 1
ORDER BY ic.key_ordinal;
