-- Part of looking at a recovery: the counts by whose hands they are in, the recovery's own row, the last failure, how the endpoint
-- stands. Whose they are is known of those that were looked at; all are counted to {{most_counted}}, the oldest first.
DECLARE @open int, @expired int;
SELECT @open = COUNT(*), @expired = COUNT(CASE WHEN [FirstFailedAt] < DATEADD(second, -@window_seconds, @now) THEN 1 END)
FROM (
    SELECT TOP ({{most_counted}}) [FirstFailedAt]
    FROM [relay].[Ledger]
    WHERE [App] = @app AND [Relay] = @relay AND [State] = 'open'
    ORDER BY [FirstFailedAt], [Id]
) AS oldest;
SELECT
    COUNT(CASE WHEN entry.[Whose] = 'parked' THEN 1 END) AS [parked],
    COUNT(CASE WHEN entry.[Whose] = 'orphaned' THEN 1 END) AS [orphaned],
    COUNT(CASE WHEN entry.[Whose] = 'exhausted' THEN 1 END) AS [exhausted],
    COUNT(CASE WHEN entry.[Whose] = 'retrying' THEN 1 END) AS [retrying],
    @expired AS [expired],
    @open AS [entries],
    (
        SELECT COUNT(*)
        FROM (
            SELECT TOP ({{most_counted}}) 1 AS [one] FROM [relay].[Ledger] WHERE [App] = @app AND [Relay] = @relay AND [State] = 'held'
        ) AS held
    ) AS [held],
    (
        SELECT DATEDIFF_BIG(millisecond, MIN([FirstFailedAt]), @now)
        FROM [relay].[Ledger]
        WHERE [App] = @app AND [Relay] = @relay AND [State] = 'held'
    ) AS [held_ms],
    DATEDIFF_BIG(millisecond, @now, MIN(CASE WHEN entry.[Whose] = 'retrying' THEN NULL WHEN entry.[LastTriedAt] < @back_at THEN @now ELSE COALESCE(entry.[NextTryAt], @now) END)) AS [next_try_ms],
    @untold AS [untold_dead],
    @dead AS [dead],
    CONVERT(varchar(40), @died_at, 126) AS [last_died_at],
    DATEDIFF_BIG(millisecond, @told_at, @now) AS [told_ms_ago]
FROM @entries AS entry;

SELECT
    CONVERT(varchar(40), [Since], 126) AS [since],
    [Rounds] AS [rounds],
    [Step] AS [step],
    DATEDIFF_BIG(millisecond, @now, [NextDueAt]) AS [due_in_ms],
    DATEDIFF_BIG(millisecond, [WorkedAt], @now) AS [worked_ms_ago],
    [Told] AS [told],
    [Command] AS [command],
    [CommandNumber] AS [command_number]
FROM [relay].[Recovery]
WHERE [App] = @app AND [Relay] = @relay;

SELECT TOP (1) last_of_state.[LastStatus] AS [last_status], last_of_state.[LastError] AS [last_error]
FROM (
    SELECT *
    FROM (
        SELECT TOP (1) [LastStatus], [LastError], [LastTriedAt], [Id]
        FROM [relay].[Ledger]
        WHERE [App] = @app AND [Relay] = @relay AND [State] = 'open' AND [LastError] IS NOT NULL
        ORDER BY [LastTriedAt] DESC, [Id] DESC
    ) AS failed
    UNION ALL
    SELECT *
    FROM (
        SELECT TOP (1) [LastStatus], [LastError], [LastTriedAt], [Id]
        FROM [relay].[Ledger]
        WHERE [App] = @app AND [Relay] = @relay AND [State] = 'held' AND [LastError] IS NOT NULL
        ORDER BY [LastTriedAt] DESC, [Id] DESC
    ) AS held
    UNION ALL
    SELECT *
    FROM (
        SELECT TOP (1) [LastStatus], [LastError], [LastTriedAt], [Id]
        FROM [relay].[Ledger]
        WHERE [App] = @app AND [Relay] = @relay AND [State] = 'dead' AND [LastError] IS NOT NULL
        ORDER BY [LastTriedAt] DESC, [Id] DESC
    ) AS dead
) AS last_of_state
ORDER BY last_of_state.[LastTriedAt] DESC, last_of_state.[Id] DESC;
{{standing}}
