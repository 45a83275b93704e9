-- Before an app goes back to release 0.2.0, which refuses newer tables. What came later was only added, and stays; changes that are
-- held, a state that 0.2.0 does not know, become open ones. It also writes down the version of the tables that 0.2.0 knows, so that
-- the next upgrade brings them up to date again.
-- Stop the app first, and fill in its name, WEBSITE_SITE_NAME. May be repeated.
DECLARE @app nvarchar(60) = N'durable-sql-relay';

SET NOCOUNT ON;
UPDATE [relay].[Ledger] SET [State] = 'open', [NextTryAt] = NULL WHERE [App] = @app AND [State] = 'held';
UPDATE [relay].[Schema] SET [Version] = 2 WHERE [App] = @app AND [Version] > 2;
