-- Of one instance one execution runs at a time: a later one (an instance that was started anew, or that continued as new) takes over the
-- place of an earlier one, in the line or as the holder, there under a new token. An earlier one that still asks gets nothing: it has ended.
UPDATE [relay].[LockWaiter]
SET [Owner] = @owner, [Execution] = @execution
WHERE [Name] = @name AND [App] = @app AND [Instance] = @instance AND @instance <> N'' AND [Purpose] = @purpose AND [Execution] < @execution;
IF @instance <> N'' AND EXISTS (
    SELECT 1
    FROM [relay].[LockHolder]
    WHERE [Name] = @name AND [App] = @app AND [Instance] = @instance AND [Purpose] = @purpose AND [Execution] < @execution
)
BEGIN
    {{burn_tokens}}
    UPDATE [relay].[Lock]
    SET @token = [Token] = [Token] + 1
    WHERE [Name] = @name;
    UPDATE [relay].[LockHolder]
    SET [Owner] = @owner, [Execution] = @execution, [Token] = @token, [TakenAt] = @now
    WHERE [Name] = @name AND [App] = @app AND [Instance] = @instance AND [Purpose] = @purpose AND [Execution] < @execution;
END;
IF @instance <> N'' AND EXISTS (
    SELECT 1
    FROM (
        SELECT [App], [Instance], [Purpose], [Execution] FROM [relay].[LockHolder] WHERE [Name] = @name
        UNION ALL
        SELECT [App], [Instance], [Purpose], [Execution] FROM [relay].[LockWaiter] WHERE [Name] = @name
    ) AS known
    WHERE known.[App] = @app AND known.[Instance] = @instance AND known.[Purpose] = @purpose AND known.[Execution] > @execution
)
    SET @outrun = 1;
