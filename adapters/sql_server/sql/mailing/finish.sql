-- Ends a mailing of which no mail waits; says how it stands.
SET NOCOUNT ON;
DECLARE @app nvarchar(60) = ?, @mailing nvarchar(60) = ?;
UPDATE [relay].[Mailing]
SET [State] = 'done'
WHERE [App] = @app
    AND [Mailing] = @mailing
    AND [State] = 'running'
    AND NOT EXISTS (
        SELECT 1 FROM [relay].[Mail] WHERE [App] = @app AND [Mailing] = @mailing AND [State] IN ('sending', 'waiting')
    );
SELECT [State] AS [state]
FROM [relay].[Mailing]
WHERE [App] = @app AND [Mailing] = @mailing;
