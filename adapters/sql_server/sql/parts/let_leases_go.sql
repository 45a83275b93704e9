-- Part of what settles keys, listed in @settled, under the trigger's lock: their lease rows that are used up are let go, and the trigger
-- delivers what is newer than what was settled. So are those that ran out at what was settled: change tracking may have forgotten it,
-- and then the trigger never takes them again.
UPDATE lease
SET
    [_az_func_AttemptCount] = 0,
    [_az_func_LeaseExpirationTime] =
        CASE WHEN lease.[_az_func_ChangeVersion] <= entry.[Version] THEN NULL ELSE lease.[_az_func_LeaseExpirationTime] END
FROM @settled AS entry
INNER JOIN {{leases}} AS lease ON {{lease_of_entry}}
WHERE {{lease_has_ended}};
