-- The dead letters that nobody was told of, {{most_counted}} at most.
SET NOCOUNT ON;
DECLARE @app nvarchar(60) = ?, @relay nvarchar(40) = ?;
SELECT TOP ({{most_counted}}) [Id] AS [id]
FROM [relay].[Ledger]
WHERE [App] = @app AND [Relay] = @relay AND [State] = 'dead' AND [ToldAt] IS NULL
ORDER BY [Id];
