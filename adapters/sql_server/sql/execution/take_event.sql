-- Takes the oldest event of that name which no other visit has taken; a visit that asks again gets its own, and has to go on by it. Without
-- one the execution may wait until then.
SET NOCOUNT ON;
SET XACT_ABORT ON;
DECLARE @app nvarchar(60) = ?, @execution nvarchar(100) = ?, @epoch int = ?, @name nvarchar(100) = ?, @visit int = ?, @due_in_ms bigint = ?,
    @claim_seconds int = ?;
DECLARE @due datetime2(3) = DATEADD(millisecond, @due_in_ms % 1000, DATEADD(second, @due_in_ms / 1000, SYSUTCDATETIME())), @current int;
UPDATE [relay].[Execution]
SET [DueAt] = @due, [LookAt] = @due
WHERE [App] = @app AND [Id] = @execution AND [Epoch] = @epoch AND [State] = 'running';
SET @current = @@ROWCOUNT;
IF @current = 1 AND NOT EXISTS (
    SELECT 1
    FROM [relay].[ExecutionEvent]
    WHERE [App] = @app AND [Execution] = @execution AND [Name] = @name AND [TakenBy] = @visit
)
    UPDATE [relay].[ExecutionEvent]
    SET [TakenBy] = @visit
    WHERE [App] = @app AND [Execution] = @execution AND [Number] = (
        SELECT MIN([Number])
        FROM [relay].[ExecutionEvent]
        WHERE [App] = @app AND [Execution] = @execution AND [Name] = @name AND [TakenBy] IS NULL
    );
UPDATE [relay].[Execution]
SET [DueAt] = DATEADD(second, @claim_seconds, SYSUTCDATETIME()), [LookAt] = DATEADD(second, @claim_seconds, SYSUTCDATETIME())
WHERE @current = 1 AND [App] = @app AND [Id] = @execution AND EXISTS (
    SELECT 1
    FROM [relay].[ExecutionEvent]
    WHERE [App] = @app AND [Execution] = @execution AND [Name] = @name AND [TakenBy] = @visit
);
SELECT @current AS [current];
SELECT [Body] AS [body]
FROM [relay].[ExecutionEvent]
WHERE @current = 1 AND [App] = @app AND [Execution] = @execution AND [Name] = @name AND [TakenBy] = @visit;
