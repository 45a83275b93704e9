-- Leases the batch; every acquisition counts as an attempt. The insert is positional.
{app_lock}
DECLARE @changes nvarchar(max) = ?;
MERGE {leases} WITH (HOLDLOCK) AS l
USING OPENJSON(@changes) WITH ({json_declarations}, [_az_func_ChangeVersion] bigint '$.version') AS c
    ON {lease_is_of_change}
WHEN MATCHED THEN
    UPDATE SET
        [_az_func_ChangeVersion] = c.[_az_func_ChangeVersion],
        [_az_func_AttemptCount] = l.[_az_func_AttemptCount] + 1,
        [_az_func_LeaseExpirationTime] = DATEADD(millisecond, {lease_ms}, SYSDATETIME())
WHEN NOT MATCHED THEN
    INSERT VALUES ({change_keys}, c.[_az_func_ChangeVersion], 1, DATEADD(millisecond, {lease_ms}, SYSDATETIME()));
