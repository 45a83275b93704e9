-- How many executions rest, by workflow; up to so many. A part of one that rests is not counted: the one is.
SET NOCOUNT ON;
DECLARE @app nvarchar(60) = ?;
SELECT [Workflow] AS [workflow], COUNT(*) AS [executions], CONVERT(varchar(23), MIN([EnteredAt]), 126) AS [since]
FROM (
    SELECT TOP ({{most_counted}}) run.[Workflow], run.[EnteredAt]
    FROM [relay].[Execution] AS run
    LEFT JOIN [relay].[Execution] AS parent ON parent.[App] = run.[App] AND parent.[Id] = run.[Parent]
    WHERE run.[App] = @app AND run.[State] = 'stuck' AND (parent.[State] IS NULL OR parent.[State] <> 'stuck')
) AS [resting]
GROUP BY [Workflow]
ORDER BY [Workflow];
