-- Takes the oldest event of that name which no other visit has taken; a visit that asks again gets its own, or the first of a later one, and
-- has to go on by it. Without one the execution may wait until then. With `latest_key` the event that has this key comes first, else the
-- newest; those before it are of no use any more: heartbeats before the answer to a token.
SET NOCOUNT ON;
SET XACT_ABORT ON;
DECLARE @app nvarchar(60) = ?, @execution nvarchar(100) = ?, @epoch int = ?, @name nvarchar(100) = ?, @visit int = ?, @due_in_ms bigint = ?,
    @claim_seconds int = ?, @latest_key nvarchar(100) = ?;
DECLARE @due datetime2(3) = DATEADD(millisecond, @due_in_ms % 1000, DATEADD(second, @due_in_ms / 1000, SYSUTCDATETIME())), @current int, @mine int, @number bigint;
UPDATE [relay].[Execution]
SET [DueAt] = @due, [LookAt] = @due
WHERE [App] = @app AND [Id] = @execution AND [Epoch] = @epoch AND [State] = 'running';
SET @current = @@ROWCOUNT;
SELECT @mine = MIN([TakenBy])
FROM [relay].[ExecutionEvent]
WHERE [App] = @app AND [Execution] = @execution AND [Name] = @name AND [TakenBy] >= @visit;
IF @current = 1 AND @mine IS NULL
BEGIN
    SELECT TOP (1) @number = [Number]
    FROM [relay].[ExecutionEvent]
    WHERE [App] = @app AND [Execution] = @execution AND [Name] = @name AND [TakenBy] IS NULL
    ORDER BY
        CASE WHEN @latest_key <> N'' AND [EventKey] = @latest_key THEN 0 ELSE 1 END,
        CASE WHEN @latest_key <> N'' THEN -[Number] ELSE [Number] END;
    UPDATE [relay].[ExecutionEvent]
    SET [TakenBy] = @visit
    WHERE [App] = @app AND [Execution] = @execution AND [Name] = @name AND [Number] = @number;
    SET @mine = CASE WHEN @@ROWCOUNT = 1 THEN @visit END;
    DELETE FROM [relay].[ExecutionEvent]
    WHERE @latest_key <> N'' AND [App] = @app AND [Execution] = @execution AND [Name] = @name AND [Number] < @number;
END;
UPDATE [relay].[Execution]
SET [DueAt] = DATEADD(second, @claim_seconds, SYSUTCDATETIME()), [LookAt] = DATEADD(second, @claim_seconds, SYSUTCDATETIME())
WHERE @current = 1 AND @mine IS NOT NULL AND [App] = @app AND [Id] = @execution;
SELECT @current AS [current];
SELECT [Body] AS [body], [TakenBy] AS [visit]
FROM [relay].[ExecutionEvent]
WHERE @current = 1 AND [App] = @app AND [Execution] = @execution AND [Name] = @name AND [TakenBy] = @mine;
