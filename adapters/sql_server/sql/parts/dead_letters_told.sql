-- Part of looking at a recovery: how many dead letters there are, and of how many nobody was told.
DECLARE @untold int, @dead int, @died_at datetime2(3), @told_at datetime2(3);
SELECT
    @dead = COUNT(*),
    @untold = COUNT(CASE WHEN [ToldAt] IS NULL THEN 1 END),
    @died_at = MAX(CASE WHEN [ToldAt] IS NULL THEN [LastTriedAt] END),
    @told_at = MAX([ToldAt])
FROM [relay].[Ledger]
WHERE [App] = @app AND [Relay] = @relay AND [State] = 'dead';
