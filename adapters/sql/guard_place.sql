-- What the guard remembers of a relay whose change tracking cannot be asked; the columns are those of guard. Nobody knows what
-- changes meanwhile: once it can be asked again, tracking counts as begun anew.
SET NOCOUNT ON;
DECLARE @app nvarchar(60) = ?, @relay nvarchar(40) = ?;
DECLARE @now datetime2(3) = SYSUTCDATETIME();
UPDATE [relay].[Position]
SET [BeginVersion] = -1
WHERE [App] = @app AND [Relay] = @relay;
SELECT
    NULL AS [position],
    NULL AS [oldest],
    NULL AS [current],
    0 AS [untaken],
    0 AS [gap],
    0 AS [ahead],
    CONVERT(varchar(40), [CaughtUpAt], 126) AS [caught_up_at],
    DATEDIFF_BIG(millisecond, [CaughtUpAt], @now) AS [behind_ms],
    0 AS [silent_ms],
    [Told] AS [told],
    NULL AS [retention_hours]
FROM [relay].[Position]
WHERE [App] = @app AND [Relay] = @relay;
