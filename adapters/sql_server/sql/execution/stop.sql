-- A person ends an execution, with a result if he says what it ends with; its claimed step may still report. What waits behind it is made
-- ready; says what that is.
SET NOCOUNT ON;
SET XACT_ABORT ON;
DECLARE @app nvarchar(60) = ?, @execution nvarchar(100) = ?, @error nvarchar(1000) = ?,
    @result nvarchar(max) = ?;
DECLARE @now datetime2(3) = SYSUTCDATETIME(), @subject nvarchar(100), @failed int = 1, @was_live int = 0;
UPDATE [relay].[Execution]
SET
    @subject = [Subject],
    @was_live = CASE WHEN [State] IN ('ready', 'running', 'stuck') THEN 1 ELSE 0 END,
    [State] = 'stopped',
    [Error] = @error,
    [Result] = COALESCE(@result, [Result]),
    [EndedAt] = @now,
    [LookAt] = NULL
WHERE [App] = @app AND [Id] = @execution AND [EndedAt] IS NULL;
SELECT [Id] AS [id], [State] AS [state], [Epoch] AS [epoch], CASE WHEN @subject IS NULL THEN 0 ELSE 1 END AS [stopped]
FROM [relay].[Execution]
WHERE [App] = @app AND [Id] = @execution;
{{next_execution}}
{{end_child}}
