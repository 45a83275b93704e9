-- Part of the guard's look: its row.
SELECT
    @position AS [position],
    @oldest AS [oldest],
    @current AS [current],
    @untaken AS [untaken],
    @gap AS [gap],
    @ahead AS [ahead],
    CONVERT(varchar(40), CASE WHEN @caught_up = 1 AND place.[CaughtUpAt] IS NOT NULL THEN @now ELSE place.[CaughtUpAt] END, 126) AS [caught_up_at],
    CASE WHEN @caught_up = 1 THEN 0 ELSE DATEDIFF_BIG(millisecond, place.[CaughtUpAt], @now) END AS [behind_ms],
    CASE WHEN @untaken = 0 OR place.[Work] <> @work THEN 0 ELSE DATEDIFF_BIG(millisecond, place.[WorkSince], @now) END AS [silent_ms],
    place.[Told] AS [told],
    CASE
        WHEN tracking.[is_auto_cleanup_on] = 0 THEN NULL
        WHEN tracking.[retention_period_units] = 1 THEN tracking.[retention_period] / 60.0
        WHEN tracking.[retention_period_units] = 2 THEN tracking.[retention_period] * 1.0
        ELSE tracking.[retention_period] * 24.0
    END AS [retention_hours]
FROM (SELECT DB_ID() AS [database_id]) AS this
LEFT JOIN sys.change_tracking_databases AS tracking ON tracking.[database_id] = this.[database_id]
LEFT JOIN (
    SELECT [CaughtUpAt], [Work], [WorkSince], [Told]
    FROM [relay].[Position]
    WHERE [App] = @app AND [Relay] = @relay
    UNION ALL
    SELECT @now, @work, @now, N'[]' -- nobody has looked yet
    WHERE @position IS NOT NULL AND NOT EXISTS (SELECT 1 FROM [relay].[Position] WHERE [App] = @app AND [Relay] = @relay)
) AS place ON 1 = 1;
