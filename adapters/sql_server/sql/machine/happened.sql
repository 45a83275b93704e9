-- How often what has happened to each state of some executions, and the executions that they have begun.
SET NOCOUNT ON;
DECLARE @app nvarchar(60) = ?, @executions nvarchar(max) = ?, @limit int = ?;
SELECT told.[State] AS [state], told.[Type] AS [type], COUNT(*) AS [times]
FROM [relay].[ExecutionHistory] AS told
INNER JOIN OPENJSON(@executions) WITH ([id] nvarchar(100) '$') AS asked ON asked.[id] = told.[Execution]
WHERE told.[App] = @app
GROUP BY told.[State], told.[Type];
SELECT TOP (@limit) place.[Execution] AS [id]
FROM [relay].[ExecutionPosition] AS place
INNER JOIN OPENJSON(@executions) WITH ([id] nvarchar(100) '$') AS asked ON asked.[id] = place.[Parent]
INNER JOIN [relay].[ExecutionPosition] AS parent
    ON parent.[App] = place.[App] AND parent.[Execution] = place.[Parent] AND parent.[Definition] = place.[Definition]
WHERE place.[App] = @app
ORDER BY place.[Parent], place.[Place], place.[Number];
