-- Whether an execution has begun anything at a place, and whether it may not any more.
SET NOCOUNT ON;
DECLARE @app nvarchar(60) = ?, @execution nvarchar(100) = ?, @place nvarchar(100) = ?;
SELECT COUNT(CASE WHEN [Children] > 0 THEN 1 END) AS [begun], COUNT(CASE WHEN [Children] = 0 THEN 1 END) AS [barred]
FROM [relay].[ExecutionFork]
WHERE [App] = @app AND [Execution] = @execution AND [Place] = @place;
