-- Up to which migration an app's tables have come. 0: there are none; 1: the app never wrote it down, as release 0.1.0 does not. An
-- app that has nothing in them yet finds them as they are, at most as its release knows them (a newer one has only added), and with
-- @claim that is written down for it.
SET NOCOUNT ON;
DECLARE @app nvarchar(60) = ?, @known int = ?, @claim bit = ?;
IF OBJECT_ID(N'[relay].[Ledger]', N'U') IS NULL
    SELECT 0 AS [version];
ELSE IF OBJECT_ID(N'[relay].[Schema]', N'U') IS NULL
    SELECT 1 AS [version];
ELSE
BEGIN
    DECLARE @version int = (SELECT [Version] FROM [relay].[Schema] WHERE [App] = @app);
    IF @version IS NULL
        AND NOT EXISTS (SELECT 1 FROM [relay].[Position] WHERE [App] = @app)
        AND NOT EXISTS (SELECT 1 FROM [relay].[Ledger] WHERE [App] = @app)
        AND NOT EXISTS (SELECT 1 FROM [relay].[Recovery] WHERE [App] = @app)
        AND NOT EXISTS (SELECT 1 FROM [relay].[Backfill] WHERE [App] = @app)
    BEGIN
        SELECT @version = CASE WHEN MAX([Version]) > @known THEN @known ELSE MAX([Version]) END FROM [relay].[Schema];
        IF @claim = 1 AND @version IS NOT NULL
            INSERT INTO [relay].[Schema] ([App], [Version], [MigratedAt])
            SELECT @app, @version, SYSUTCDATETIME()
            WHERE NOT EXISTS (SELECT 1 FROM [relay].[Schema] WITH (UPDLOCK, HOLDLOCK) WHERE [App] = @app);
    END;
    SELECT COALESCE(@version, 1) AS [version];
END;
