-- The version of a workflow that is to be started: the newest that is approved, or else the newest at all, which says what is in the
-- way; or the one that is named.
SET NOCOUNT ON;
DECLARE @app nvarchar(60) = ?, @name nvarchar(80) = ?, @version int = ?;
SELECT TOP (1) [Name] AS [name], [Version] AS [version], [Hash] AS [hash], [Status] AS [status], [Definition] AS [definition]
FROM [relay].[Workflow]
WHERE [App] = @app AND [Name] = @name AND (@version IS NULL OR [Version] = @version)
ORDER BY CASE WHEN [Status] = 'approved' THEN 0 ELSE 1 END, [Version] DESC;
