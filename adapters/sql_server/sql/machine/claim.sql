-- Claims a task for the start that asks, as any step, and writes down where the execution is: whatever happens, another start comes here again.
SET NOCOUNT ON;
SET XACT_ABORT ON;
DECLARE @app nvarchar(60) = ?, @execution nvarchar(100) = ?, @epoch int = ?, @step nvarchar(100) = ?, @visit int = ?, @claim_seconds int = ?,
    @position nvarchar(max) = ?, @history nvarchar(max) = ?;
DECLARE @now datetime2(3) = SYSUTCDATETIME(), @subject nvarchar(100), @result nvarchar(max), @done int = 0, @busy_until datetime2(3),
    @locked int, @root nvarchar(100) = @execution, @subject_of_root nvarchar(100);
{{hold_root}}
{{refuse_stale}}
{{claim_step}}
{{keep_position}}
{{claim_verdict}}
