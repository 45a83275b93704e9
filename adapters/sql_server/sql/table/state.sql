-- Whether a table is there and tracked, and the key columns of the trigger's leases.
SET NOCOUNT ON;
DECLARE @table nvarchar(300) = ?, @leases nvarchar(300) = ?;
DECLARE @table_id int = OBJECT_ID(@table);
SELECT @table_id AS [object_id], CASE WHEN CHANGE_TRACKING_MIN_VALID_VERSION(@table_id) IS NULL THEN 0 ELSE 1 END AS [tracked];
SELECT [name]
FROM sys.columns
WHERE [object_id] = OBJECT_ID(@leases) AND [name] NOT IN (N'_az_func_ChangeVersion', N'_az_func_AttemptCount', N'_az_func_LeaseExpirationTime')
ORDER BY [column_id];
