-- Part of the recovery's statements: the relay's unsettled entries, and in whose hands each of them is.
-- An entry of a batch that has only begun is left alone until no invocation can be running any more: ten minutes are the longest.
-- Sooner when nobody will try it again: its fifth lease has run out, or the trigger has deleted its lease row (a moment later, for
-- a lease may have come after they were read).
DECLARE @leases TABLE (
    [KeyText] nvarchar(700) NOT NULL PRIMARY KEY NONCLUSTERED,
    [Version] bigint NOT NULL,
    [Attempts] int NOT NULL,
    [ExpiresAt] datetime2 NULL
);
INSERT INTO @leases
SELECT {{lease_key_text}}, lease.[_az_func_ChangeVersion], lease.[_az_func_AttemptCount], lease.[_az_func_LeaseExpirationTime]
FROM {{leases}} AS lease;
DECLARE @entries TABLE (
    [Id] bigint NOT NULL PRIMARY KEY,
    [KeyText] nvarchar(700) NOT NULL,
    [Version] bigint NOT NULL,
    [FirstFailedAt] datetime2(3) NOT NULL,
    [LastTriedAt] datetime2(3) NOT NULL,
    [Whose] varchar(10) NOT NULL
);
INSERT INTO @entries
SELECT
    entry.[Id],
    entry.[KeyText],
    entry.[Version],
    entry.[FirstFailedAt],
    entry.[LastTriedAt],
    CASE
        WHEN lease.[KeyText] IS NULL THEN 'orphaned'
        WHEN lease.[ExpiresAt] IS NULL AND lease.[Version] >= entry.[Version] THEN 'parked'
        WHEN lease.[Attempts] >= {{trigger_attempts}} AND (lease.[ExpiresAt] IS NULL OR lease.[ExpiresAt] < SYSDATETIME()) THEN 'exhausted'
        ELSE 'retrying'
    END
FROM [relay].[Ledger] AS entry
LEFT JOIN @leases AS lease ON lease.[KeyText] = entry.[KeyText]
WHERE entry.[App] = @app AND entry.[Relay] = @relay
    AND (
        entry.[State] = 'open'
        OR (
            entry.[State] = 'in_flight'
            AND (
                entry.[LastTriedAt] < DATEADD(minute, -10, SYSUTCDATETIME())
                OR (lease.[Attempts] >= {{trigger_attempts}} AND lease.[ExpiresAt] < SYSDATETIME())
                OR (lease.[KeyText] IS NULL AND entry.[LastTriedAt] < DATEADD(minute, -2, SYSUTCDATETIME()))
            )
        )
    );
