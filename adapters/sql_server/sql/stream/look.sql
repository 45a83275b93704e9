-- How the shards of streams stand, by the streams' names: what waits, when the next window is due, and whether somebody works at it.
SET NOCOUNT ON;
DECLARE @app nvarchar(60) = ?, @streams nvarchar(max) = ?;
DECLARE @now datetime2(3) = SYSUTCDATETIME();
SELECT
    shard.[Stream] AS [name],
    shard.[Shard] AS [shard],
    shard.[Slices] AS [slices],
    shard.[Accepted] - shard.[Applied] AS [waiting],
    shard.[Accepted] AS [accepted],
    shard.[Duplicates] AS [duplicates],
    shard.[Late] AS [late],
    shard.[Problem] AS [problem],
    DATEDIFF_BIG(millisecond, shard.[DueAt], @now) AS [late_ms],
    DATEDIFF_BIG(millisecond, (
        SELECT TOP (1) e.[AcceptedAt] FROM [relay].[StreamEvent] AS e
        WHERE e.[App] = @app AND e.[Stream] = shard.[Stream] AND e.[Shard] = shard.[Shard]
        ORDER BY e.[Number]
    ), @now) AS [waiting_ms],
    DATEDIFF_BIG(millisecond, (
        SELECT MIN(w.[DueAt]) FROM [relay].[StreamWindow] AS w
        WHERE w.[App] = @app AND w.[Stream] = shard.[Stream] AND w.[Shard] = shard.[Shard] AND w.[DueAt] IS NOT NULL
    ), @now) AS [overdue_ms],
    CASE WHEN EXISTS (
        SELECT 1 FROM [relay].[StreamWindow] AS w
        WHERE w.[App] = @app AND w.[Stream] = shard.[Stream] AND w.[Shard] = shard.[Shard]
    ) THEN 1 ELSE 0 END AS [has_windows]
FROM OPENJSON(@streams) AS asked
INNER JOIN [relay].[StreamShard] AS shard ON shard.[App] = @app AND shard.[Stream] = asked.[value]
ORDER BY shard.[Stream], shard.[Shard];
