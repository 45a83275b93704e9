-- What is next for the worker of a shard, and a sign of its life: events to be applied, and until when it may sleep if there is none.
SET NOCOUNT ON;
SET XACT_ABORT ON;
DECLARE @app nvarchar(60) = ?, @stream nvarchar(40) = ?, @shard int = ?, @definition nvarchar(max) = ?, @due_in_ms bigint = ?, @limit int = ?;
DECLARE @now datetime2(3) = SYSUTCDATETIME();
-- Who only fails gives no sign of life.
UPDATE [relay].[StreamShard]
SET [DueAt] = DATEADD(second, @due_in_ms / 1000, @now)
WHERE [App] = @app AND [Stream] = @stream AND [Shard] = @shard AND [Problem] = N'';
SELECT
    shard.[Slices] AS [slices],
    CASE WHEN shard.[Definition] = @definition THEN 1 ELSE 0 END AS [fits],
    DATEDIFF_BIG(millisecond, @now, (
        SELECT MIN(w.[DueAt]) FROM [relay].[StreamWindow] AS w
        WHERE w.[App] = @app AND w.[Stream] = @stream AND w.[Shard] = @shard AND w.[DueAt] IS NOT NULL
    )) AS [due_ms],
    DATEDIFF_BIG(millisecond, @now, (
        SELECT MIN(w.[KeepUntil]) FROM [relay].[StreamWindow] AS w
        WHERE w.[App] = @app AND w.[Stream] = @stream AND w.[Shard] = @shard
    )) AS [kept_ms]
FROM [relay].[StreamShard] AS shard
WHERE shard.[App] = @app AND shard.[Stream] = @stream AND shard.[Shard] = @shard;
SELECT TOP (@limit)
    [Number] AS [number],
    DATEDIFF_BIG(millisecond, CONVERT(datetime2(3), '1970-01-01'), [AcceptedAt]) AS [accepted_ms],
    [Body] AS [body]
FROM [relay].[StreamEvent]
WHERE [App] = @app AND [Stream] = @stream AND [Shard] = @shard
ORDER BY [Number];
