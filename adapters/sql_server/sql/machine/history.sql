-- What has happened in an execution, along its numbers.
SET NOCOUNT ON;
DECLARE @app nvarchar(60) = ?, @execution nvarchar(100) = ?, @after int = ?, @limit int = ?;
SELECT TOP (@limit)
    [Number] AS [number], [Type] AS [type], [State] AS [state], CONVERT(varchar(23), [At], 126) AS [at], [Body] AS [body]
FROM [relay].[ExecutionHistory]
WHERE [App] = @app AND [Execution] = @execution AND [Number] > @after
ORDER BY [Number];
