-- Lets a draft be started, the newest version if none is named; an approved one stays as it is, a retired one too. Says what was found.
SET NOCOUNT ON;
SET XACT_ABORT ON;
DECLARE @app nvarchar(60) = ?, @name nvarchar(80) = ?, @version int = ?, @by nvarchar(200) = ?;
SELECT @version = MAX([Version])
FROM [relay].[Workflow] WITH (UPDLOCK, HOLDLOCK)
WHERE [App] = @app AND [Name] = @name AND (@version IS NULL OR [Version] = @version);
UPDATE [relay].[Workflow]
SET [Status] = 'approved', [DecidedAt] = SYSUTCDATETIME(), [DecidedBy] = @by
WHERE [App] = @app AND [Name] = @name AND [Version] = @version AND [Status] = 'draft';
SELECT [Version] AS [version], [Hash] AS [hash], [Status] AS [status], [DecidedBy] AS [decided_by]
FROM [relay].[Workflow]
WHERE [App] = @app AND [Name] = @name AND [Version] = @version;
