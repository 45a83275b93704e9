-- Takes some that are registered and were not begun, the oldest first, for who starts them; if he dies, the next one finds them again.
SET NOCOUNT ON;
DECLARE @app nvarchar(60) = ?, @workflow nvarchar(100) = ?, @limit int = ?, @again_in_seconds int = ?;
DECLARE @now datetime2(3) = SYSUTCDATETIME();
WITH [due] AS (
    SELECT TOP (@limit) [Id], [Workflow], [Epoch], [LookAt]
    FROM [relay].[Execution] WITH (UPDLOCK, READPAST, ROWLOCK)
    WHERE [App] = @app AND [State] = 'ready' AND [LookAt] <= @now AND (@workflow = N'' OR [Workflow] = @workflow)
    ORDER BY [LookAt]
)
UPDATE [due]
SET [LookAt] = DATEADD(second, @again_in_seconds, @now)
OUTPUT inserted.[Id] AS [id], inserted.[Workflow] AS [workflow], inserted.[Epoch] AS [epoch];
