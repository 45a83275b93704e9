-- Where a relay stands between what change tracking has and what it will forget; remembers when everything was last taken up.
SET NOCOUNT ON;
SET XACT_ABORT ON;
DECLARE @app nvarchar(60) = ?, @relay nvarchar(40) = ?, @function_id char(16) = ?, @halted bit = ?;
{{place_in_tracking}}
IF @position IS NOT NULL AND NOT EXISTS (SELECT 1 FROM [relay].[Position] WITH (UPDLOCK, HOLDLOCK) WHERE [App] = @app AND [Relay] = @relay)
    INSERT INTO [relay].[Position] ([App], [Relay], [TableId], [BeginVersion], [CaughtUpTo], [CaughtUpAt], [Work], [WorkSince], [Told])
    VALUES (@app, @relay, @table, @begun, @position, @now, @work, @now, N'[]');
{{find_gap}}
UPDATE [relay].[Position]
SET
    [CaughtUpTo] = CASE WHEN @caught_up = 1 THEN @current ELSE [CaughtUpTo] END,
    [CaughtUpAt] = CASE WHEN @caught_up = 1 THEN @now ELSE [CaughtUpAt] END,
    [BeginVersion] = COALESCE([BeginVersion], @begun),
    [WorkSince] = CASE WHEN @untaken = 0 OR [Work] <> @work THEN @now ELSE [WorkSince] END,
    [Work] = @work
WHERE [App] = @app AND [Relay] = @relay;
{{outlook}}
