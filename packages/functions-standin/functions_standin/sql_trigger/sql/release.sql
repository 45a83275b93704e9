-- The function has succeeded: its keys are done up to the versions it was called with.
{app_lock}
DECLARE @changes nvarchar(max) = ?;
UPDATE l
SET
    [_az_func_ChangeVersion] = c.[_az_func_ChangeVersion],
    [_az_func_AttemptCount] = 0,
    [_az_func_LeaseExpirationTime] = NULL
FROM {leases} AS l
INNER JOIN OPENJSON(@changes) WITH ({json_declarations}, [_az_func_ChangeVersion] bigint '$.version') AS c
    ON {lease_is_of_change}
WHERE l.[_az_func_ChangeVersion] <= c.[_az_func_ChangeVersion];
