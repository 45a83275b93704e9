-- How many executions there are in each state that is not over, by workflow; up to so many.
SET NOCOUNT ON;
DECLARE @app nvarchar(60) = ?;
SELECT [Workflow] AS [workflow], [State] AS [state], COUNT(*) AS [executions], CONVERT(varchar(23), MIN([EnteredAt]), 126) AS [since]
FROM (
    SELECT TOP ({{most_counted}}) [Workflow], [State], [EnteredAt]
    FROM [relay].[Execution]
    WHERE [App] = @app AND [EndedAt] IS NULL
) AS [live]
GROUP BY [Workflow], [State]
ORDER BY [Workflow], [State];
