-- Executions that ended long ago, some at a time; branches, items and whatever another has begun stay until that one is forgotten, for it
-- may still ask what came of them.
SET NOCOUNT ON;
DECLARE @app nvarchar(60) = ?, @days int = ?, @limit int = ?;
SELECT TOP (@limit) run.[Id] AS [id], run.[FirstEpoch] AS [first_epoch], run.[Epoch] AS [epoch]
FROM [relay].[Execution] AS run
WHERE run.[App] = @app AND run.[EndedAt] < DATEADD(day, -@days, SYSUTCDATETIME()) AND NOT EXISTS (
    SELECT 1
    FROM [relay].[Execution] AS parent
    WHERE parent.[App] = run.[App] AND parent.[Id] = run.[Parent]
)
ORDER BY run.[EndedAt];
