-- Says whether the branches or items of a place are over, all ended or too many failed, and then what came of each: the execution has to go
-- on by it; else it may wait until then. Of failures the first one is told; results that are too large together
-- (`too_large`) are not fetched.
SET NOCOUNT ON;
SET XACT_ABORT ON;
DECLARE @app nvarchar(60) = ?, @execution nvarchar(100) = ?, @epoch int = ?, @place nvarchar(100) = ?, @due_in_ms bigint = ?,
    @claim_seconds int = ?, @most_bytes bigint = ?;
DECLARE @due datetime2(3) = DATEADD(millisecond, @due_in_ms % 1000, DATEADD(second, @due_in_ms / 1000, SYSUTCDATETIME())), @current int, @over int = 0,
    @too_large int = 0, @first_failed int;
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
SELECT @too_large = CASE WHEN SUM(CASE WHEN child.[State] = 'completed' THEN CAST(DATALENGTH(child.[Result]) - DATALENGTH(N'{"output": }') AS bigint) ELSE 0 END) > @most_bytes THEN 1 ELSE 0 END,
    @first_failed = MIN(CASE WHEN child.[State] = 'failed' THEN place.[Number] ELSE 2147483647 END)
FROM [relay].[ExecutionPosition] AS place
INNER JOIN [relay].[Execution] AS child ON child.[App] = place.[App] AND child.[Id] = place.[Execution]
WHERE @current = 1 AND @over = 1 AND place.[App] = @app AND place.[Parent] = @execution AND place.[Place] = @place;
SELECT @current AS [current], @over AS [over], @too_large AS [too_large];
SELECT
    child.[State] AS [state],
    CASE WHEN child.[State] = 'completed' AND @too_large = 0 OR child.[State] = 'stopped' OR place.[Number] = @first_failed THEN child.[Result] END AS [result],
    child.[Error] AS [error]
FROM [relay].[ExecutionPosition] AS place
INNER JOIN [relay].[Execution] AS child ON child.[App] = place.[App] AND child.[Id] = place.[Execution]
WHERE @current = 1 AND @over = 1 AND place.[App] = @app AND place.[Parent] = @execution AND place.[Place] = @place
ORDER BY place.[Number];
