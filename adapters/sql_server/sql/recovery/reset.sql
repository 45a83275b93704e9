-- Gives the trigger a slice of its exhausted lease rows back: it delivers them in its normal batches from the next poll on.
SET NOCOUNT ON;
SET XACT_ABORT ON;
{{take_trigger_lock}}
UPDATE TOP ({{most_looked_at}}) {{leases}}
SET [_az_func_AttemptCount] = 0, [_az_func_LeaseExpirationTime] = DATEADD(second, -1, SYSDATETIME())
WHERE [_az_func_AttemptCount] >= {{trigger_attempts}}
    AND ([_az_func_LeaseExpirationTime] IS NULL OR [_az_func_LeaseExpirationTime] < SYSDATETIME());
SELECT @@ROWCOUNT AS [reset];
