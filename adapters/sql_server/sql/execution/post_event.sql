-- Stores an event before anybody is woken by it; the same key is stored once, and who comes second with it is told whether his body is the
-- one that is kept. A look at the execution is due: its orchestration may be lost.
SET NOCOUNT ON;
SET XACT_ABORT ON;
DECLARE @app nvarchar(60) = ?, @execution nvarchar(100) = ?, @name nvarchar(100) = ?, @event_key nvarchar(100) = ?, @body nvarchar(max) = ?;
DECLARE @now datetime2(3) = SYSUTCDATETIME();
INSERT INTO [relay].[ExecutionEvent] ([App], [Execution], [Name], [EventKey], [Body], [StoredAt])
SELECT @app, @execution, @name, @event_key, @body, @now
FROM [relay].[Execution]
WHERE [App] = @app AND [Id] = @execution AND [EndedAt] IS NULL AND NOT EXISTS (
    SELECT 1
    FROM [relay].[ExecutionEvent] WITH (UPDLOCK, HOLDLOCK)
    WHERE [App] = @app AND [Execution] = @execution AND [Name] = @name AND [EventKey] = @event_key
);
UPDATE [relay].[Execution]
SET [LookAt] = @now
WHERE [App] = @app AND [Id] = @execution AND [State] = 'running' AND [LookAt] > @now;
SELECT
    run.[Id] AS [id], run.[State] AS [state], run.[Epoch] AS [epoch],
    CASE WHEN kept.[Body] COLLATE Latin1_General_BIN2 = @body COLLATE Latin1_General_BIN2 THEN 1 ELSE 0 END AS [kept]
FROM [relay].[Execution] AS run
LEFT JOIN [relay].[ExecutionEvent] AS kept
    ON kept.[App] = run.[App] AND kept.[Execution] = run.[Id] AND kept.[Name] = @name AND kept.[EventKey] = @event_key
WHERE run.[App] = @app AND run.[Id] = @execution;
