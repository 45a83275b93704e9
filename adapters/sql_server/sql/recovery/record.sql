-- What one round came to: when the next one is due, whom people were told of, and which command is carried out.
SET NOCOUNT ON;
SET XACT_ABORT ON;
DECLARE @app nvarchar(60) = ?, @relay nvarchar(40) = ?, @rounds int = ?, @step int = ?, @due_in_ms bigint = ?,
    @told nvarchar(400) = ?, @done_command int = ?, @told_of_dead int = ?;
DECLARE @now datetime2(3) = SYSUTCDATETIME();
UPDATE [relay].[Recovery]
SET
    [Rounds] = @rounds,
    [Step] = @step,
    [NextDueAt] = DATEADD(millisecond, @due_in_ms % 1000, DATEADD(second, @due_in_ms / 1000, @now)),
    [Told] = @told,
    [Command] = CASE WHEN [CommandNumber] <= @done_command THEN NULL ELSE [Command] END
WHERE [App] = @app AND [Relay] = @relay;
-- So many dead letters people were told of; what has died since is told the next time.
UPDATE entry
SET [ToldAt] = @now
FROM [relay].[Ledger] AS entry
INNER JOIN (
    SELECT TOP (@told_of_dead) [Id]
    FROM [relay].[Ledger]
    WHERE [App] = @app AND [Relay] = @relay AND [State] = 'dead' AND [ToldAt] IS NULL
    ORDER BY [LastTriedAt], [Id]
) AS told ON told.[Id] = entry.[Id];
SELECT COUNT([Command]) AS [waiting] FROM [relay].[Recovery] WHERE [App] = @app AND [Relay] = @relay;
