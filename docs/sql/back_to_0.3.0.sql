-- Before an app goes back to release 0.3.0, which refuses newer tables. What came later was only added, and stays; mailings pause, and
-- executions rest, for 0.3.0 has neither. It writes down the version of the tables that 0.3.0 knows, so that the next upgrade brings them up to date again.
-- Stop the app first, and fill in its name, WEBSITE_SITE_NAME. May be repeated.
DECLARE @app nvarchar(60) = N'durable-sql-relay';

SET NOCOUNT ON;
IF OBJECT_ID(N'[relay].[Execution]', N'U') IS NOT NULL
BEGIN
    -- Executions rest where they are, for the older release does none; the next upgrade looks at each at once. That their orchestrations
    -- fail in the task hub meanwhile, for want of the code, is not counted as a start in vain.
    UPDATE [relay].[Execution] SET [LookAt] = SYSUTCDATETIME() WHERE [App] = @app AND [State] IN ('ready', 'running');
    DELETE FROM [relay].[Restart]
    WHERE [App] = @app AND [Instance] IN (SELECT [Id] FROM [relay].[Execution] WHERE [App] = @app AND [State] IN ('ready', 'running'));
    SELECT [Workflow] AS [Executions that rest until the next upgrade], COUNT(*) AS [how many]
    FROM [relay].[Execution]
    WHERE [App] = @app AND [EndedAt] IS NULL AND [Parent] = N''
    GROUP BY [Workflow];
END;
IF OBJECT_ID(N'[relay].[Mailing]', N'U') IS NOT NULL
    UPDATE [relay].[Mailing] SET [State] = 'paused', [Reason] = N'an older release was put in place' WHERE [App] = @app AND [State] = 'running';
UPDATE [relay].[Schema] SET [Version] = 7 WHERE [App] = @app AND [Version] > 7;
