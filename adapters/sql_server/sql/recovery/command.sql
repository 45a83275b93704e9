-- Writes an operator's command where the recovery finds it; says whether there is a recovery. To try now is to wait for no change's
-- own time: everything that failed before this moment is due.
SET NOCOUNT ON;
SET XACT_ABORT ON;
DECLARE @app nvarchar(60) = ?, @relay nvarchar(40) = ?, @command varchar(10) = ?;
DECLARE @found int;
UPDATE [relay].[Recovery]
SET [Command] = @command, [CommandNumber] = [CommandNumber] + 1
WHERE [App] = @app AND [Relay] = @relay;
SET @found = @@ROWCOUNT;
IF @command = 'retry_now' AND @found > 0
BEGIN
    IF NOT EXISTS (SELECT 1 FROM [relay].[Standing] WITH (UPDLOCK, HOLDLOCK) WHERE [App] = @app AND [Relay] = @relay)
        INSERT INTO [relay].[Standing] ([App], [Relay], [Refusals]) VALUES (@app, @relay, 0);
    UPDATE [relay].[Standing] SET [BackAt] = SYSUTCDATETIME() WHERE [App] = @app AND [Relay] = @relay;
END;
SELECT @found AS [found];
