-- Part of what settles keys: their lease rows that the trigger will not take again.
(
    lease.[_az_func_AttemptCount] >= {{trigger_attempts}}
    OR (
        lease.[_az_func_AttemptCount] >= 1
        AND lease.[_az_func_LeaseExpirationTime] <= SYSDATETIME()
        AND lease.[_az_func_ChangeVersion] <= entry.[Version]
    )
)
