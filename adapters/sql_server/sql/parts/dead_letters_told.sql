-- Part of looking at a recovery: how many dead letters there are, and of how many nobody was told; counted to {{most_counted}}.
DECLARE @untold int, @dead int, @died_at datetime2(3), @told_at datetime2(3);
SELECT @dead = COUNT(*)
FROM (SELECT TOP ({{most_counted}}) 1 AS [one] FROM [relay].[Ledger] WHERE [App] = @app AND [Relay] = @relay AND [State] = 'dead') AS dead;
SELECT @untold = COUNT(*), @died_at = MAX([LastTriedAt])
FROM (
    SELECT TOP ({{most_counted}}) [LastTriedAt]
    FROM [relay].[Ledger]
    WHERE [App] = @app AND [Relay] = @relay AND [State] = 'dead' AND [ToldAt] IS NULL
) AS untold;
SELECT @told_at = MAX([ToldAt])
FROM [relay].[Ledger]
WHERE [App] = @app AND [Relay] = @relay AND [State] = 'dead';
