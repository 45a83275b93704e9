-- After a mailing's window nothing more is sent: what may have been sent is in doubt, the rest has failed. Some at a time; says how many.
SET NOCOUNT ON;
DECLARE @app nvarchar(60) = ?, @mailing nvarchar(60) = ?;
DECLARE @now datetime2(3) = SYSUTCDATETIME();
UPDATE TOP ({{most_looked_at}}) [relay].[Mail]
SET
    [State] = CASE WHEN [State] = 'sending' OR [DoubtSince] IS NOT NULL THEN 'in_doubt' ELSE 'failed' END,
    [DoubtSince] = CASE WHEN [State] = 'sending' THEN COALESCE([DoubtSince], [BegunAt]) ELSE [DoubtSince] END,
    [Reason] = N'the mailing''s window was over',
    [At] = @now
WHERE [App] = @app
    AND [Mailing] = @mailing
    AND ([State] = 'waiting' OR ([State] = 'sending' AND [At] <= @now))
    AND EXISTS (
        SELECT 1 FROM [relay].[Mailing] WHERE [App] = @app AND [Mailing] = @mailing AND [State] = 'running' AND [EndsAt] <= @now
    );
SELECT @@ROWCOUNT AS [expired];
