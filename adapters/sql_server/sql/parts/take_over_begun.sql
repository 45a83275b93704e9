-- Part of taking stock: entries of batches that have only begun. Left alone until no invocation can be running any more: ten minutes
-- are the longest. Sooner when nobody will try it again: its fifth lease has run out, or the trigger has deleted its lease row (a
-- moment later, for a lease may have come after they were read).
UPDATE begun
SET
    [State] = 'open', [Why] = 'died', [FirstFailedAt] = @now, [NextTryAt] = @now,
    [LastError] = COALESCE(begun.[LastError], N'the batch ended before its result was recorded')
FROM [relay].[Ledger] AS begun
INNER JOIN (
    SELECT TOP ({{most_looked_at}}) [Id], [KeyText], [LastTriedAt]
    FROM [relay].[Ledger]
    WHERE [App] = @app AND [Relay] = @relay AND [State] = 'in_flight'
    ORDER BY [LastTriedAt], [Id]
) AS entry ON entry.[Id] = begun.[Id]
LEFT JOIN {{leases}} AS lease ON {{lease_of_entry}}
WHERE begun.[State] = 'in_flight'
    AND (
        entry.[LastTriedAt] < DATEADD(minute, -10, @now)
        OR (lease.[_az_func_AttemptCount] >= {{trigger_attempts}} AND lease.[_az_func_LeaseExpirationTime] < SYSDATETIME())
        OR (lease.[_az_func_ChangeVersion] IS NULL AND entry.[LastTriedAt] < DATEADD(minute, -2, @now))
    );
