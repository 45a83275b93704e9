-- The children of a fork that find a place now, in their order. `Next`: from which number on some may wait.
DECLARE @free int = 0, @next int = 0;
DECLARE @found TABLE ([Id] nvarchar(100) NOT NULL PRIMARY KEY, [Number] int NOT NULL);
SELECT @free = CASE WHEN [Failed] > [Tolerated] OR [Live] > [AtOnce] THEN 0 ELSE [AtOnce] - [Live] END, @next = [Next]
FROM [relay].[ExecutionFork] WITH (UPDLOCK, HOLDLOCK)
WHERE [App] = @app AND [Execution] = @parent AND [Place] = @place;
INSERT INTO @found
SELECT TOP (@free) child.[Id], place.[Number]
FROM [relay].[ExecutionPosition] AS place
INNER JOIN [relay].[Execution] AS child ON child.[App] = place.[App] AND child.[Id] = place.[Execution]
WHERE place.[App] = @app AND place.[Parent] = @parent AND place.[Place] = @place AND place.[Number] >= @next AND child.[State] = 'waiting'
ORDER BY place.[Number];
UPDATE [relay].[ExecutionFork]
SET [Live] = [Live] + (SELECT COUNT(*) FROM @found), [Next] = COALESCE((SELECT MAX([Number]) + 1 FROM @found), [Next])
WHERE [App] = @app AND [Execution] = @parent AND [Place] = @place;
UPDATE child
SET
    [State] = 'ready',
    [Epoch] = child.[Epoch] + 1,
    [DueAt] = @now,
    [LookAt] = DATEADD(second, 60, @now)
OUTPUT inserted.[Id] AS [id], inserted.[Workflow] AS [workflow], inserted.[Epoch] AS [epoch]
FROM [relay].[Execution] AS child
INNER JOIN @found AS found ON found.[Id] = child.[Id]
WHERE child.[App] = @app;
