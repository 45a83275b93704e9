-- Writes down what a step came to, or only that its claim is over (`result` NULL); says whether the execution is still this start's.
SET NOCOUNT ON;
SET XACT_ABORT ON;
DECLARE @app nvarchar(60) = ?, @execution nvarchar(100) = ?, @epoch int = ?, @step nvarchar(100) = ?, @visit int = ?, @result nvarchar(max) = ?;
DECLARE @now datetime2(3) = SYSUTCDATETIME(), @done int = 0;
UPDATE [relay].[ExecutionStep]
SET [ClaimedUntil] = NULL, [Result] = @result, [DoneAt] = CASE WHEN @result IS NOT NULL THEN @now END
WHERE [App] = @app AND [Execution] = @execution AND [Step] = @step AND [Visit] = @visit AND [Epoch] = @epoch AND [DoneAt] IS NULL;
SET @done = CASE WHEN @result IS NOT NULL THEN @@ROWCOUNT ELSE 0 END;
UPDATE [relay].[Execution]
SET [Steps] = [Steps] + @done
WHERE [App] = @app AND [Id] = @execution AND [Epoch] = @epoch AND [State] = 'running';
SELECT @@ROWCOUNT AS [current];
