-- Pauses, resumes or cancels a mailing; says how it stood, nothing if there is none. One that goes on is due.
SET NOCOUNT ON;
DECLARE @app nvarchar(60) = ?, @mailing nvarchar(60) = ?, @state varchar(10) = ?, @reason nvarchar(1000) = ?;
DECLARE @before TABLE ([State] varchar(10) NOT NULL);
UPDATE [relay].[Mailing]
SET [State] = @state, [Reason] = @reason, [DueAt] = SYSUTCDATETIME()
OUTPUT deleted.[State] INTO @before
WHERE [App] = @app
    AND [Mailing] = @mailing
    AND ([State] IN ('running', 'paused') OR ([State] IN ('loading', 'querying') AND @state = 'cancelled'));
IF EXISTS (SELECT 1 FROM @before)
    SELECT 1 AS [done], [State] AS [state] FROM @before;
ELSE
    SELECT 0 AS [done], [State] AS [state] FROM [relay].[Mailing] WHERE [App] = @app AND [Mailing] = @mailing;
