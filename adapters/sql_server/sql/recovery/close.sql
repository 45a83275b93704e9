-- Ends a recovery if nothing is left open, and enters what people are told then; says whether it is over, also to one who asks again
-- because he did not hear the answer.
SET NOCOUNT ON;
SET XACT_ABORT ON;
DECLARE @app nvarchar(60) = ?, @relay nvarchar(40) = ?, @notice nvarchar(220) = ?, @channels nvarchar(max) = ?, @facts nvarchar(max) = ?;
DECLARE @open bit = CASE
    WHEN EXISTS (SELECT 1 FROM [relay].[Ledger] WHERE [App] = @app AND [Relay] = @relay AND [State] = 'open')
        OR EXISTS (SELECT 1 FROM [relay].[Ledger] WHERE [App] = @app AND [Relay] = @relay AND [State] = 'held') THEN 1
    ELSE 0
END;
IF @open = 1
    OR NOT EXISTS (SELECT 1 FROM [relay].[Recovery] WITH (UPDLOCK, HOLDLOCK) WHERE [App] = @app AND [Relay] = @relay)
    SET @channels = N'[]';
{{enter_notice}}
DELETE FROM [relay].[Recovery]
WHERE [App] = @app AND [Relay] = @relay AND @open = 0;
SELECT CASE WHEN @open = 1 THEN 0 ELSE 1 END AS [closed];
