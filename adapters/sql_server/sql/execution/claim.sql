-- Claims a step for the start that asks: `over` if the execution has ended or is another start's by now; `done` with its result if it
-- was done before; `wait` while a step that an earlier start, or an execution that was replaced, has claimed may still be at work.
SET NOCOUNT ON;
SET XACT_ABORT ON;
DECLARE @app nvarchar(60) = ?, @execution nvarchar(100) = ?, @epoch int = ?, @step nvarchar(100) = ?, @visit int = ?, @claim_seconds int = ?;
DECLARE @now datetime2(3) = SYSUTCDATETIME(), @subject nvarchar(100), @result nvarchar(max), @done int = 0, @busy_until datetime2(3),
    @root nvarchar(100) = @execution, @subject_of_root nvarchar(100);
{{claim_step}}
{{claim_verdict}}
