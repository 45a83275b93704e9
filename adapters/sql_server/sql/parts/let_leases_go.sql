-- Part of what settles keys, listed in @settled, under the trigger's lock: their exhausted lease rows are let go, and the trigger
-- delivers what is newer than what was settled.
UPDATE lease
SET
    [_az_func_AttemptCount] = 0,
    [_az_func_LeaseExpirationTime] =
        CASE WHEN lease.[_az_func_ChangeVersion] <= settled.[Version] THEN NULL ELSE lease.[_az_func_LeaseExpirationTime] END
FROM {{leases}} AS lease
INNER JOIN @settled AS settled ON settled.[KeyText] = {{lease_key_text}}
WHERE lease.[_az_func_AttemptCount] >= {{trigger_attempts}};
