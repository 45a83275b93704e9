-- Says whether the branches or items of a place are over, all ended or too many failed, and then what came of each: the execution has to go
-- on by it; else it may wait until then.
SET NOCOUNT ON;
SET XACT_ABORT ON;
DECLARE @app nvarchar(60) = ?, @execution nvarchar(100) = ?, @epoch int = ?, @place nvarchar(100) = ?, @due_in_ms bigint = ?,
    @claim_seconds int = ?;
DECLARE @due datetime2(3) = DATEADD(millisecond, @due_in_ms % 1000, DATEADD(second, @due_in_ms / 1000, SYSUTCDATETIME())), @current int, @over int = 0;
UPDATE [relay].[Execution]
SET [DueAt] = @due, [LookAt] = @due
WHERE [App] = @app AND [Id] = @execution AND [Epoch] = @epoch AND [State] = 'running';
SET @current = @@ROWCOUNT;
SELECT @over = 1
FROM [relay].[ExecutionFork]
WHERE [App] = @app AND [Execution] = @execution AND [Place] = @place AND ([Ended] >= [Children] OR [Failed] > [Tolerated]);
UPDATE [relay].[Execution]
SET [DueAt] = DATEADD(second, @claim_seconds, SYSUTCDATETIME()), [LookAt] = DATEADD(second, @claim_seconds, SYSUTCDATETIME())
WHERE @current = 1 AND @over = 1 AND [App] = @app AND [Id] = @execution;
SELECT @current AS [current], @over AS [over];
SELECT child.[State] AS [state], child.[Result] AS [result], child.[Error] AS [error]
FROM [relay].[ExecutionPosition] AS place
INNER JOIN [relay].[Execution] AS child ON child.[App] = place.[App] AND child.[Id] = place.[Execution]
WHERE @current = 1 AND @over = 1 AND place.[App] = @app AND place.[Parent] = @execution AND place.[Place] = @place
ORDER BY place.[Number];
