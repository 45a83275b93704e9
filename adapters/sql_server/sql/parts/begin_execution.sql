-- An execution is begun by the start that it has, and shows a sign of life.
UPDATE [relay].[Execution]
SET
    [State] = 'running',
    [BegunAt] = COALESCE([BegunAt], @now),
    [DueAt] = DATEADD(second, @due_in_seconds, @now),
    [LookAt] = DATEADD(second, @due_in_seconds, @now)
WHERE [App] = @app AND [Id] = @execution AND [Epoch] = @epoch AND [State] IN ('ready', 'running');
