-- Gives the trigger a slice of its exhausted lease rows back: it delivers them in its normal batches from the next poll on. The
-- recovery leaves their entries alone meanwhile.
SET NOCOUNT ON;
SET XACT_ABORT ON;
DECLARE @app nvarchar(60) = ?, @relay nvarchar(40) = ?;
DECLARE @reset TABLE ({{key_declarations}});
{{take_trigger_lock}}
UPDATE TOP ({{most_looked_at}}) lease
SET [_az_func_AttemptCount] = 0, [_az_func_LeaseExpirationTime] = DATEADD(second, -1, SYSDATETIME())
OUTPUT {{inserted_keys}} INTO @reset
FROM {{leases}} AS lease
WHERE lease.[_az_func_AttemptCount] >= {{trigger_attempts}}
    AND (lease.[_az_func_LeaseExpirationTime] IS NULL OR lease.[_az_func_LeaseExpirationTime] < SYSDATETIME());
UPDATE entry
SET [NextTryAt] = DATEADD(minute, 3, SYSUTCDATETIME())
FROM (SELECT {{stretch_key_text}} AS [KeyText] FROM @reset AS lease) AS given
INNER JOIN [relay].[Ledger] AS entry ON entry.[App] = @app AND entry.[Relay] = @relay AND entry.[KeyText] = given.[KeyText];
SELECT COUNT(*) AS [reset] FROM @reset;
