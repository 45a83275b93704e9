-- How far a relay's last backfill has come.
SET NOCOUNT ON;
DECLARE @app nvarchar(60) = ?, @relay nvarchar(40) = ?;
SELECT
    [Number] AS [number],
    [State] AS [state],
    [Reason] AS [reason],
    [Condition] AS [condition],
    [PageRows] AS [page_rows],
    [RowsPerSecond] AS [rows_per_second],
    [BaseVersion] AS [base_version],
    [Cursor] AS [cursor],
    [Total] AS [total],
    [Done] AS [done],
    [Delivered] AS [delivered],
    [Filtered] AS [filtered],
    [Rejected] AS [rejected],
    [Failed] AS [failed],
    CONVERT(varchar(40), [StartedAt], 126) AS [started_at],
    DATEDIFF_BIG(millisecond, [StartedAt], [UpdatedAt]) / 1000.0 AS [elapsed_seconds],
    DATEDIFF_BIG(millisecond, [DueAt], SYSUTCDATETIME()) AS [late_ms]
FROM [relay].[Backfill]
WHERE [App] = @app AND [Relay] = @relay;
