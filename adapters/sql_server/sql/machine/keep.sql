-- Writes down where an execution is, and until when no sign of life is to be expected.
SET NOCOUNT ON;
SET XACT_ABORT ON;
DECLARE @app nvarchar(60) = ?, @execution nvarchar(100) = ?, @epoch int = ?, @due_in_ms bigint = ?, @position nvarchar(max) = ?, @history nvarchar(max) = ?;
DECLARE @due datetime2(3) = DATEADD(millisecond, @due_in_ms % 1000, DATEADD(second, @due_in_ms / 1000, SYSUTCDATETIME())), @subject nvarchar(100), @locked int,
    @root nvarchar(100), @subject_of_root nvarchar(100);
{{hold_root}}
{{refuse_stale}}
UPDATE [relay].[Execution]
SET @subject = [Subject], [DueAt] = @due, [LookAt] = @due
WHERE [App] = @app AND [Id] = @execution AND [Epoch] = @epoch AND [State] = 'running';
{{keep_position}}
SELECT CASE WHEN @subject IS NULL THEN 0 ELSE 1 END AS [current];
