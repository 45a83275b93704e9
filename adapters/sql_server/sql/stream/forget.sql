-- Forgets windows into which no event can come any more, events that would be late by now, and results that are delivered and older than
-- they are kept, a slice at a time.
SET NOCOUNT ON;
SET XACT_ABORT ON;
DECLARE @app nvarchar(60) = ?, @stream nvarchar(40) = ?, @shard int = ?, @late_relay nvarchar(40) = ?, @keep_hours int = ?, @limit int = ?;
DECLARE @now datetime2(3) = SYSUTCDATETIME(), @time datetime2(3), @forgotten int = 0;
BEGIN TRANSACTION;
{{shard_time}}
DELETE TOP (@limit) FROM [relay].[StreamWindow]
WHERE [App] = @app AND [Stream] = @stream AND [Shard] = @shard AND [KeepUntil] <= @time AND [DueAt] IS NULL;
SET @forgotten = @@ROWCOUNT;
DELETE TOP (@limit) FROM [relay].[StreamSeen]
WHERE [App] = @app AND [Stream] = @stream AND [KeepUntil] <= @time;
COMMIT TRANSACTION;
-- Whatever was committed before the relay was caught up with is delivered, or stands in its ledger.
DELETE TOP (@limit) result
FROM [relay].[AggregateResult] AS result
INNER JOIN [relay].[Position] AS place ON place.[App] = result.[App] AND place.[Relay] = result.[Aggregate]
WHERE result.[App] = @app AND result.[Aggregate] IN (@stream, @late_relay) AND result.[Id] < 0
    AND result.[ComputedAt] < DATEADD(hour, -@keep_hours, @now) AND result.[ComputedAt] < DATEADD(hour, -1, place.[CaughtUpAt])
    AND NOT EXISTS (SELECT 1 FROM [relay].[StreamWindow] AS known WHERE -2 * known.[Id] = result.[Id])
    AND NOT EXISTS (
        SELECT 1 FROM [relay].[Ledger] AS entry
        WHERE entry.[App] = result.[App] AND entry.[Relay] = result.[Aggregate] AND entry.[KeyText] = CONCAT(N'[', result.[Id], N']')
    );
SELECT @forgotten AS [forgotten];
