-- The exact keys of all rows that the trigger has leased at this moment, by any worker.
SELECT {{lease_keys}}
FROM {{leases}} AS lease
WHERE lease.[_az_func_LeaseExpirationTime] > SYSDATETIME() AND lease.[_az_func_AttemptCount] >= 1;
