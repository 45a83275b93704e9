-- The columns of a table, in the order of the catalogue.
DECLARE @table_id int = ?;
SELECT c.name, t.name, c.max_length, c.precision, c.scale, t.is_assembly_type
FROM sys.columns AS c
INNER JOIN sys.types AS t ON t.user_type_id = c.user_type_id
WHERE c.object_id = @table_id
ORDER BY c.column_id;
