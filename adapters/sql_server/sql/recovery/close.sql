-- Ends a recovery if nothing is left open; says whether it is over, also to one who asks again because he did not hear the answer.
SET NOCOUNT ON;
SET XACT_ABORT ON;
DECLARE @app nvarchar(60) = ?, @relay nvarchar(40) = ?;
{{entries}}
DELETE FROM [relay].[Recovery]
WHERE [App] = @app AND [Relay] = @relay AND NOT EXISTS (SELECT 1 FROM @entries);
SELECT CASE WHEN EXISTS (SELECT 1 FROM @entries) THEN 0 ELSE 1 END AS [closed];
