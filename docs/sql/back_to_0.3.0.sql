-- Before an app goes back to release 0.3.0, which refuses newer tables. What came later was only added, and stays; mailings pause, for
-- 0.3.0 has none. It writes down the version of the tables that 0.3.0 knows, so that the next upgrade brings them up to date again.
-- Stop the app first, and fill in its name, WEBSITE_SITE_NAME. May be repeated.
DECLARE @app nvarchar(60) = N'durable-sql-relay';

SET NOCOUNT ON;
IF OBJECT_ID(N'[relay].[Mailing]', N'U') IS NOT NULL
    UPDATE [relay].[Mailing] SET [State] = 'paused', [Reason] = N'an older release was put in place' WHERE [App] = @app AND [State] = 'running';
UPDATE [relay].[Schema] SET [Version] = 7 WHERE [App] = @app AND [Version] > 7;
