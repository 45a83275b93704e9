-- The notices that a channel should have taken by now, those that wait longest first.
SET NOCOUNT ON;
DECLARE @app nvarchar(60) = ?, @limit int = ?;
DECLARE @now datetime2(3) = SYSUTCDATETIME();
SELECT TOP (@limit)
    [Notice] AS [notice],
    [Channel] AS [channel],
    [Facts] AS [facts],
    [Tries] AS [tries],
    DATEDIFF_BIG(millisecond, [NextTryAt], @now) AS [late_ms]
FROM [relay].[Notice]
WHERE [App] = @app AND [State] = 'waiting' AND [NextTryAt] <= @now
ORDER BY [NextTryAt];
