-- Takes a version out of use, or all of a name; returns the versions that were meant, none if there are none.
SET NOCOUNT ON;
SET XACT_ABORT ON;
DECLARE @app nvarchar(60) = ?, @name nvarchar(80) = ?, @version int = ?, @by nvarchar(200) = ?;
UPDATE [relay].[Workflow]
SET [Status] = 'retired', [DecidedAt] = SYSUTCDATETIME(), [DecidedBy] = @by
WHERE [App] = @app AND [Name] = @name AND (@version IS NULL OR [Version] = @version) AND [Status] <> 'retired';
SELECT [Version] AS [version], [Status] AS [status]
FROM [relay].[Workflow]
WHERE [App] = @app AND [Name] = @name AND (@version IS NULL OR [Version] = @version)
ORDER BY [Version];
