-- What an execution may not have heard of: events that nobody has taken, and the places whose branches or items are over; and where it is,
-- if it is a definition's. The longer ago the newest event was stored, the later the next look for it: perhaps nobody waits for it yet.
SET NOCOUNT ON;
SET XACT_ABORT ON;
DECLARE @app nvarchar(60) = ?, @execution nvarchar(100) = ?, @epoch int = ?, @limit int = ?;
DECLARE @now datetime2(3) = SYSUTCDATETIME(), @next datetime2(3);
SELECT @next = DATEADD(second, DATEDIFF(second, MAX([StoredAt]), @now), @now)
FROM [relay].[ExecutionEvent]
WHERE [App] = @app AND [Execution] = @execution AND [TakenBy] IS NULL;
UPDATE [relay].[Execution]
SET [LookAt] = CASE WHEN @next < [DueAt] THEN @next ELSE [DueAt] END
WHERE [App] = @app AND [Id] = @execution AND [Epoch] = @epoch AND [State] = 'running'
    AND [LookAt] > DATEADD(second, 1, @now) AND [LookAt] < @next AND [LookAt] < [DueAt];
SELECT DISTINCT TOP (@limit) [Name] AS [name]
FROM [relay].[ExecutionEvent]
WHERE [App] = @app AND [Execution] = @execution AND [TakenBy] IS NULL
ORDER BY [Name];
SELECT [Place] AS [place]
FROM [relay].[ExecutionFork]
WHERE [App] = @app AND [Execution] = @execution AND ([Ended] >= [Children] OR [Failed] > [Tolerated]);
SELECT [Position] AS [position]
FROM [relay].[ExecutionPosition]
WHERE [App] = @app AND [Execution] = @execution AND [Position] IS NOT NULL;
