-- Part of what settles keys, listed in @settled. An exhausted lease row ignores its key's newer changes too, and without an entry it
-- would be taken for a change that nobody has settled: it is reset. The trigger's own lock comes first, so that locks are always
-- taken in one order.
IF EXISTS (
    SELECT 1
    FROM {{leases}} AS lease
    INNER JOIN @settled AS settled ON settled.[KeyText] = {{lease_key_text}}
    WHERE lease.[_az_func_AttemptCount] >= 5
)
BEGIN
    {{take_trigger_lock}}
    UPDATE lease
    SET
        [_az_func_AttemptCount] = 0,
        [_az_func_LeaseExpirationTime] =
            CASE WHEN lease.[_az_func_ChangeVersion] <= settled.[Version] THEN NULL ELSE lease.[_az_func_LeaseExpirationTime] END
    FROM {{leases}} AS lease
    INNER JOIN @settled AS settled ON settled.[KeyText] = {{lease_key_text}}
    WHERE lease.[_az_func_AttemptCount] >= 5;
END;
