-- Ends a mailing of which no mail waits; says how it stands.
SET NOCOUNT ON;
DECLARE @app nvarchar(60) = ?, @mailing nvarchar(60) = ?, @held varchar(10);
-- The mails are read once whoever lets one wait again, and holds the mailing's row, has committed: a statement that reads versions of
-- rows would see them as they were before it waited.
SELECT @held = [State]
FROM [relay].[Mailing] WITH (UPDLOCK)
WHERE [App] = @app AND [Mailing] = @mailing;
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
