-- One execution, its steps, and the events that were posted to it.
SET NOCOUNT ON;
DECLARE @app nvarchar(60) = ?, @execution nvarchar(100) = ?;
SELECT
    [Id] AS [id], [Workflow] AS [workflow], [Parent] AS [parent], [Relay] AS [relay], [KeyText] AS [key], [Version] AS [version], [State] AS [state],
    [Epoch] AS [epoch], [Steps] AS [steps], [Error] AS [error], [Input] AS [input], [Result] AS [result],
    CONVERT(varchar(23), [EnteredAt], 126) AS [entered_at], CONVERT(varchar(23), [BegunAt], 126) AS [begun_at],
    CONVERT(varchar(23), [EndedAt], 126) AS [ended_at]
FROM [relay].[Execution]
WHERE [App] = @app AND [Id] = @execution;
SELECT [Step] AS [step], [Visit] AS [visit], [Epoch] AS [epoch], [Result] AS [result], CONVERT(varchar(23), [DoneAt], 126) AS [done_at]
FROM [relay].[ExecutionStep]
WHERE [App] = @app AND [Execution] = @execution
ORDER BY COALESCE([DoneAt], SYSUTCDATETIME()), [Step], [Visit];
SELECT [Name] AS [name], [EventKey] AS [key], [TakenBy] AS [taken_by], CONVERT(varchar(23), [StoredAt], 126) AS [stored_at]
FROM [relay].[ExecutionEvent]
WHERE [App] = @app AND [Execution] = @execution
ORDER BY [Number];
