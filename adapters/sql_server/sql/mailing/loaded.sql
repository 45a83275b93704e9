-- Lets a mailing begin whose recipients are all there, or wait for somebody who resumes it; or says why its query has not told them yet.
SET NOCOUNT ON;
DECLARE @app nvarchar(60) = ?, @mailing nvarchar(60) = ?, @state varchar(10) = ?, @reason nvarchar(1000) = ?;
UPDATE [relay].[Mailing]
SET [State] = @state, [Reason] = @reason, [DueAt] = SYSUTCDATETIME()
WHERE [App] = @app AND [Mailing] = @mailing AND [State] IN ('loading', 'querying');
