-- How often an instance was started anew without its work having come further than a mark; since when, how long ago the last time.
SET NOCOUNT ON;
DECLARE @app nvarchar(60) = ?, @instance nvarchar(300) = ?, @mark nvarchar(200) = ?;
SELECT
    [Restarts] AS [restarts],
    CONVERT(varchar(40), [Since], 126) AS [since],
    DATEDIFF_BIG(millisecond, [RestartedAt], SYSUTCDATETIME()) AS [ago_ms],
    [Error] AS [error]
FROM [relay].[Restart]
WHERE [App] = @app AND [Instance] = @instance AND [Mark] = @mark;
