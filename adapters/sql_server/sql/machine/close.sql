-- The time of an attempt is over. Says what it came to, if it was made in time; else it is closed with `result`, and nothing counts that is
-- reported later: a statement that still waits in its own transaction finds it closed. Its claim lasts, for it may still be at work.
SET NOCOUNT ON;
SET XACT_ABORT ON;
DECLARE @app nvarchar(60) = ?, @execution nvarchar(100) = ?, @epoch int = ?, @step nvarchar(100) = ?, @visit int = ?, @result nvarchar(max) = ?;
DECLARE @now datetime2(3) = SYSUTCDATETIME(), @subject nvarchar(100);
SELECT @subject = [Subject]
FROM [relay].[Execution]
WHERE [App] = @app AND [Id] = @execution AND [Epoch] = @epoch AND [State] = 'running';
UPDATE [relay].[ExecutionStep] WITH (UPDLOCK, HOLDLOCK)
SET [Result] = COALESCE([Result], @result), [DoneAt] = COALESCE([DoneAt], @now)
WHERE @subject IS NOT NULL AND [App] = @app AND [Execution] = @execution AND [Step] = @step AND [Visit] = @visit;
IF @@ROWCOUNT = 0 AND @subject IS NOT NULL
    INSERT INTO [relay].[ExecutionStep] ([App], [Execution], [Step], [Visit], [Subject], [Epoch], [Result], [DoneAt])
    VALUES (@app, @execution, @step, @visit, @subject, @epoch, @result, @now);
SELECT CASE WHEN @subject IS NULL THEN 0 ELSE 1 END AS [current];
SELECT [Result] AS [result]
FROM [relay].[ExecutionStep]
WHERE @subject IS NOT NULL AND [App] = @app AND [Execution] = @execution AND [Step] = @step AND [Visit] = @visit;
