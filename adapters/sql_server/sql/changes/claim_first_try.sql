-- After an endpoint's pause one change is tried before all are let through: one caller is told that it is his, for some seconds;
-- should he die, another one is told.
SET NOCOUNT ON;
DECLARE @app nvarchar(60) = ?, @relay nvarchar(40) = ?, @seconds int = ?;
DECLARE @now datetime2(3) = SYSUTCDATETIME();
UPDATE [relay].[Standing]
SET [FirstTryUntil] = DATEADD(second, @seconds, @now)
WHERE [App] = @app AND [Relay] = @relay AND [PausedUntil] <= @now AND ([FirstTryUntil] IS NULL OR [FirstTryUntil] <= @now);
SELECT CASE
    WHEN @@ROWCOUNT > 0 THEN 1
    -- Somebody has found out meanwhile that the endpoint takes changes.
    WHEN EXISTS (SELECT 1 FROM [relay].[Standing] WHERE [App] = @app AND [Relay] = @relay AND [PausedUntil] IS NOT NULL) THEN 0
    ELSE 1
END AS [ours];
