-- Part of the guard's look: its row.
SELECT
    @position AS [position],
    @oldest AS [oldest],
    @current AS [current],
    @untaken + @awaited AS [untaken],
    CASE WHEN @crowded = 1 AND @untaken > 0 THEN 1 ELSE 0 END AS [more_untaken],
    @gap AS [gap],
    @ahead AS [ahead],
    CONVERT(varchar(40), @caught_up_at, 126) AS [caught_up_at],
    CASE WHEN @caught_up = 1 THEN 0 WHEN @caught_up_at < @now THEN DATEDIFF_BIG(millisecond, @caught_up_at, @now) ELSE 1 END AS [behind_ms],
    CASE WHEN @untaken + @awaited = 0 THEN 0 ELSE DATEDIFF_BIG(millisecond, @work_since, @now) END AS [silent_ms],
    DATEDIFF_BIG(
        millisecond,
        (
            SELECT MIN(oldest.[FirstFailedAt])
            FROM (
                SELECT MIN([FirstFailedAt]) AS [FirstFailedAt] FROM [relay].[Ledger] WHERE [App] = @app AND [Relay] = @relay AND [State] = 'open'
                UNION ALL
                SELECT MIN([FirstFailedAt]) FROM [relay].[Ledger] WHERE [App] = @app AND [Relay] = @relay AND [State] = 'held'
            ) AS oldest
        ),
        @now
    ) AS [entered_ms],
    @told AS [told],
    CASE
        WHEN tracking.[is_auto_cleanup_on] = 0 THEN NULL
        WHEN tracking.[retention_period_units] = 1 THEN tracking.[retention_period] / 60.0
        WHEN tracking.[retention_period_units] = 2 THEN tracking.[retention_period] * 1.0
        ELSE tracking.[retention_period] * 24.0
    END AS [retention_hours]
FROM (SELECT DB_ID() AS [database_id]) AS this
LEFT JOIN sys.change_tracking_databases AS tracking ON tracking.[database_id] = this.[database_id];
