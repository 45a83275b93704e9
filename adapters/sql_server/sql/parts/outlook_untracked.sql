-- Part of the guard's look at a relay whose change tracking cannot be asked: what is remembered; the columns are those of outlook.
SELECT
    NULL AS [position],
    NULL AS [oldest],
    NULL AS [current],
    0 AS [untaken],
    0 AS [more_untaken],
    0 AS [gap],
    0 AS [ahead],
    CONVERT(varchar(40), [CaughtUpAt], 126) AS [caught_up_at],
    DATEDIFF_BIG(millisecond, [CaughtUpAt], SYSUTCDATETIME()) AS [behind_ms],
    0 AS [silent_ms],
    NULL AS [entered_ms],
    [Told] AS [told],
    NULL AS [retention_hours]
FROM [relay].[Position]
WHERE [App] = @app AND [Relay] = @relay;
