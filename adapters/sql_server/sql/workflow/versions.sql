-- The newest versions of a workflow, without what they say.
SET NOCOUNT ON;
DECLARE @app nvarchar(60) = ?, @name nvarchar(80) = ?, @limit int = ?;
SELECT TOP (@limit) [Version] AS [version], [Hash] AS [hash], [Status] AS [status],
    CONVERT(varchar(40), [EnteredAt], 126) AS [entered_at], [EnteredBy] AS [entered_by],
    CONVERT(varchar(40), [DecidedAt], 126) AS [decided_at], [DecidedBy] AS [decided_by]
FROM [relay].[Workflow]
WHERE [App] = @app AND [Name] = @name
ORDER BY [Version] DESC;
