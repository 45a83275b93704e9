-- Writes down what a slice came to, and until when the next one is due, unless somebody was faster or the replay is another one by now.
-- It may be written further back than where the slice began: an older release beside this one writes nothing down.
SET NOCOUNT ON;
DECLARE @app nvarchar(60) = ?, @relay nvarchar(40) = ?, @number int = ?, @from bigint = ?, @to bigint = ?, @total int = ?, @done int = ?,
    @delivered int = ?, @rejected int = ?, @failed int = ?, @step int = ?, @asked_for_seconds float = ?, @error nvarchar(1000) = ?,
    @due_in_ms bigint = ?, @over bit = ?;
UPDATE [relay].[Replay]
SET
    [Cursor] = @to,
    [Total] = @total,
    [Done] = @done,
    [Delivered] = @delivered,
    [Rejected] = @rejected,
    [Failed] = @failed,
    [Step] = @step,
    [AskedForSeconds] = @asked_for_seconds,
    [Error] = @error,
    [State] = CASE WHEN @over = 1 THEN 'done' ELSE [State] END,
    [DueAt] = DATEADD(millisecond, @due_in_ms % 1000, DATEADD(second, @due_in_ms / 1000, SYSUTCDATETIME()))
WHERE [App] = @app AND [Relay] = @relay AND [Number] = @number AND [Cursor] <= @from AND [State] IN ('running', 'paused');
