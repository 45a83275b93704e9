-- Before an app goes back to release 0.1.0. What came later was only added; changes that are held, a state that 0.1.0 does not know, become
-- open ones. It also forgets that the app's tables were brought up to date, so that the next upgrade does that again.
-- Stop the app first, and fill in its name, WEBSITE_SITE_NAME. May be repeated.
DECLARE @app nvarchar(60) = N'durable-sql-relay';

SET NOCOUNT ON;
IF OBJECT_ID(N'[relay].[Ledger]', N'U') IS NOT NULL
    UPDATE [relay].[Ledger] SET [State] = 'open' WHERE [App] = @app AND [State] = 'held';
IF OBJECT_ID(N'[relay].[Notice]', N'U') IS NOT NULL -- what is under way goes on in its orchestration, and stands nowhere else any more
    DELETE FROM [relay].[Notice] WHERE [App] = @app AND [State] = 'waiting';
IF OBJECT_ID(N'[relay].[Replay]', N'U') IS NOT NULL
    UPDATE [relay].[Replay] SET [State] = 'cancelled' WHERE [App] = @app AND [State] IN ('running', 'paused');
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
IF OBJECT_ID(N'[relay].[Schema]', N'U') IS NOT NULL
    DELETE FROM [relay].[Schema] WHERE [App] = @app;
