-- Gives the trigger a slice of its exhausted lease rows back: it delivers them in its normal batches from the next poll on. The
-- recovery leaves their entries alone meanwhile. Each version is given back once: what the trigger could not hand over then, or not
-- deliver, the recovery delivers by itself.
SET NOCOUNT ON;
SET XACT_ABORT ON;
DECLARE @app nvarchar(60) = ?, @relay nvarchar(40) = ?;
{{entries}}
DECLARE @given TABLE ([Id] bigint NOT NULL PRIMARY KEY);
INSERT INTO @given
SELECT exhausted.[Id]
FROM @entries AS exhausted
INNER JOIN [relay].[Ledger] AS entry ON entry.[Id] = exhausted.[Id]
WHERE exhausted.[Whose] = 'exhausted' AND (entry.[GivenBackVersion] IS NULL OR entry.[GivenBackVersion] < entry.[Version]);
{{take_trigger_lock}}
UPDATE lease
SET [_az_func_AttemptCount] = 0, [_az_func_LeaseExpirationTime] = DATEADD(second, -1, SYSDATETIME())
FROM @given AS given
INNER JOIN [relay].[Ledger] AS entry ON entry.[Id] = given.[Id]
INNER JOIN {{leases}} AS lease ON {{lease_of_entry}}
WHERE lease.[_az_func_AttemptCount] >= {{trigger_attempts}}
    AND (lease.[_az_func_LeaseExpirationTime] IS NULL OR lease.[_az_func_LeaseExpirationTime] < SYSDATETIME());
DECLARE @reset int = @@ROWCOUNT;
UPDATE entry
SET [NextTryAt] = DATEADD(minute, 3, SYSUTCDATETIME()), [GivenBackVersion] = entry.[Version]
FROM [relay].[Ledger] AS entry
INNER JOIN @given AS given ON given.[Id] = entry.[Id];
SELECT @reset AS [reset];
