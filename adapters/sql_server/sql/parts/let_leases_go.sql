-- Part of what settles keys, listed in @settled, under the trigger's lock: their exhausted lease rows are let go, and the trigger
-- delivers what is newer than what was settled.
UPDATE lease
SET
    [_az_func_AttemptCount] = 0,
    [_az_func_LeaseExpirationTime] =
        CASE WHEN lease.[_az_func_ChangeVersion] <= entry.[Version] THEN NULL ELSE lease.[_az_func_LeaseExpirationTime] END
FROM @settled AS entry
INNER JOIN {{leases}} AS lease ON {{lease_of_entry}}
WHERE lease.[_az_func_AttemptCount] >= {{trigger_attempts}};
