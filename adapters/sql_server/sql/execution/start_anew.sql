-- Gives an execution another start, whose epoch is above all of its subject: what an earlier one still does is refused. By `from`,
-- the state that it has.
SET NOCOUNT ON;
SET XACT_ABORT ON;
DECLARE @app nvarchar(60) = ?, @execution nvarchar(100) = ?, @epoch int = ?, @again_in_seconds int = ?;
DECLARE @now datetime2(3) = SYSUTCDATETIME(), @subject nvarchar(100);
SELECT @subject = [Subject] FROM [relay].[Execution] WITH (UPDLOCK) WHERE [App] = @app AND [Id] = @execution;
UPDATE [relay].[Execution]
SET
    [Epoch] = 1 + (SELECT MAX([Epoch]) FROM [relay].[Execution] WHERE [App] = @app AND [Subject] = @subject),
    [State] = 'ready',
    [DueAt] = @now,
    [LookAt] = DATEADD(second, @again_in_seconds, @now)
OUTPUT inserted.[Id] AS [id], inserted.[Workflow] AS [workflow], inserted.[Epoch] AS [epoch]
WHERE [App] = @app AND [Id] = @execution AND [Epoch] = @epoch AND [State] IN ('ready', 'running');
