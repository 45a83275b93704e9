-- Makes dead letters of a slice of the unsettled entries: those whose window is over, or all. Says how many, and which leases are
-- used up. Whatever the trigger will still try is left to it. A row that was changed since the version that was tried has another
-- version, with a window of its own: a used-up lease has kept it from the trigger, and this entry alone knows of it.
SET NOCOUNT ON;
SET XACT_ABORT ON;
DECLARE @app nvarchar(60) = ?, @relay nvarchar(40) = ?, @window_seconds int = ?, @all bit = ?, @reason nvarchar(1000) = ?;
DECLARE @now datetime2(3) = SYSUTCDATETIME();
{{take_trigger_lock}}
DECLARE @settled TABLE ([Id] bigint NOT NULL PRIMARY KEY, [KeyText] nvarchar(700) NOT NULL, [Version] bigint NOT NULL, [Newer] bit NOT NULL);
INSERT INTO @settled
SELECT TOP ({{most_looked_at}})
    entry.[Id],
    entry.[KeyText],
    CASE WHEN tracked.[SYS_CHANGE_VERSION] > entry.[Version] THEN tracked.[SYS_CHANGE_VERSION] ELSE entry.[Version] END,
    CASE WHEN tracked.[SYS_CHANGE_VERSION] > entry.[Version] THEN 1 ELSE 0 END
FROM [relay].[Ledger] AS entry
LEFT JOIN {{leases}} AS lease ON {{lease_of_entry}}
OUTER APPLY CHANGETABLE(VERSION {{table}}, ({{key_names}}), ({{keys_of_entry}})) AS tracked
WHERE entry.[App] = @app AND entry.[Relay] = @relay
    AND (entry.[State] = 'open' OR (@all = 1 AND entry.[State] = 'held'))
    AND (@all = 1 OR entry.[FirstFailedAt] < DATEADD(second, -@window_seconds, @now))
    AND (
        lease.[_az_func_LeaseExpirationTime] IS NULL
        OR lease.[_az_func_LeaseExpirationTime] <= SYSDATETIME()
        OR (@all = 1 AND lease.[_az_func_AttemptCount] >= {{trigger_attempts}})
    )
ORDER BY entry.[FirstFailedAt], entry.[Id];
UPDATE entry
SET [Version] = newer.[Version], [Attempts] = 0, [FirstFailedAt] = @now
FROM [relay].[Ledger] AS entry
INNER JOIN @settled AS newer ON newer.[Id] = entry.[Id]
WHERE newer.[Newer] = 1;
DELETE FROM @settled
WHERE [Newer] = 1 AND @all = 0;
{{let_leases_go}}
UPDATE entry
SET [State] = 'dead', [Problem] = COALESCE(entry.[Problem], N''), [LastError] = CONCAT(@reason, N'; ', entry.[LastError])
FROM [relay].[Ledger] AS entry
INNER JOIN @settled AS given_up ON given_up.[Id] = entry.[Id];
SELECT @@ROWCOUNT AS [given_up];
