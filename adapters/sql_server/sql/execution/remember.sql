-- Keeps a value that a workflow must find again, if it has not kept another under that name; says which one is kept, and whether the
-- execution is still this start's.
SET NOCOUNT ON;
SET XACT_ABORT ON;
DECLARE @app nvarchar(60) = ?, @execution nvarchar(100) = ?, @epoch int = ?, @step nvarchar(100) = ?, @visit int = ?, @result nvarchar(max) = ?;
DECLARE @now datetime2(3) = SYSUTCDATETIME(), @subject nvarchar(100);
UPDATE [relay].[Execution]
SET @subject = [Subject], [Steps] = [Steps] + 1
WHERE [App] = @app AND [Id] = @execution AND [Epoch] = @epoch AND [State] = 'running';
IF @subject IS NOT NULL
BEGIN
    UPDATE [relay].[ExecutionStep] WITH (UPDLOCK, HOLDLOCK)
    SET [Epoch] = @epoch, [ClaimedUntil] = NULL, [Result] = @result, [DoneAt] = @now
    WHERE [App] = @app AND [Execution] = @execution AND [Step] = @step AND [Visit] = @visit AND [DoneAt] IS NULL;
    IF @@ROWCOUNT = 0
        INSERT INTO [relay].[ExecutionStep] ([App], [Execution], [Step], [Visit], [Subject], [Epoch], [Result], [DoneAt])
        SELECT @app, @execution, @step, @visit, @subject, @epoch, @result, @now
        WHERE NOT EXISTS (
            SELECT 1
            FROM [relay].[ExecutionStep]
            WHERE [App] = @app AND [Execution] = @execution AND [Step] = @step AND [Visit] = @visit
        );
END;
SELECT [Result] AS [result]
FROM [relay].[ExecutionStep]
WHERE @subject IS NOT NULL AND [App] = @app AND [Execution] = @execution AND [Step] = @step AND [Visit] = @visit;
