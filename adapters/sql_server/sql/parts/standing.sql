-- How a relay's endpoint stands, from what earlier tries have shown.
SELECT
    CASE WHEN [PausedUntil] > @now THEN DATEDIFF_BIG(millisecond, @now, [PausedUntil]) ELSE 0 END AS [paused_ms],
    CASE WHEN [HeldBackUntil] > @now THEN DATEDIFF_BIG(millisecond, @now, [HeldBackUntil]) ELSE 0 END AS [held_back_ms],
    CASE WHEN [PausedUntil] <= @now THEN 1 ELSE 0 END AS [untested],
    CASE WHEN [PausedUntil] IS NULL THEN NULL ELSE [AskedSeconds] END AS [asked_seconds],
    COALESCE([Reason], N'') AS [reason],
    CASE WHEN [AwaySince] IS NULL THEN 0 ELSE 1 END AS [away],
    CONVERT(varchar(40), [AwaySince], 126) AS [away_since],
    [RefusalStatus] AS [refusal_status],
    [Refusals] AS [refusals]
FROM [relay].[Standing]
WHERE [App] = @app AND [Relay] = @relay;
