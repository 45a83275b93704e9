-- What one round came to: when the next one is due, what people were told of, and which command is carried out.
SET NOCOUNT ON;
SET XACT_ABORT ON;
DECLARE @app nvarchar(60) = ?, @relay nvarchar(40) = ?, @rounds int = ?, @step int = ?, @due_in_ms bigint = ?,
    @told nvarchar(400) = ?, @done_command int = ?;
DECLARE @now datetime2(3) = SYSUTCDATETIME();
UPDATE [relay].[Recovery]
SET
    [Rounds] = @rounds,
    [Step] = @step,
    [NextDueAt] = DATEADD(millisecond, @due_in_ms % 1000, DATEADD(second, @due_in_ms / 1000, @now)),
    [Told] = @told,
    [Command] = CASE WHEN [CommandNumber] <= @done_command THEN NULL ELSE [Command] END
WHERE [App] = @app AND [Relay] = @relay;
SELECT COUNT([Command]) AS [waiting] FROM [relay].[Recovery] WHERE [App] = @app AND [Relay] = @relay;
