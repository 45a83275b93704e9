-- Whether the token of a task has been answered.
SET NOCOUNT ON;
DECLARE @app nvarchar(60) = ?, @execution nvarchar(100) = ?, @name nvarchar(100) = ?, @event_key nvarchar(100) = ?;
SELECT COUNT(*) AS [answered]
FROM [relay].[ExecutionEvent]
WHERE [App] = @app AND [Execution] = @execution AND [Name] = @name AND [EventKey] = @event_key;
