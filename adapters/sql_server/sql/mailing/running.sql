-- The mailings that somebody should be working at, those that are due the longest first.
SET NOCOUNT ON;
DECLARE @app nvarchar(60) = ?, @limit int = ?;
SELECT TOP (@limit)
    [Mailing] AS [id],
    [Slices] AS [slices],
    DATEDIFF_BIG(millisecond, [DueAt], SYSUTCDATETIME()) AS [late_ms]
FROM [relay].[Mailing]
WHERE [App] = @app AND [State] IN ('querying', 'running')
ORDER BY [DueAt];
