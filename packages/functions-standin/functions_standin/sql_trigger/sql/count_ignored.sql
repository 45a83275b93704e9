-- How many changes are leased, and how many have used up their attempts.
{app_lock}
DECLARE @function_id char(16) = ?, @table_id int = ?, @last_sync bigint;
SELECT @last_sync = LastSyncVersion
FROM [az_func].[GlobalState]
WHERE UserFunctionID = @function_id AND UserTableID = @table_id;
SELECT
    SUM(CASE WHEN l.[_az_func_AttemptCount] < {max_attempts} THEN 1 ELSE 0 END),
    SUM(CASE WHEN l.[_az_func_AttemptCount] >= {max_attempts} THEN 1 ELSE 0 END)
FROM CHANGETABLE(CHANGES {table}, @last_sync) AS c
INNER JOIN {leases} AS l ON {lease_is_of_change}
WHERE l.[_az_func_LeaseExpirationTime] > SYSDATETIME() OR l.[_az_func_AttemptCount] >= {max_attempts};
