-- The unsettled entries that the recovery may deliver, least recently tried first: those whose time has come, and those that failed
-- before the endpoint came back. For a probe any, exhausted ones among them: the newest, the one tried longest ago, some others.
SET NOCOUNT ON;
DECLARE @app nvarchar(60) = ?, @relay nvarchar(40) = ?, @limit int = ?, @probe bit = ?;
DECLARE @now datetime2(3) = SYSUTCDATETIME();
{{entries}}
IF @probe = 1
    SELECT TOP (@limit) [Id]
    FROM @entries
    WHERE [Whose] <> 'retrying'
    ORDER BY
        CASE
            WHEN [Id] = (SELECT TOP (1) oldest.[Id] FROM @entries AS oldest WHERE oldest.[Whose] <> 'retrying' ORDER BY oldest.[LastTriedAt], oldest.[Id]) THEN 0
            WHEN [Id] = (SELECT TOP (1) newest.[Id] FROM @entries AS newest WHERE newest.[Whose] <> 'retrying' ORDER BY newest.[FirstFailedAt] DESC, newest.[Id] DESC) THEN 0
            ELSE 1
        END,
        NEWID();
ELSE
    SELECT TOP (@limit) [Id]
    FROM @entries
    WHERE [Whose] <> 'retrying' AND ([NextTryAt] IS NULL OR [NextTryAt] <= @now OR [LastTriedAt] < @back_at)
    ORDER BY [LastTriedAt], [Id];
