-- A sign of life of a backfill: until when the next one is due.
SET NOCOUNT ON;
DECLARE @app nvarchar(60) = ?, @relay nvarchar(40) = ?, @number int = ?, @due_in_ms bigint = ?;
UPDATE [relay].[Backfill]
SET [DueAt] = DATEADD(millisecond, @due_in_ms % 1000, DATEADD(second, @due_in_ms / 1000, SYSUTCDATETIME()))
WHERE [App] = @app AND [Relay] = @relay AND [Number] = @number;
