-- The next batch: changes that nobody has leased and that have attempts left, oldest version first.
{app_lock}
DECLARE @function_id char(16) = ?, @table_id int = ?, @last_sync bigint;
SELECT @last_sync = LastSyncVersion
FROM [az_func].[GlobalState]
WHERE UserFunctionID = @function_id AND UserTableID = @table_id;
SELECT TOP ({max_batch_size}) {columns}, c.SYS_CHANGE_VERSION, c.SYS_CHANGE_OPERATION
FROM CHANGETABLE(CHANGES {table}, @last_sync) AS c
LEFT OUTER JOIN {leases} AS l ON {lease_is_of_change}
LEFT OUTER JOIN {table} AS u ON {row_is_of_change}
WHERE (
        (l.[_az_func_LeaseExpirationTime] IS NULL
            AND (l.[_az_func_ChangeVersion] IS NULL OR l.[_az_func_ChangeVersion] < c.SYS_CHANGE_VERSION))
        OR l.[_az_func_LeaseExpirationTime] < SYSDATETIME()
    )
    AND (l.[_az_func_AttemptCount] IS NULL OR l.[_az_func_AttemptCount] < {max_attempts})
ORDER BY c.SYS_CHANGE_VERSION ASC;
