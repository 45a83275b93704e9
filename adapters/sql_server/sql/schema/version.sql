-- Up to which migration an app's tables have come. 0: there are none; 1: the app never wrote it down, as release 0.1.0 does not.
DECLARE @app nvarchar(60) = ?;
IF OBJECT_ID(N'[relay].[Ledger]', N'U') IS NULL
    SELECT 0 AS [version];
ELSE IF OBJECT_ID(N'[relay].[Schema]', N'U') IS NULL
    SELECT 1 AS [version];
ELSE
    SELECT COALESCE(MAX([Version]), 1) AS [version] FROM [relay].[Schema] WHERE [App] = @app;
