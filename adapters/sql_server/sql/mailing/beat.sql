-- Shows that somebody works at a mailing, whether it came further, and until when the next sign of life is due.
SET NOCOUNT ON;
DECLARE @app nvarchar(60) = ?, @mailing nvarchar(60) = ?, @due_in_ms bigint = ?, @further bit = ?;
UPDATE [relay].[Mailing]
SET
    [Slices] = [Slices] + @further,
    [DueAt] = DATEADD(millisecond, @due_in_ms % 1000, DATEADD(second, @due_in_ms / 1000, SYSUTCDATETIME()))
WHERE [App] = @app AND [Mailing] = @mailing AND [State] IN ('querying', 'running');
