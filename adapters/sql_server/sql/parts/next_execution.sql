-- The next one of the subject's queue, if nothing runs for it any more.
WITH [next] AS (
    SELECT TOP (1) [State], [Epoch], [FirstEpoch], [DueAt], [LookAt], [Id], [Workflow]
    FROM [relay].[Execution]
    WHERE [App] = @app AND [Subject] = @subject AND [State] = 'waiting' AND NOT EXISTS (
        SELECT 1
        FROM [relay].[Execution]
        WHERE [App] = @app AND [Subject] = @subject AND [EndedAt] IS NULL AND [State] <> 'waiting'
    )
    ORDER BY [Version], [EnteredAt]
)
UPDATE [next]
SET
    [State] = 'ready',
    [Epoch] = 1 + (SELECT MAX([Epoch]) FROM [relay].[Execution] WHERE [App] = @app AND [Subject] = @subject),
    [FirstEpoch] = 1 + (SELECT MAX([Epoch]) FROM [relay].[Execution] WHERE [App] = @app AND [Subject] = @subject),
    [DueAt] = @now,
    [LookAt] = DATEADD(second, 60, @now)
OUTPUT inserted.[Id] AS [id], inserted.[Workflow] AS [workflow], inserted.[Epoch] AS [epoch];
