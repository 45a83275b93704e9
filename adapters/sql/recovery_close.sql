-- Ends a recovery if nothing is left open; says whether it did.
SET NOCOUNT ON;
SET XACT_ABORT ON;
DECLARE @app nvarchar(60) = ?, @relay nvarchar(40) = ?;
{{entries}}
DELETE FROM [relay].[Recovery]
WHERE [App] = @app AND [Relay] = @relay AND NOT EXISTS (SELECT 1 FROM @entries);
SELECT @@ROWCOUNT AS [closed];
