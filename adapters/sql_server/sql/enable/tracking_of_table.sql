-- One row if change tracking is on for the table: whether it tracks columns.
DECLARE @table nvarchar(300) = ?;
SELECT t.[is_track_columns_updated_on]
FROM sys.change_tracking_tables AS t
WHERE t.[object_id] = OBJECT_ID(@table);
