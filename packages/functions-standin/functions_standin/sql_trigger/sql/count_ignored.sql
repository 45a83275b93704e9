-- How many changes are leased, and how many have used up their attempts; neither, while the fifth attempt runs.
{app_lock}
DECLARE @function_id char(16) = ?, @table_id int = ?, @last_sync bigint;
SELECT @last_sync = LastSyncVersion
FROM [az_func].[GlobalState]
WHERE UserFunctionID = @function_id AND UserTableID = @table_id;
SELECT
    COUNT(CASE
        WHEN l.[_az_func_AttemptCount] < {max_attempts} AND l.[_az_func_LeaseExpirationTime] > SYSDATETIME() THEN 1
    END),
    COUNT(CASE
        WHEN l.[_az_func_AttemptCount] = {max_attempts}
            AND (l.[_az_func_LeaseExpirationTime] IS NULL OR l.[_az_func_LeaseExpirationTime] <= SYSDATETIME()) THEN 1
    END)
FROM CHANGETABLE(CHANGES {table}, @last_sync) AS c
LEFT OUTER JOIN {leases} AS l ON {lease_is_of_change};
