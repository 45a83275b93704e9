-- Executions that ended long ago, some at a time.
SET NOCOUNT ON;
DECLARE @app nvarchar(60) = ?, @days int = ?, @limit int = ?;
SELECT TOP (@limit) [Id] AS [id], [Epoch] AS [epoch]
FROM [relay].[Execution]
WHERE [App] = @app AND [EndedAt] < DATEADD(day, -@days, SYSUTCDATETIME())
ORDER BY [EndedAt];
