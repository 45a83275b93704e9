-- How aggregates stand, by their names: their groups, their results, what of those has not come through, and whether somebody works at it. It is
-- asked every minute: groups and results are counted up to ten thousand.
SET NOCOUNT ON;
DECLARE @app nvarchar(60) = ?, @aggregates nvarchar(max) = ?;
SELECT
    asked.[name] AS [name],
    COALESCE(known.[Fingerprint], '') AS [fingerprint],
    COALESCE(known.[GroupBy], N'') AS [group_by],
    CASE WHEN place.[Relay] IS NULL THEN 0 ELSE 1 END AS [has_started],
    COALESCE(backfill.[State], '') AS [backfill_state],
    CASE WHEN known.[Backfill] <> backfill.[Number] THEN 1 ELSE 0 END AS [all_are_dirty],
    COALESCE(known.[Slices], 0) AS [slices],
    COALESCE(DATEDIFF_BIG(millisecond, known.[DueAt], SYSUTCDATETIME()), 0) AS [late_ms],
    (
        SELECT DATEDIFF_BIG(millisecond, MIN(g.[DirtyAt]), SYSUTCDATETIME()) FROM [relay].[AggregateGroup] AS g
        WHERE g.[App] = @app AND g.[Aggregate] = asked.[name] AND g.[DirtyAt] IS NOT NULL
    ) AS [dirty_ms],
    COALESCE(known.[Problem], N'') AS [problem],
    (SELECT COUNT(*) FROM (
        SELECT TOP ({{most_counted}}) g.[Id] FROM [relay].[AggregateGroup] AS g
        WHERE g.[App] = @app AND g.[Aggregate] = asked.[name] AND g.[SameAs] = g.[Id]
    ) AS counted) AS [groups],
    (SELECT COUNT(*) FROM (
        SELECT TOP ({{most_counted}}) g.[Id] FROM [relay].[AggregateGroup] AS g
        WHERE g.[App] = @app AND g.[Aggregate] = asked.[name] AND g.[DirtyAt] IS NOT NULL
    ) AS counted) AS [dirty],
    (SELECT COUNT(*) FROM (
        SELECT TOP ({{most_counted}}) r.[Id] FROM [relay].[AggregateResult] AS r WHERE r.[App] = @app AND r.[Aggregate] = asked.[name]
    ) AS counted) AS [results],
    (SELECT COUNT(*) FROM [relay].[Ledger] AS l WHERE l.[App] = @app AND l.[Relay] = asked.[name] AND l.[State] IN ('open', 'held')) AS [failing],
    (SELECT COUNT(*) FROM [relay].[Ledger] AS l WHERE l.[App] = @app AND l.[Relay] = asked.[name] AND l.[State] = 'dead') AS [dead_letters],
    (SELECT COUNT(*) FROM [relay].[Ledger] AS l WHERE l.[App] = @app AND l.[Relay] = asked.[rows]) AS [untaken]
FROM OPENJSON(@aggregates) WITH ([name] nvarchar(40) '$.name', [rows] nvarchar(40) '$.rows') AS asked
LEFT JOIN [relay].[Aggregate] AS known ON known.[App] = @app AND known.[Aggregate] = asked.[name]
LEFT JOIN [relay].[Position] AS place ON place.[App] = @app AND place.[Relay] = asked.[rows]
LEFT JOIN [relay].[Backfill] AS backfill ON backfill.[App] = @app AND backfill.[Relay] = asked.[rows]
ORDER BY asked.[name];
