-- Part of what works at a shard: one after the other, and up to when everything that was accepted is applied. That time never goes back,
-- also if the server's clock does: what was late once is late.
SELECT @now = CASE WHEN [Time] > @now THEN [Time] ELSE @now END
FROM [relay].[StreamShard] WITH (UPDLOCK, HOLDLOCK)
WHERE [App] = @app AND [Stream] = @stream AND [Shard] = @shard;
SET @time = @now;
SELECT TOP (1) @time = CASE WHEN [AcceptedAt] < @now THEN [AcceptedAt] ELSE @now END
FROM [relay].[StreamEvent]
WHERE [App] = @app AND [Stream] = @stream AND [Shard] = @shard
ORDER BY [Number];
UPDATE [relay].[StreamShard]
SET [Time] = CASE WHEN @time > [Time] THEN @time ELSE [Time] END, [Slices] = [Slices] + 1, [Problem] = N''
WHERE [App] = @app AND [Stream] = @stream AND [Shard] = @shard;
