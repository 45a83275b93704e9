-- What is wrong with an app beyond its relays: whose its task hub is if it is not its own; and relays that have left relays.toml, whose
-- changes are not settled. And what there is beyond them that somebody has to look after: locks, whoever uses them, executions, also those
-- that have ended, for they are forgotten some day, and mailings that run.
-- Writes nothing.
SET NOCOUNT ON;
DECLARE @app nvarchar(60) = ?, @relays nvarchar(max) = ?;
SELECT [Owner] AS [owner]
FROM [relay].[Hub]
WHERE [App] = @app;

SELECT
    entry.[Relay] AS [relay],
    COUNT(*) AS [open],
    CONVERT(varchar(40), MIN(entry.[FirstFailedAt]), 126) AS [since]
FROM [relay].[Ledger] AS entry
WHERE entry.[App] = @app
    AND entry.[State] <> 'dead'
    AND NOT EXISTS (SELECT 1 FROM OPENJSON(@relays) AS configured WHERE configured.[value] COLLATE DATABASE_DEFAULT = entry.[Relay])
GROUP BY entry.[Relay]
ORDER BY entry.[Relay];

SELECT
    CASE
        WHEN EXISTS (SELECT 1 FROM [relay].[LockHolder]) OR EXISTS (SELECT 1 FROM [relay].[LockWaiter]) THEN 1
        ELSE 0
    END AS [locks],
    CASE WHEN EXISTS (SELECT 1 FROM [relay].[Execution] WHERE [App] = @app) THEN 1 ELSE 0 END AS [executions],
    CASE
        WHEN EXISTS (SELECT 1 FROM [relay].[Mailing] WHERE [App] = @app AND [State] IN ('querying', 'running')) THEN 1
        ELSE 0
    END AS [mailings];
