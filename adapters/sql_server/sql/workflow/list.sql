-- The names of workflows along the alphabet, each with its newest version and the one that is started.
SET NOCOUNT ON;
DECLARE @app nvarchar(60) = ?, @after nvarchar(80) = ?, @limit int = ?;
SELECT TOP (@limit) newest.[Name] AS [name], newest.[Version] AS [version], newest.[Status] AS [status], named.[Started] AS [started_version],
    CONVERT(varchar(40), newest.[EnteredAt], 126) AS [entered_at], newest.[EnteredBy] AS [entered_by]
FROM (
    SELECT [Name], MAX([Version]) AS [Newest], MAX(CASE WHEN [Status] = 'approved' THEN [Version] END) AS [Started]
    FROM [relay].[Workflow]
    WHERE [App] = @app AND [Name] > @after
    GROUP BY [Name]
) AS named
JOIN [relay].[Workflow] AS newest ON newest.[App] = @app AND newest.[Name] = named.[Name] AND newest.[Version] = named.[Newest]
ORDER BY newest.[Name];
