-- If nothing up to the new position is unprocessed: moves it and sweeps the lease rows below, exhausted ones too.
-- Returns the old position and how many of the swept rows had used up their attempts.
{app_lock}
DECLARE @function_id char(16) = ?, @table_id int = ?, @new bigint = ?;
DECLARE @last_sync bigint, @unprocessed bigint, @exhausted bigint;
SELECT @last_sync = LastSyncVersion
FROM [az_func].[GlobalState]
WHERE UserFunctionID = @function_id AND UserTableID = @table_id;
SELECT @unprocessed = COUNT(*)
FROM CHANGETABLE(CHANGES {table}, @last_sync) AS c
LEFT OUTER JOIN {leases} AS l ON {lease_is_of_change}
WHERE c.SYS_CHANGE_VERSION <= @new
    AND (l.[_az_func_ChangeVersion] IS NULL
        OR l.[_az_func_ChangeVersion] <> c.SYS_CHANGE_VERSION
        OR l.[_az_func_LeaseExpirationTime] IS NOT NULL)
    AND (l.[_az_func_AttemptCount] IS NULL OR l.[_az_func_AttemptCount] < {max_attempts});
IF @unprocessed = 0 AND @last_sync < @new
BEGIN
    SELECT @exhausted = COUNT(*)
    FROM {leases} AS l
    WHERE l.[_az_func_ChangeVersion] <= @new AND l.[_az_func_AttemptCount] = {max_attempts};
    UPDATE [az_func].[GlobalState]
    SET LastSyncVersion = @new, LastAccessTime = GETUTCDATE()
    WHERE UserFunctionID = @function_id AND UserTableID = @table_id;
    DELETE FROM {leases} WITH (TABLOCKX) WHERE [_az_func_ChangeVersion] <= @new;
    SELECT @last_sync, @exhausted;
END;
