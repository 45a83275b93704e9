-- Pauses, resumes or cancels a replay; says whether there was one to do that with. One that goes on is due.
SET NOCOUNT ON;
DECLARE @app nvarchar(60) = ?, @relay nvarchar(40) = ?, @state varchar(10) = ?;
UPDATE [relay].[Replay]
SET [State] = @state, [DueAt] = CASE WHEN [State] = 'paused' AND @state = 'running' THEN SYSUTCDATETIME() ELSE [DueAt] END
WHERE [App] = @app AND [Relay] = @relay AND [State] IN ('running', 'paused');
SELECT @@ROWCOUNT AS [found];
