-- What is next for an aggregate's worker, and a sign of its life. Until all rows were looked through (by a backfill) for this definition
-- nothing is computed, for it would count some of them, also if that was cancelled; when it is done all groups are dirty, those too of which no row is left.
SET NOCOUNT ON;
SET XACT_ABORT ON;
DECLARE @app nvarchar(60) = ?, @aggregate nvarchar(40) = ?, @group_by nvarchar(max) = ?, @rows_relay nvarchar(40) = ?, @settle_ms bigint = ?,
    @due_in_ms bigint = ?, @fingerprint varchar(64) = ?;
DECLARE @now datetime2(3) = SYSUTCDATETIME(), @backfill int = 0, @state varchar(20) = 'done', @ready bit = 0;
BEGIN TRANSACTION;
{{lock_aggregate}}
SELECT @backfill = [Number], @state = [State] FROM [relay].[Backfill] WHERE [App] = @app AND [Relay] = @rows_relay;
SELECT @ready = 1
FROM [relay].[Aggregate]
WHERE [App] = @app AND [Aggregate] = @aggregate AND [Fingerprint] = @fingerprint AND @state = 'done';
IF @ready = 1
    AND EXISTS (SELECT 1 FROM [relay].[Aggregate] WHERE [App] = @app AND [Aggregate] = @aggregate AND [Backfill] <> @backfill)
BEGIN
    UPDATE [relay].[AggregateGroup]
    SET [Marks] = [Marks] + 1, [DirtyAt] = COALESCE([DirtyAt], @now), [DirtySince] = COALESCE([DirtySince], [Version])
    WHERE [App] = @app AND [Aggregate] = @aggregate AND [SameAs] = [Id];
    UPDATE [relay].[Aggregate] SET [Backfill] = @backfill WHERE [App] = @app AND [Aggregate] = @aggregate;
END;
-- Who only fails gives no sign of life.
UPDATE [relay].[Aggregate]
SET [DueAt] = DATEADD(second, @due_in_ms / 1000, @now)
WHERE [App] = @app AND [Aggregate] = @aggregate AND [Problem] = N'';
COMMIT TRANSACTION;
SELECT
    @ready AS [ready],
    DATEDIFF_BIG(millisecond, @now, MIN([DirtyAt])) + @settle_ms AS [due_ms]
FROM [relay].[AggregateGroup]
WHERE [App] = @app AND [Aggregate] = @aggregate AND [DirtyAt] IS NOT NULL;
