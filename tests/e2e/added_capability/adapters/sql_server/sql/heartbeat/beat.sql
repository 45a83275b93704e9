-- Counts one heartbeat of a relay; says how many there were, and since when.
SET NOCOUNT ON;
DECLARE @app nvarchar(60) = ?, @relay nvarchar(40) = ?;
MERGE [relay].[Heartbeat] WITH (HOLDLOCK) AS known
USING (SELECT @app AS [App], @relay AS [Relay]) AS told
ON known.[App] = told.[App] AND known.[Relay] = told.[Relay]
WHEN MATCHED THEN UPDATE SET [Beats] = known.[Beats] + 1
WHEN NOT MATCHED THEN INSERT ([App], [Relay], [Beats], [Since]) VALUES (@app, @relay, 1, SYSUTCDATETIME());
SELECT [Beats] AS [beats], CONCAT(CONVERT(varchar(40), [Since], 126), 'Z') AS [since]
FROM [relay].[Heartbeat]
WHERE [App] = @app AND [Relay] = @relay;
