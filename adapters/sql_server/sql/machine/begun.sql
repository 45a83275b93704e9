-- Whether an execution has begun anything at a place.
SET NOCOUNT ON;
DECLARE @app nvarchar(60) = ?, @execution nvarchar(100) = ?, @place nvarchar(100) = ?;
SELECT COUNT(*) AS [begun]
FROM [relay].[ExecutionFork]
WHERE [App] = @app AND [Execution] = @execution AND [Place] = @place AND [Children] > 0;
