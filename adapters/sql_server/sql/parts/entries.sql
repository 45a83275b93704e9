-- Part of the recovery's statements: the first of the relay's unsettled entries, those that are due soonest, and in whose hands each
-- of them is. Ours is what the trigger will not take: its lease row is gone or used up, or its lease was released at this version
-- or later, or change tracking has no change for it any more. What the trigger should take is ours once it has taken nothing
-- at all for three minutes.
DECLARE @silent bit = 0, @back_at datetime2(3);
SELECT @back_at = [BackAt] FROM [relay].[Standing] WHERE [App] = @app AND [Relay] = @relay;
SELECT @silent = 1
FROM [relay].[Position]
WHERE [App] = @app AND [Relay] = @relay AND [WorkSince] < DATEADD(minute, -3, SYSUTCDATETIME());
DECLARE @entries TABLE (
    [Id] bigint NOT NULL PRIMARY KEY,
    [KeyText] nvarchar(700) NOT NULL,
    [Version] bigint NOT NULL,
    [FirstFailedAt] datetime2(3) NOT NULL,
    [LastTriedAt] datetime2(3) NOT NULL,
    [NextTryAt] datetime2(3) NULL,
    [Attempts] int NOT NULL,
    [Whose] varchar(10) NOT NULL
);
INSERT INTO @entries
SELECT
    entry.[Id],
    entry.[KeyText],
    entry.[Version],
    entry.[FirstFailedAt],
    entry.[LastTriedAt],
    entry.[NextTryAt],
    COALESCE(lease.[_az_func_AttemptCount], 0),
    CASE
        WHEN lease.[_az_func_ChangeVersion] IS NULL THEN 'orphaned'
        WHEN lease.[_az_func_LeaseExpirationTime] > SYSDATETIME() THEN 'retrying'
        WHEN lease.[_az_func_LeaseExpirationTime] IS NULL AND lease.[_az_func_ChangeVersion] >= entry.[Version] THEN 'parked'
        WHEN lease.[_az_func_AttemptCount] >= {{trigger_attempts}} THEN 'exhausted'
        WHEN @silent = 0 AND EXISTS (
            SELECT 1
            FROM CHANGETABLE(VERSION {{table}}, ({{key_names}}), ({{keys_of_entry}})) AS tracked
            WHERE tracked.[SYS_CHANGE_VERSION] >= entry.[Version]
        ) THEN 'retrying'
        ELSE 'parked'
    END
FROM {{soonest_entries}} AS entry
LEFT JOIN {{leases}} AS lease ON {{lease_of_entry}};
