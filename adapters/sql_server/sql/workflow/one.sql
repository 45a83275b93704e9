-- A version of a workflow with what it says; the newest if none is named.
SET NOCOUNT ON;
DECLARE @app nvarchar(60) = ?, @name nvarchar(80) = ?, @version int = ?;
SELECT TOP (1) [Name] AS [name], [Version] AS [version], [Hash] AS [hash], [Status] AS [status], [Definition] AS [definition],
    CONVERT(varchar(40), [EnteredAt], 126) AS [entered_at], [EnteredBy] AS [entered_by],
    CONVERT(varchar(40), [DecidedAt], 126) AS [decided_at], [DecidedBy] AS [decided_by]
FROM [relay].[Workflow]
WHERE [App] = @app AND [Name] = @name AND (@version IS NULL OR [Version] = @version)
ORDER BY [Version] DESC;
