-- Writes down what a step came to, or only that its claim is over (`result` NULL); says whether the execution is still this start's. What
-- is done, or was closed because its time was over, stays as it is.
SET NOCOUNT ON;
SET XACT_ABORT ON;
DECLARE @app nvarchar(60) = ?, @execution nvarchar(100) = ?, @epoch int = ?, @step nvarchar(100) = ?, @visit int = ?, @result nvarchar(max) = ?;
DECLARE @now datetime2(3) = SYSUTCDATETIME(), @done int = 0;
UPDATE [relay].[ExecutionStep]
SET
    @done = CASE WHEN [DoneAt] IS NULL AND @result IS NOT NULL THEN 1 ELSE 0 END,
    [ClaimedUntil] = NULL,
    [Result] = CASE WHEN [DoneAt] IS NULL THEN @result ELSE [Result] END,
    [DoneAt] = CASE WHEN [DoneAt] IS NULL AND @result IS NOT NULL THEN @now ELSE [DoneAt] END
WHERE [App] = @app AND [Execution] = @execution AND [Step] = @step AND [Visit] = @visit AND [Epoch] = @epoch;
UPDATE [relay].[Execution]
SET [Steps] = [Steps] + @done
WHERE [App] = @app AND [Id] = @execution AND [Epoch] = @epoch AND [State] = 'running';
SELECT @@ROWCOUNT AS [current];
