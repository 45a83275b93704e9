-- Before an app goes back to release 0.1.0. Nothing has to be changed for it: what came later was only added, and nothing is written that
-- 0.1.0 cannot read. This only forgets that the app's tables were brought up to date, so that the next upgrade does that again.
-- Stop the app first, and fill in its name, WEBSITE_SITE_NAME. May be repeated.
DECLARE @app nvarchar(60) = N'durable-sql-relay';

SET NOCOUNT ON;
IF OBJECT_ID(N'[relay].[Schema]', N'U') IS NOT NULL
    DELETE FROM [relay].[Schema] WHERE [App] = @app;
