-- Whether a table is there and tracked, and the key columns of the trigger's leases.
SET NOCOUNT ON;
DECLARE @table int = OBJECT_ID(?), @leases int = OBJECT_ID(?);
SELECT @table AS [object_id], CASE WHEN CHANGE_TRACKING_MIN_VALID_VERSION(@table) IS NULL THEN 0 ELSE 1 END AS [tracked];
SELECT [name]
FROM sys.columns
WHERE [object_id] = @leases AND [name] NOT IN (N'_az_func_ChangeVersion', N'_az_func_AttemptCount', N'_az_func_LeaseExpirationTime')
ORDER BY [column_id];
