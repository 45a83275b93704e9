-- To replace an execution takes the same lock, that of the one at the top (`@root`) for those below it: either it finds this claim, or this claim
-- finds it replaced. Those of one root do not wait for each other, but for whoever has been at work for the same subject before.
UPDATE [relay].[Execution]
SET
    @subject = COALESCE(@subject_of_root, [Subject]),
    [DueAt] = DATEADD(second, @claim_seconds, @now),
    [LookAt] = DATEADD(second, @claim_seconds, @now)
WHERE [App] = @app AND [Id] = @execution AND [Epoch] = @epoch AND [State] = 'running';
IF @subject IS NOT NULL
BEGIN
    SELECT @done = 1, @result = [Result]
    FROM [relay].[ExecutionStep]
    WHERE [App] = @app AND [Execution] = @execution AND [Step] = @step AND [Visit] = @visit AND [DoneAt] IS NOT NULL;
    SELECT @busy_until = MAX([ClaimedUntil])
    FROM [relay].[ExecutionStep]
    WHERE [App] = @app AND [Subject] = @subject AND [ClaimedUntil] > @now
        AND ([Execution] = @execution AND [Epoch] <> @epoch OR [Execution] <> @execution AND [Root] <> @root);
    IF @done = 0 AND @busy_until IS NULL
    BEGIN
        UPDATE [relay].[ExecutionStep] WITH (UPDLOCK, HOLDLOCK)
        SET [Epoch] = @epoch, [ClaimedUntil] = DATEADD(second, @claim_seconds, @now)
        WHERE [App] = @app AND [Execution] = @execution AND [Step] = @step AND [Visit] = @visit;
        IF @@ROWCOUNT = 0
            INSERT INTO [relay].[ExecutionStep] ([App], [Execution], [Step], [Visit], [Subject], [Root], [Epoch], [ClaimedUntil])
            VALUES (@app, @execution, @step, @visit, @subject, @root, @epoch, DATEADD(second, @claim_seconds, @now));
    END;
END;
