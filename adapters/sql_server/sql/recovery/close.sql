-- Ends a recovery if nothing is left open; says whether it is over, also to one who asks again because he did not hear the answer.
SET NOCOUNT ON;
SET XACT_ABORT ON;
DECLARE @app nvarchar(60) = ?, @relay nvarchar(40) = ?;
DECLARE @open bit = CASE
    WHEN EXISTS (SELECT 1 FROM [relay].[Ledger] WHERE [App] = @app AND [Relay] = @relay AND [State] = 'open')
        OR EXISTS (SELECT 1 FROM [relay].[Ledger] WHERE [App] = @app AND [Relay] = @relay AND [State] = 'held') THEN 1
    ELSE 0
END;
DELETE FROM [relay].[Recovery]
WHERE [App] = @app AND [Relay] = @relay AND @open = 0;
SELECT CASE WHEN @open = 1 THEN 0 ELSE 1 END AS [closed];
