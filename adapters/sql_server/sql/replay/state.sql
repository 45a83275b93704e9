-- How far a relay's last replay of dead letters has come, and for how long it has been late.
SET NOCOUNT ON;
DECLARE @app nvarchar(60) = ?, @relay nvarchar(40) = ?;
SELECT
    [Number] AS [number],
    [State] AS [state],
    [Selection] AS [selection],
    [Cursor] AS [cursor],
    [Total] AS [total],
    [Done] AS [done],
    [Delivered] AS [delivered],
    [Rejected] AS [rejected],
    [Failed] AS [failed],
    [Step] AS [step],
    [AskedForSeconds] AS [asked_for_seconds],
    [Error] AS [last_error],
    CONVERT(varchar(40), [StartedAt], 126) AS [started_at],
    DATEDIFF_BIG(millisecond, [DueAt], SYSUTCDATETIME()) AS [late_ms]
FROM [relay].[Replay]
WHERE [App] = @app AND [Relay] = @relay;
