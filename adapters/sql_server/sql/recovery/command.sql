-- Writes an operator's command where the recovery finds it; says whether there is a recovery.
SET NOCOUNT ON;
DECLARE @app nvarchar(60) = ?, @relay nvarchar(40) = ?, @command varchar(10) = ?;
UPDATE [relay].[Recovery]
SET [Command] = @command, [CommandNumber] = [CommandNumber] + 1
WHERE [App] = @app AND [Relay] = @relay;
SELECT @@ROWCOUNT AS [found];
