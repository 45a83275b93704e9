-- The first thing that an orchestration does: claims its execution, unless it has ended or is another start's. Says what it is to
-- work on, and what its steps have come to before.
SET NOCOUNT ON;
SET XACT_ABORT ON;
DECLARE @app nvarchar(60) = ?, @execution nvarchar(100) = ?, @epoch int = ?, @due_in_seconds int = ?;
DECLARE @now datetime2(3) = SYSUTCDATETIME();
{{begin_execution}}
SELECT
    [State] AS [state],
    [Epoch] AS [epoch],
    [Input] AS [input],
    CONVERT(varchar(23), [BegunAt], 126) AS [begun_at]
FROM [relay].[Execution]
WHERE [App] = @app AND [Id] = @execution;
SELECT [Step] AS [step], [Visit] AS [visit], [Result] AS [result]
FROM [relay].[ExecutionStep]
WHERE [App] = @app AND [Execution] = @execution AND [DoneAt] IS NOT NULL
ORDER BY [Step], [Visit];
