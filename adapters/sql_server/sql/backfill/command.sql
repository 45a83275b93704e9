-- Pauses, resumes or cancels a backfill; says whether there was one to do that with.
SET NOCOUNT ON;
DECLARE @app nvarchar(60) = ?, @relay nvarchar(40) = ?, @state varchar(10) = ?;
UPDATE [relay].[Backfill]
SET
    [DueAt] = CASE WHEN [State] = 'paused' AND @state = 'running' THEN SYSUTCDATETIME() ELSE [DueAt] END,
    [State] = @state,
    [UpdatedAt] = SYSUTCDATETIME()
WHERE [App] = @app AND [Relay] = @relay AND [State] IN ('running', 'paused');
SELECT @@ROWCOUNT AS [found];
