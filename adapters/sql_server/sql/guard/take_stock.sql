-- Where a relay stands between what change tracking has and what it will forget; remembers up to which version all is settled.
SET NOCOUNT ON;
SET XACT_ABORT ON;
DECLARE @app nvarchar(60) = ?, @relay nvarchar(40) = ?, @function_id char(16) = ?, @halted bit = ?;
{{place_in_tracking}}
{{what_waits}}
{{since_when}}
IF @position IS NOT NULL AND NOT EXISTS (SELECT 1 FROM [relay].[Position] WITH (UPDLOCK, HOLDLOCK) WHERE [App] = @app AND [Relay] = @relay)
    INSERT INTO [relay].[Position] ([App], [Relay], [TableId], [BeginVersion], [CaughtUpTo], [CaughtUpAt], [Work], [WorkSince], [Told])
    VALUES (@app, @relay, @table, @begun, @done, @caught_up_at, @work, @work_since, @told);
UPDATE [relay].[Position]
SET
    [CaughtUpTo] = @done, [CaughtUpAt] = @caught_up_at, [BeginVersion] = COALESCE([BeginVersion], @begun), [Work] = @work,
    [WorkSince] = @work_since, [Newest] = @newest, [Above] = @above, [MarkVersion] = @mark, [MarkAt] = @mark_at,
    [MarkRows] = @mark_rows, [ReachedAt] = @reached_at
WHERE [App] = @app AND [Relay] = @relay;
{{outlook}}
