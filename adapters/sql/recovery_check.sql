-- What is not settled in one relay, in whose hands it is, and how far its recovery has come; begins the recovery's row.
SET NOCOUNT ON;
SET XACT_ABORT ON;
DECLARE @app nvarchar(60) = ?, @relay nvarchar(40) = ?, @window_seconds int = ?, @first_interval_ms int = ?;
DECLARE @now datetime2(3) = SYSUTCDATETIME(), @untold int, @dead int, @died_at datetime2(3), @told_at datetime2(3);

{{enter_unsettled}}
{{entries}}
SELECT
    @dead = COUNT(*),
    @untold = COUNT(CASE WHEN [ToldAt] IS NULL THEN 1 END),
    @died_at = MAX(CASE WHEN [ToldAt] IS NULL THEN [LastTriedAt] END),
    @told_at = MAX([ToldAt])
FROM [relay].[Ledger]
WHERE [App] = @app AND [Relay] = @relay AND [State] = 'dead';
IF (@untold > 0 OR EXISTS (SELECT 1 FROM @entries))
    AND NOT EXISTS (SELECT 1 FROM [relay].[Recovery] WITH (HOLDLOCK) WHERE [App] = @app AND [Relay] = @relay)
    INSERT INTO [relay].[Recovery] ([App], [Relay], [Since], [Rounds], [Step], [NextDueAt], [Told], [CommandNumber])
    SELECT @app, @relay, COALESCE(MIN([FirstFailedAt]), @now), 0, 0, DATEADD(millisecond, @first_interval_ms, @now), N'[]', 0
    FROM @entries;

SELECT
    COUNT(CASE WHEN entry.[Whose] = 'parked' THEN 1 END) AS [parked],
    COUNT(CASE WHEN entry.[Whose] = 'orphaned' THEN 1 END) AS [orphaned],
    COUNT(CASE WHEN entry.[Whose] = 'exhausted' THEN 1 END) AS [exhausted],
    COUNT(CASE WHEN entry.[Whose] = 'retrying' THEN 1 END) AS [retrying],
    COUNT(CASE WHEN entry.[FirstFailedAt] < DATEADD(second, -@window_seconds, @now) THEN 1 END) AS [expired],
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
    [Told] AS [told],
    [Command] AS [command],
    [CommandNumber] AS [command_number]
FROM [relay].[Recovery]
WHERE [App] = @app AND [Relay] = @relay;

SELECT TOP (1) entry.[LastStatus] AS [last_status], entry.[LastError] AS [last_error]
FROM [relay].[Ledger] AS entry
WHERE entry.[App] = @app AND entry.[Relay] = @relay AND entry.[LastError] IS NOT NULL
ORDER BY entry.[LastTriedAt] DESC;
