-- What an execution has begun: for each place how many branches or items, and how many of them run, have ended, and have failed.
SET NOCOUNT ON;
DECLARE @app nvarchar(60) = ?, @execution nvarchar(100) = ?, @limit int = ?;
SELECT TOP (@limit)
    [Place] AS [place], [Children] AS [children], [Live] AS [running], [Ended] AS [ended], [Failed] AS [failed]
FROM [relay].[ExecutionFork]
WHERE [App] = @app AND [Execution] = @execution AND [Children] > 0
ORDER BY [Place];
