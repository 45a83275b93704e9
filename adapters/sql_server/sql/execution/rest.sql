-- An orchestration is about to wait: until then nobody misses a sign of life.
SET NOCOUNT ON;
DECLARE @app nvarchar(60) = ?, @execution nvarchar(100) = ?, @epoch int = ?, @due_in_ms bigint = ?;
DECLARE @due datetime2(3) = DATEADD(millisecond, @due_in_ms % 1000, DATEADD(second, @due_in_ms / 1000, SYSUTCDATETIME()));
UPDATE [relay].[Execution]
SET [DueAt] = @due, [LookAt] = @due
WHERE [App] = @app AND [Id] = @execution AND [Epoch] = @epoch AND [State] = 'running';
SELECT @@ROWCOUNT AS [current];
