-- Some of the notices that ended days ago, the oldest first.
SET NOCOUNT ON;
DECLARE @app nvarchar(60) = ?, @days int = ?, @limit int = ?;
SELECT TOP (@limit) [Notice] AS [notice], [Channel] AS [channel]
FROM [relay].[Notice]
WHERE [App] = @app AND [EndedAt] < DATEADD(day, -@days, SYSUTCDATETIME())
ORDER BY [EndedAt];
